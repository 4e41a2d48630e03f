package lookalike

import "math/bits"

// A signature rules out most candidates without a look at their text: it is small
// enough for the cache.
type signature struct {
	letters, stemLetters   uint64
	squashed, suffix, look uint32 // hashes
	length, stemLength     uint8
	dots                   uint8
	idn                    bool
}

func signatureOf(p *parts) signature {
	return signature{
		letters: p.letters, stemLetters: p.stemLetters,
		squashed: uint32(p.squashed), suffix: uint32(poly(0, p.suffix())), look: uint32(poly(0, p.look)),
		length: uint8(len(p.full)), stemLength: uint8(len(p.stem())), dots: p.dots, idn: p.idn,
	}
}

// mayBe reports whether compare can find that d came of e within limit edits of a
// name. Of two domains that pass for one another by what was cut off, glued on
// or left out, the longer one has all letters of the other; else they are few
// edits apart, or look alike.
func (d *signature) mayBe(e *signature, limit int) bool {
	if d.idn || e.idn {
		return true // its letters are not those that one sees
	}
	more, less := bits.OnesCount64(d.letters&^e.letters), bits.OnesCount64(e.letters&^d.letters)
	longer := int(d.length) - int(e.length)
	if more <= 1 && less <= 1 && -1 <= longer && longer <= 1 || more == 0 && longer <= 0 || less == 0 && longer >= 0 {
		return true
	}
	edits := limit
	if d.suffix != e.suffix {
		edits = max(1, limit-2) // beside another error in the suffix
	}
	longer = int(d.stemLength) - int(e.stemLength)
	return -edits <= longer && longer <= edits && fewLetters(d.stemLetters, e.stemLetters, edits) ||
		d.squashed == e.squashed || d.look == e.look || limit > 2 && d.dots == e.dots && d.dots >= 2
}
