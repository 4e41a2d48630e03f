package header

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// otherThanPython lists the values of testdata/addresses.jsonl that are read in another
// way than Python's email package reads them, and as what.
func otherThanPython() map[string]string {
	return map[string]string{
		// Python ends a route at its first comma, and reads addresses without a local part.
		"<@a.example,@b.example:joe@army.ml>": "joe@army.ml", "Undisclosed-Recipient:@army.ml;": "", "@army.ml": "",
		// It keeps the quotes that Outlook writes, and knows no missing comma or quote.
		"'jane@army.ml' <jane@army.ml>": "jane@army.ml", "<'jane@army.ml'>": "jane@army.ml", "jane@army.ml bob@corp.example": "jane@army.ml bob@corp.example",
		"Jane jane@army.ml": "jane@army.ml", `"Doe, Jane <jane@army.ml>, bob@corp.example`: "jane@army.ml bob@corp.example",
		// It does not decode before it looks for addresses.
		"=?utf-8?B?IkphbmUiIDxqYW5lQGFybXkubWw+?=": "jane@army.ml", "\x1b$B0)ED\x1b(B <jane@army.ml>": "jane@army.ml", "\x1b$B0)<\x1b(B <jane@army.ml>": "jane@army.ml",
		// Of two "@" the last is that of the address, and what stands before it is kept.
		"jane@@army.ml": "jane@@army.ml", "jane@army.ml@relay.example": "jane@army.ml@relay.example",
	}
}

// TestPython holds addresses to what Python's email package reads.
func TestPython(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/addresses.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	other, used, n := otherThanPython(), 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var test struct {
			Value  string
			Python []string
		}
		if err := json.Unmarshal(lines.Bytes(), &test); err != nil {
			t.Fatal(err)
		}
		var got []string
		new(List).Each([]byte(test.Value), func(a []byte) { got = append(got, string(a)) })
		want, differs := strings.Join(test.Python, " "), false
		if w, ok := other[test.Value]; ok {
			used++
			differs, want = w != want, w
			if !differs {
				t.Errorf("%q: read as Python does, and listed", test.Value)
			}
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%q\n got %q\nwant %q", test.Value, g, want)
		}
	}
	if used != len(other) {
		t.Errorf("%d of the %d values that are listed are in no sample", len(other)-used, len(other))
	}
	if n < 400 {
		t.Errorf("%d values, want 400", n)
	}
}

// otherDates lists the dates that are read in another way than Python reads them, and as
// what; "" is none.
func otherDates() map[string]string {
	return map[string]string{
		// Python takes no comments out.
		"Fri, 21 Nov 1997 09(comment):   55  :  06 -0600": "1997-11-21T15:55:06Z", "Mon (x), 23 (y) Nov 2026 10:00:00 +0100": "2026-11-23T09:00:00Z",
		"Wed, 20 Sep 1995 00:19:00 (EDT) -0400": "1995-09-20T04:19:00Z", "23-Nov-2026 10:00:00 +0100 (CET)": "2026-11-23T09:00:00Z",
		// It does not know the day of the week in French, and ISO 8601.
		"lun., 23 nov. 2026 10:00:00 +0100": "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z": "2026-11-23T10:00:00Z",
	}
}

// TestPythonDates holds dates to what Python's email package reads.
func TestPythonDates(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/dates.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	other, used, n := otherDates(), 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); n++ {
		var test struct{ Value, Python string }
		if err := json.Unmarshal(lines.Bytes(), &test); err != nil {
			t.Fatal(err)
		}
		got := ""
		if when, ok := Date([]byte(test.Value)); ok {
			got = when.Format(time.RFC3339)
		}
		want := test.Python
		if w, ok := other[test.Value]; ok {
			if used++; w == want {
				t.Errorf("%q: read as Python does, and listed", test.Value)
			}
			want = w
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", test.Value, got, want)
		}
	}
	if used != len(other) {
		t.Errorf("%d of the %d dates that are listed are in no sample", len(other)-used, len(other))
	}
	if n < 400 {
		t.Errorf("%d values, want 400", n)
	}
}
