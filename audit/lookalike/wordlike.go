package lookalike

import _ "embed"

// Triples.bin says how usual a letter is after two others in domains: 27 times 27
// times 27 bytes, of a to z and of anything else (the beginning and the end, digits,
// hyphens). Each is the logarithm of how often that letter comes there, in
// sixteenths of a bit below zero. They were counted in the registered domains that
// reference.IsEstablished knows, and hold none of them. TestTriples writes them.
//
//go:embed triples.bin
var triples string

// tripleStep is the step of triples.bin, in nats.
const tripleStep = 0.6931471805599453 / 16

// usual returns the logarithm of how likely a text is as a name.
func usual(s string) (sum float64) {
	a, b := 0, 0
	for i := 0; i <= len(s); i++ {
		c := 0
		if i < len(s) {
			c = letterNumber(s[i])
		}
		sum -= tripleStep * float64(triples[(a*27+b)*27+c])
		a, b = b, c
	}
	return sum
}

// letterNumber is 1 to 26 for letters, and 0 for anything else.
func letterNumber(c byte) int {
	if c -= 'a'; c < 26 {
		return int(c) + 1
	}
	return 0
}
