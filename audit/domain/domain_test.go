package domain

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in, want string
		err      error
	}{
		{"Example.COM.", "example.com", nil},
		{"bücher.example", "xn--bcher-kva.example", nil},
		{"a_b.example", "a_b.example", nil},
		{"x.com2", "x.com2", nil},
		{"[192.0.2.1]", "", ErrLiteral},
		{"192.0.2.1", "", ErrSyntax},
		{"localhost", "", ErrSyntax},
		{"", "", ErrSyntax},
		{"a..b", "", ErrSyntax},
		{".a.b", "", ErrSyntax},
		{"a b.example", "", ErrSyntax},
	} {
		got, err := Parse(test.in)
		if got.String() != test.want || !errors.Is(err, test.err) {
			t.Errorf("%q: %q, %v", test.in, got, err)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in, suffix, registrable string
		known                   bool
	}{
		{"mail.acme.co.uk", "co.uk", "acme.co.uk", true},
		{"a.b.acme.com", "com", "acme.com", true},
		{"shop.blogspot.com", "com", "blogspot.com", true},
		{"acme.con", "con", "acme.con", false},
		{"co.uk", "co.uk", "", true},
		{"corp.example", "example", "corp.example", true},
	} {
		n := Must(test.in)
		r, ok := n.Registrable()
		suffix, known := n.Suffix()
		if suffix != test.suffix || r.String() != test.registrable || ok != (test.registrable != "") || known != test.known {
			t.Errorf("%s: suffix %s, registrable %s %v, TLD known %v", n, suffix, r, ok, known)
		}
	}
}

func TestSubdomainOf(t *testing.T) {
	t.Parallel()
	corp := Must("corp.example")
	for name, want := range map[string]bool{"corp.example": true, "mail.corp.example": true, "acorp.example": false, "corp.example.com": false} {
		if got := Must(name).SubdomainOf(corp); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if corp.SubdomainOf(Name{}) {
		t.Error("everything is below the zero name")
	}
}

func TestUnicode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"xn--bcher-kva.example": "bücher.example",
		"xn--cme-5cd.com":       "", // Latin and Cyrillic in one label
		"acme.com":              "",
	} {
		if got := Must(in).Unicode(); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestSplitAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in, local, domain string
		ok                bool
	}{
		{"a@b.example", "a", "b.example", true},
		{`"a@c"@b.example`, `"a@c"`, "b.example", true},
		{"@relay.example:a@b.example", "a", "b.example", true},
		{"postmaster", "", "", false},
		{"@b.example", "", "", false},
		{"a@", "", "", false},
	} {
		local, domain, ok := SplitAddress(test.in)
		if local != test.local || domain != test.domain || ok != test.ok {
			t.Errorf("%q: got %q, %q, %v, want %q, %q, %v", test.in, local, domain, ok, test.local, test.domain, test.ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("bücher.example.")
	f.Add("xn--.com")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(n.String()); err != nil || again != n {
			t.Fatalf("%q became %q, and that %q: %v", s, n, again, err)
		}
		n.Unicode()
		n.Registrable()
	})
}
