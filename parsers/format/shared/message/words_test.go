package message

import (
	"slices"
	"strings"
	"testing"
)

// TestStems: each word of a subject has a stem by which it is found.
func TestStems(t *testing.T) {
	t.Parallel()
	for _, w := range subjectWords {
		if !slices.ContainsFunc(subjectStems[:], func(stem string) bool { return strings.Contains(w, stem) }) {
			t.Errorf("%q: got no stem, want one", w)
		}
	}
	for _, w := range foreignSubjects {
		if isPlain([]byte(w)) {
			t.Errorf("%q is ASCII: got it among the foreign subjects, want it among the others", w)
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
