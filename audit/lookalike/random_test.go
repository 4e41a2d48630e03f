package lookalike

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomSlip returns a text and what up to three errors make of it. Some texts are of few
// letters, which stand twice and more.
func randomSlip(r *rand.Rand) (typed, meant string) {
	letters := alphabet + "-.01"
	if r.IntN(3) == 0 {
		letters = letters[:3]
	}
	letter := func() byte { return letters[r.IntN(len(letters))] }
	text := make([]byte, 3+r.IntN(14))
	for i := range text {
		text[i] = letter()
	}
	meant = string(text)
	for range 1 + r.IntN(3) {
		switch i := r.IntN(len(text)); {
		case r.IntN(4) == 0 && len(text) > 1:
			text = slices.Delete(text, i, i+1)
		case r.IntN(3) == 0:
			text = slices.Insert(text, i, letter())
		case r.IntN(2) == 0 && i > 0:
			text[i-1], text[i] = text[i], text[i-1]
		default:
			text[i] = letter()
		}
	}
	return string(text), meant
}

// TestDistanceOfTwo holds the distance up to two against that of more, which is found in
// another way.
func TestDistanceOfTwo(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		a, b := randomSlip(r)
		if got, want := Distance(a, b, 2), min(Distance(a, b, 9), 3); got != want {
			t.Fatalf("%q, %q: got %d, want %d", a, b, got, want)
		}
	}
}

// TestWaysAtRandom holds ways, which leave out what leads nowhere, against taking each by itself.
func TestWaysAtRandom(t *testing.T) {
	t.Parallel()
	w := DefaultWeights()
	c := newChannel(&w)
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		typed, meant := randomSlip(r)
		for errors := 1; errors <= maxErrors; errors++ {
			got, want := c.ways(typed, meant, errors), waysOneByOne(&c, typed, meant, errors)
			if math.Abs(got-want) > 1e-9*want {
				t.Fatalf("%s for %s, %d errors: got %g, want %g", typed, meant, errors, got, want)
			}
		}
	}
}
