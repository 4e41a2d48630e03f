package lookalike

import "math/bits"

// A signature tells of most candidates that they are none, without a look at
// their text: what is looked at is small enough for the cache.
type signature struct {
	letters, stemLetters uint64
	squashed             uint64
	suffix, look         uint32 // hashes
}

func signatureOf(p *parts) signature {
	if p.idn {
		return signature{} // it has no letters, and passes
	}
	return signature{p.letters, p.stemLetters, p.squashed, uint32(poly(0, p.suffix)), uint32(poly(0, p.look))}
}

// mayBe tells whether compare can find that d came of e within two edits of a
// name. Of two domains that pass for one another by what was cut off, glued on
// or left out, one has all letters of the other; else the few edits tell, or
// they look alike.
func (d *signature) mayBe(e *signature) bool {
	more, less := bits.OnesCount64(d.letters&^e.letters), bits.OnesCount64(e.letters&^d.letters)
	if more <= 1 && less <= 1 || more == 0 || less == 0 {
		return true
	}
	edits := 1 // of the stem, beside another one in the suffix
	if d.suffix == e.suffix {
		edits = 2
	}
	return fewLetters(d.stemLetters, e.stemLetters, edits) || d.squashed == e.squashed || d.look == e.look
}
