package audit

import "testing"

func TestAreOfOnePerson(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		x, y string
		want bool
	}{
		{"john.smith", "j.smith", true},
		{"j.smith", "john_smith", true},
		{"john.smith", "smith.john", true},
		{"smithj", "john.smith", true},
		{"jsmith", "john-smith", true},
		{"johnsmith", "j.smith", false}, // jane's and john's would be one
		{"john.smith", "jane.smith", false},
		{"john.smith", "john.smythe", false},
		{"j.li", "jun.li", false}, // too short to mean anybody
		{"info", "office", false},
		{"", ".", false},
	} {
		if got := areOfOnePerson(test.x, test.y); got != test.want {
			t.Errorf("%q and %q: got %v, want %v", test.x, test.y, got, test.want)
		}
		if got := areOfOnePerson(test.y, test.x); got != test.want {
			t.Errorf("%q and %q: got %v, want %v", test.y, test.x, got, test.want)
		}
	}
}
