package lookalike

import (
	"math"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// waysOneByOne is channel.ways, which it holds to: it takes each way by itself.
func waysOneByOne(c *channel, typed, meant string, errors int) (total float64) {
	f := &c.errors[errors-1]
	var walk func(i, j, n int, weight float64)
	walk = func(i, j, n int, weight float64) {
		switch {
		case i == len(meant) && j == len(typed) && n == errors:
			total += weight
			return
		case n > errors:
			return
		}
		first := i == 0 || j == 0
		if i < len(meant) && j < len(typed) && meant[i] == typed[j] {
			walk(i+1, j+1, n, weight)
		}
		if i < len(meant) {
			walk(i+1, j, n+1, weight*f.of(missing(meant, i), first, typed, meant))
		}
		if j < len(typed) {
			walk(i, j+1, n+1, weight*f.of(extra(typed, j), first, typed, meant))
		}
		if i < len(meant) && j < len(typed) && meant[i] != typed[j] {
			walk(i+1, j+1, n+1, weight*f.of(instead(typed[j], meant[i], i), first, typed, meant))
			if i+1 < len(meant) && j+1 < len(typed) && meant[i] == typed[j+1] && meant[i+1] == typed[j] {
				walk(i+2, j+2, n+1, weight*f.of(swapped(typed[j], meant[i], i), false, typed, meant))
			}
		}
	}
	walk(0, 0, 0, 1)
	return total
}

func TestWays(t *testing.T) {
	t.Parallel()
	w := DefaultWeights()
	c := newChannel(&w)
	for _, pair := range [...][2]string{
		{"gogle", "google"}, {"acme", "acmee"}, {"caem", "acme"}, {"aacme", "acme"}, {"brcepat", "bracepatt"},
		{"ab", "ba"}, {"vger.kernle", "vger.kernel"}, {"uti1acorp", "utilicorp"}, {"a", "abc"}, {"", "ab"}, {"north-vale", "northvael"},
	} {
		for errors := 1; errors <= maxErrors; errors++ {
			got, want := c.ways(pair[0], pair[1], errors), waysOneByOne(&c, pair[0], pair[1], errors)
			if math.Abs(got-want) > 1e-9*want {
				t.Errorf("%s for %s, %d errors: got %g, want %g", pair[0], pair[1], errors, got, want)
			}
		}
	}
}

// channelOf returns the channel of two domains.
func channelOf(typed, meant string) float64 {
	w := DefaultWeights()
	c := newChannel(&w)
	d, e := cut(domain.Must(typed)), cut(domain.Must(meant))
	s, _ := compare(&d, &e, maxEdits)
	c.weigh(&s, &d, &e)
	return s.channel
}

// TestChannel: what can come about in several ways, or by keys and letters that fingers mix
// up, is likelier.
func TestChannel(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ likelier, rarer, meant string }{
		{"gogle.example", "goole.example", "google.example"},              // either of two letters is missing
		{"northvalr.example", "northvalz.example", "northvale.example"},   // the key beside
		{"northvald.example", "northvalp.example", "northvale.example"},   // the key below
		{"northvalr.example", "northvald.example", "northvale.example"},   // a key of the same row
		{"nortnhvale.example", "nortxhvale.example", "northvale.example"}, // a letter of the name
		{"norhtvale.example", "onrthavle.example", "northvale.example"},   // one error and two
		{"nothvale.example", "orthvale.example", "northvale.example"},     // the first letter is rarely wrong
	} {
		if a, b := channelOf(test.likelier, test.meant), channelOf(test.rarer, test.meant); a <= b {
			t.Errorf("for %s: %s %.2f, %s %.2f", test.meant, test.likelier, a, test.rarer, b)
		}
	}
}

// TestChannelTerms: the terms that the weights are fitted to add up to the channel.
func TestChannelTerms(t *testing.T) {
	t.Parallel()
	w := DefaultWeights()
	c := newChannel(&w)
	d, e := cut(domain.Must("brcepat.example")), cut(domain.Must("bracepatt.example"))
	s, _ := compare(&d, &e, maxEdits)
	c.weigh(&s, &d, &e)
	sum, deletions := 0.0, 0.0
	for _, a := range c.terms(s, &d, &e) {
		sum += w[a.Index] * a.Value
		if term(a.Index) == termDeletion {
			deletions = a.Value
		}
	}
	if math.Abs(sum-s.channel) > 1e-9 {
		t.Errorf("the terms add up to %g, the channel is %g", sum, s.channel)
	}
	if math.Abs(deletions-1) > 0.1 { // two of them, each of half its weight
		t.Errorf("%g deletions", deletions)
	}
}
