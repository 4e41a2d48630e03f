package records

import "testing"

// TestNamesFewer: what pages show of a long list of recipients says that there are more.
func TestNamesFewer(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"a@b.example +2":                  true,
		"a@b.example, +2":                 true,
		"a@b.example (+3 more)":           true,
		"a@b.example (and 12 others)":     true,
		"<a@b.example> und 3 weitere":     true,
		"a@b.example, c@d.example + more": false,
		"a@b.example":                     false,
		"a@b.example (room 12)":           false,
		"a@b.example (more)":              false,
		"+2 Ann <a@b.example>":            false,
		"3 others":                        false,
		"":                                false,
	} {
		if got := NamesFewer(value); got != want {
			t.Errorf("%q: got %v, want %v", value, got, want)
		}
	}
}
