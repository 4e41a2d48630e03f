package lookalike

import (
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// What was typed for what, where a rule of its own finds it.
func TestStories(t *testing.T) {
	t.Parallel()
	busy := Traffic{Sent: 40, Senders: 4, Recipients: 5, Arrived: 40, Received: 30, Writers: 4}
	one := Traffic{Sent: 1, Senders: 1, Recipients: 1, Arrived: 1}
	back := Traffic{Sent: 1, Senders: 1, Recipients: 1, NoDomain: 1}
	for _, test := range []struct {
		name, typed string
		targets     []Target
		meant       string // "" for none
	}{
		{"an umlaut written out", "mueller-pumpen.example", []Target{{Name: domain.Must("müller-pumpen.example"), Traffic: busy}}, "xn--mller-pumpen-dlb.example"},
		{"an umlaut for what is written out", "müller-pumpen.example", []Target{{Name: domain.Must("mueller-pumpen.example"), Traffic: busy}}, "mueller-pumpen.example"},
		{"an umlaut without its dots", "muller-pumpen.example", []Target{{Name: domain.Must("müller-pumpen.example"), Traffic: busy}}, "xn--mller-pumpen-dlb.example"},
		{"a letter before co.uk", "northgate.pco.uk", []Target{{Name: domain.Must("northgate.co.uk"), Traffic: busy}}, "northgate.co.uk"},
		{"below a protected domain", "us.army.ml", []Target{{Name: domain.Must("army.mil"), Protected: true}}, "us.army.mil"},
		{"below one's own", "mail.bigcorp.exmaple", []Target{{Name: domain.Must("bigcorp.example"), Own: true}}, "mail.bigcorp.example"},
		{"below a partner's", "hq.bigcustmoer.example", []Target{{Name: domain.Must("bigcustomer.example"), Traffic: busy}}, "hq.bigcustomer.example"},
		{"below a partner's, of a suffix that fingers slip to", "mail.bigcustomer.co", []Target{{Name: domain.Must("bigcustomer.com"), Traffic: busy}}, "mail.bigcustomer.com"},
		{"a host under a partner's name in another country", "mail.bigcustomer.us", []Target{{Name: domain.Must("bigcustomer.org"), Traffic: busy}}, ""},
		{"a host below a provider's", "a.hotmial.com", []Target{{Name: domain.Must("hotmail.com"), Known: true, Major: true, Traffic: busy}}, ""},
		{"a partner's with a gateway's domain after it", "a.bigcustomer.com.bigcustomer.co", []Target{{Name: domain.Must("bigcustomer.com"), Traffic: busy}}, ""},
		{"a host of its own domain", "lists.bigcustomer.example", []Target{{Name: domain.Must("bigcustomer.example"), Traffic: busy}}, ""},
		{"a mail server", "mail.rudolf.net", []Target{{Name: domain.Must("mail.ru"), Known: true, Major: true, Traffic: busy}}, ""},
		{"a mail server below a short name", "mail.ru.nl", []Target{{Name: domain.Must("mail.ru"), Known: true, Major: true, Traffic: busy}}, ""},
		{"a branch among others", "werk1-bigcustomer.example", []Target{
			{Name: domain.Must("werk2-bigcustomer.example"), Traffic: busy}, {Name: domain.Must("werk3-bigcustomer.example"), Traffic: busy},
		}, ""},
		{"two letters of a large provider's five", "gaiml.com", []Target{{Name: domain.Must("gmail.com"), Known: true, Major: true, Traffic: busy}}, "gmail.com"},
		{"the end of a suffix of two", "northgate.co", []Target{{Name: domain.Must("northgate.co.uk"), Traffic: busy}}, "northgate.co.uk"},
		{"no such top-level domain, and nobody writes to what was meant", "northgate.cmo", []Target{{Name: domain.Must("bigcustomer.com"), Traffic: busy}}, "northgate.com"},
		{"a host of a name that a word begins", "gmx.company.de", []Target{{Name: domain.Must("gmx.com"), Known: true, Major: true, Traffic: busy}}, ""},
		{"two domains in one", "msn.comusa.net", []Target{{Name: domain.Must("msn.com"), Known: true, Major: true, Traffic: busy}}, "msn.com"},
		{"two letters of three", "gx.de", []Target{{Name: domain.Must("gmx.de"), Known: true, Major: true, Traffic: busy}}, "gmx.de"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := Subject{Name: domain.Must(test.typed), Traffic: one}
			if _, known := s.Name.Suffix(); !known {
				s.Traffic = back
			}
			v, ok := judge(t, s, test.targets...)
			if ok != (test.meant != "") || ok && v.Intended.String() != test.meant {
				t.Errorf("%s: said %s (%.2f)", test.typed, v.Intended, v.Confidence)
			}
		})
	}
}

// Of a family of a hundred domains, the slip is found for the one with its suffix.
func TestLargeFamily(t *testing.T) {
	t.Parallel()
	targets := []Target{{Name: domain.Must("webmailer.com"), Known: true, Major: true, Family: "f", Traffic: Traffic{Sent: 500}}}
	for _, tld := range []string{"de", "fr", "it", "es", "nl", "be", "at", "ch", "dk", "se", "no", "fi", "pl", "cz", "sk", "hu", "ro", "bg", "gr", "pt", "ie", "lu", "lt", "lv", "ee", "si", "hr", "rs", "ua", "by", "ru", "kz", "cn", "jp", "kr", "in", "sg", "my", "ph", "th", "vn", "id", "au", "nz", "ca", "mx", "br", "ar", "cl", "co", "pe", "ve", "za", "eg", "ma", "tn", "ng", "ke"} {
		targets = append(targets, Target{Name: domain.Must("webmailer." + tld), Known: true, Major: true, Family: "f", Traffic: Traffic{Sent: 10}})
	}
	v, ok := judge(t, Subject{Name: domain.Must("webmialer.ke"), Traffic: Traffic{Sent: 1, Senders: 1, Recipients: 1}}, targets...)
	if !ok || v.Intended.String() != "webmailer.ke" {
		t.Errorf("webmialer.ke: said %s", v.Intended)
	}
}
