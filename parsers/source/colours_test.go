package source

import "testing"

func TestWithoutColours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a line":                                 "a line",
		"\x1b[31mred\x1b[0m and \x1b[1;32mgreen": "red and green",
		"x\x1b[K\x1b[38:5:1my":                   "xy",
		"\x1b]0;a title\x07x":                    "\x1b]0;a title\x07x", // of another kind
		"cut in one \x1b[3":                      "cut in one ",
		"\x1b[":                                  "",
	} {
		if got := string(WithoutColours([]byte(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
