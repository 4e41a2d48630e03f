package parsers_test

import (
	"slices"
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
)

// TestBare: recipients without a domain at servers of several organisations were masked, those
// that one mail hub takes were not.
func TestBare(t *testing.T) {
	t.Parallel()
	sent := func(recipient string, relays ...string) (all parsers.Bare) {
		for _, relay := range relays {
			d := parsers.Delivery{Recipient: recipient, Relay: relay, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes}
			var b parsers.Bare
			b.Count(&d, 2)
			all.Merge(b)
		}
		return all
	}
	relays := []string{"mx.army.mil[192.0.2.7]:25", "mx1.partner.example. [192.0.2.8]", "192.0.2.9 (MX.Customer.example)"}
	for name, test := range map[string]struct {
		bare  parsers.Bare
		want  bool
		count int64
	}{
		"masked":     {sent("REDACTED", relays...), true, 6},
		"more":       {sent("REDACTED", append(slices.Clone(relays), "mx.other.example (192.0.2.3)")...), true, 8},
		"addresses":  {sent("jane@army.mil", relays...), false, 0},
		"one hub":    {sent("root", "mx1.hub.example[192.0.2.7]:25", "mx2.hub.example[192.0.2.8]:25", "mx3.hub.example[192.0.2.9]:25"), false, 6},
		"no servers": {sent("root", "local", "virtual", "", "127.0.0.1[127.0.0.1]:10024", "192.0.2.7"), false, 0},
	} {
		if got := test.bare.AreMasked(); got != test.want || test.bare.Deliveries != test.count {
			t.Errorf("%s: got %v, %d; want %v, %d", name, got, test.bare.Deliveries, test.want, test.count)
		}
	}
}

// TestBareLocal: what stayed here, came in or was refused says nothing of a mask.
func TestBareLocal(t *testing.T) {
	t.Parallel()
	for _, d := range []parsers.Delivery{
		{Local: true, Arrived: parsers.ArrivedYes}, {Direction: parsers.DirectionInbound, Arrived: parsers.ArrivedYes}, {Arrived: parsers.ArrivedNo},
	} {
		var b parsers.Bare
		d.Recipient, d.Relay = "root", "mx.army.mil[192.0.2.7]:25"
		if b.Count(&d, 1); b.Deliveries != 0 {
			t.Errorf("%+v: counted", d)
		}
	}
}
