package message

import (
	"strings"
	"testing"
)

// TestStems: each word of a subject has a stem by which it is found.
func TestStems(t *testing.T) {
	t.Parallel()
	for _, w := range subjectWords {
		for _, text := range []string{w, strings.ToUpper(w), "Re: " + w + "!"} {
			if !subjectStems.in([]byte(text)) {
				t.Errorf("%q: got no stem, want one", text)
			}
		}
	}
	for _, w := range foreignSubjects {
		if isPlain([]byte(w)) {
			t.Errorf("%q is ASCII: got it among the foreign subjects, want it among the others", w)
		}
	}
}

// TestNoStem: what only begins as a stem does, or has the same low bits, is none.
func TestNoStem(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "r", "re", "ret", "returm", "deli", "Minutes of Monday", "\x12\x05\x14\x15\x12\x0e"} {
		if subjectStems.in([]byte(text)) {
			t.Errorf("%q: got a stem, want none", text)
		}
	}
}

// TestWords: words are as says compares them.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, list := range [][]string{noDomainWords[:], expiryWords[:], delayWords[:], failWords[:], subjectWords[:], foreignSubjects[:], foreignWords[:]} {
		for _, w := range list {
			if got := folded([]byte(w)); got != w {
				t.Errorf("%q: got %q, want it unchanged", w, got)
			}
		}
	}
}
