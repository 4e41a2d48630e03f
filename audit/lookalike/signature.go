package lookalike

import "math/bits"

// A signature rules out most candidates without a look at their text: it is small
// enough for the cache.
type signature struct {
	letters, stem              letterCounts
	squashed, suffix, look     uint32 // hashes
	stemHash                   uint32
	suffixLetters              uint32 // those that occur in the public suffix
	length, stemLength         uint8
	dots                       uint8
	idn, major, known, isSplit bool // isSplit: the suffix has a dot
}

func signatureOf(p *parts) signature {
	s := signature{
		letters: countLetters(p.full), stem: countLetters(p.stem()),
		squashed: uint32(p.squashed), suffix: uint32(poly(0, p.suffix())), look: uint32(poly(0, p.look)), stemHash: uint32(poly(0, p.stem())),
		length: uint8(len(p.full)), stemLength: uint8(len(p.stem())), dots: p.dots, idn: p.idn, major: p.major, known: p.known,
	}
	for _, c := range []byte(p.suffix()) {
		s.suffixLetters |= 1 << (c & 31)
		s.isSplit = s.isSplit || c == '.'
	}
	return s
}

// letterCounts are the letters that occur in a text, and those that do so twice and more. An
// edit takes one of them away at most, and adds one.
type letterCounts struct{ once, twice uint64 }

func countLetters(s string) (c letterCounts) {
	for i := range len(s) {
		letter := uint64(1) << (s[i] & 63) // a few digits share the bit of a letter
		c.twice |= c.once & letter
		c.once |= letter
	}
	return c
}

// beyond returns how many letters there are that d has not.
func (c *letterCounts) beyond(d *letterCounts) int {
	return bits.OnesCount64(c.once&^d.once) + bits.OnesCount64(c.twice&^d.twice)
}

// mayBe reports whether compare can find that d came of e within limit edits of a
// name. Of two domains that pass for one another by what was cut off, glued on
// or left out, the longer one has all letters of the other; else they are few
// edits apart, or look alike.
func (d *signature) mayBe(e *signature, limit int) bool {
	if d.idn || e.idn {
		return true // its letters are not those that one sees
	}
	sameSuffix := d.suffix == e.suffix
	more, less := d.letters.beyond(&e.letters), e.letters.beyond(&d.letters)
	longer := int(d.length) - int(e.length)
	if !sameSuffix && more <= 1 && less <= 1 && -1 <= longer && longer <= 1 || more == 0 && longer <= 0 || less == 0 && longer >= 0 {
		return true
	}
	edits := d.mostEdits(e, limit)
	longer = int(d.stemLength) - int(e.stemLength)
	return -edits <= longer && longer <= edits && d.stem.beyond(&e.stem) <= edits && e.stem.beyond(&d.stem) <= edits ||
		d.squashed == e.squashed || d.look == e.look || limit > maxEdits && d.dots == e.dots && d.dots >= 2
}

// mostEdits returns how many edits of the name pass: see compareStem and compareBoth.
func (d *signature) mostEdits(e *signature, limit int) int {
	isNear := limit <= maxEdits
	switch {
	case d.suffix == e.suffix && isNear && !e.major:
		return min(limit, stemDepth(int(d.stemLength), int(e.stemLength)))
	case d.suffix == e.suffix:
		return limit
	case isNear && d.stemHash != e.stemHash && !d.hasNearSuffix(e):
		return 0
	}
	return max(1, limit-2) // beside another error in the suffix
}

// hasNearSuffix reports whether the public suffix of d can be that of e with an error beside
// one in the name: a letter of it is another one, or it is cut off, or goes on.
func (d *signature) hasNearSuffix(e *signature) bool {
	if !d.known || d.isSplit || e.isSplit {
		return true
	}
	more, less := bits.OnesCount32(d.suffixLetters&^e.suffixLetters), bits.OnesCount32(e.suffixLetters&^d.suffixLetters)
	longer := int(d.length) - int(d.stemLength) - int(e.length) + int(e.stemLength)
	return more == 0 || less == 0 || more == 1 && less == 1 && -1 <= longer && longer <= 1
}
