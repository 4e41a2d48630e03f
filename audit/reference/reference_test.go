package reference

import (
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

func TestProviders(t *testing.T) {
	t.Parallel()
	s, err := Providers()
	if err != nil {
		t.Fatal(err)
	}
	gmail, ok := s.Find(domain.Must("gmail.com"))
	if !ok || !gmail.Major || gmail.Family != "google" {
		t.Errorf("gmail.com: %+v, %v", gmail, ok)
	}
	fr, _ := s.Find(domain.Must("yahoo.fr"))
	gr, _ := s.Find(domain.Must("yahoo.gr"))
	if fr.Family != gr.Family {
		t.Errorf("yahoo.fr and yahoo.gr: got the families %q and %q, want one", fr.Family, gr.Family)
	}
	if _, ok := s.Find(domain.Must("gmial.com")); ok {
		t.Error("a slip is listed as a provider")
	}
	if n := len(s.All()); n < 500 {
		t.Errorf("%d providers", n)
	}
	for _, p := range s.All() {
		if _, known := p.Name.Suffix(); !known {
			t.Errorf("%s: no such top-level domain", p.Name)
		}
	}
}

func TestParseRefusesDoubles(t *testing.T) {
	t.Parallel()
	_, err := parse("a x.example\nb x.example\n")
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a domain of two families: %v", err)
	}
}
