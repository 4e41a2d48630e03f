package organisation

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/parsers"
)

// seen keeps what a sink was given.
type seen []parsers.Delivery

func (s *seen) Add(d *parsers.Delivery)  { *s = append(*s, *d) }
func (s *seen) Bounce(b *parsers.Bounce) { *s = append(*s, parsers.Delivery{Recipient: b.Recipient}) }

func tenants() (a, b *Tenant) {
	ours, theirs := []domain.Name{domain.Must("a.example")}, []domain.Name{domain.Must("b.example"), domain.Must("b.test")}
	return NewTenant(ours, theirs), NewTenant(theirs, ours)
}

func TestTenantSees(t *testing.T) {
	t.Parallel()
	a, b := tenants()
	for name, test := range map[string]struct{ in, atA, atB string }{
		"its own mail":                       {"alice@a.example - x@ext.test", "alice@a.example - x@ext.test", ""},
		"that of a subdomain":                {"alice@hq.a.example - x@ext.test", "alice@hq.a.example - x@ext.test", ""},
		"with a tag of BATV":                 {"prvs=1234567890=alice@a.example - x@ext.test", "prvs=1234567890=alice@a.example - x@ext.test", ""},
		"a foreign sender by a login":        {"x@gmail.example alice@a.example y@ext.test", "x@gmail.example alice@a.example y@ext.test", ""},
		"the login of another tenant":        {"alice@a.example bob@b.example x@ext.test", "alice@a.example - x@ext.test", ""},
		"what came in":                       {"x@ext.test - alice@a.example", "x@ext.test - alice@a.example", ""},
		"mail to another tenant":             {"alice@a.example - bob@b.example", "alice@a.example - bob@b.example", "2i44n19lp0uiy@a.example - bob@b.example"},
		"an alias of its own":                {"x@ext.test - y@ext.test a1@a.example", "x@ext.test - y@ext.test a1@a.example", ""},
		"an alias of another tenant":         {"alice@a.example - y@ext.test b1@b.example", "alice@a.example - b1@b.example", "? - y@ext.test b1@b.example"},
		"an alias that comes home":           {"alice@a.example - carol@a.example b1@b.example", "alice@a.example - b1@b.example", "? - carol@a.example b1@b.example"},
		"SRS at an alias of another tenant":  {"SRS0=H=T=a.example=alice@b.example - y@ext.test b1@b.example", "alice@a.example - b1@b.example", "? - y@ext.test b1@b.example"},
		"SRS of another tenant's rule":       {"SRS0=H=T=a.example=alice@b.example - y@ext.test", "", ""},
		"SRS of a stranger's mail":           {"SRS0=H=T=ext.test=x@b.example - alice@a.example", "x@ext.test - alice@a.example", "SRS0=H=T=ext.test=x@b.example - alice@a.example"},
		"strangers":                          {"x@ext.test - y@ext.test", "", ""},
		"nobody":                             {"? - y@ext.test", "", ""},
		"a bare login with a foreign sender": {"x@ext.test kim y@ext.test", "", ""},
		"its own one with a bare login":      {"alice@a.example kim y@ext.test", "alice@a.example kim y@ext.test", ""},
		"a bare login that writes to it":     {"x@ext.test kim bob@b.test", "", "x@ext.test - bob@b.test"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for tenant, want := range map[*Tenant]string{a: test.atA, b: test.atB} {
				var got seen
				d := delivery(test.in)
				tenant.Sink(&got).Add(&d)
				text := ""
				for i := range got {
					text = write(&got[i])
				}
				if diff := cmp.Diff(want, text); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// delivery reads "SENDER LOGIN RECIPIENT [ALIAS]"; "?" is no sender, "-" no login.
func delivery(text string) parsers.Delivery {
	var f [4]string
	n := 0
	for word := range strings.FieldsSeq(text) {
		f[n] = word
		n++
	}
	d := parsers.Delivery{Sender: f[0], SenderKnown: true, AuthUser: f[1], Submitted: f[1] != "-", Recipient: f[2], OrigRecipient: f[3], Status: parsers.StatusDelivered, Count: 1}
	if f[0] == "?" {
		d.Sender, d.SenderKnown = "", false
	}
	if f[1] == "-" {
		d.AuthUser = ""
	}
	return d
}

// write is the contrary of delivery.
func write(d *parsers.Delivery) string {
	sender, login := d.Sender, d.AuthUser
	if !d.SenderKnown {
		sender = "?"
	}
	if login == "" {
		login = "-"
	}
	text := sender + " " + login + " " + d.Recipient
	if d.OrigRecipient != "" {
		text += " " + d.OrigRecipient
	}
	return text
}

// TestTenantCounts: what somebody here sent and no report has is counted.
func TestTenantCounts(t *testing.T) {
	t.Parallel()
	a, b := tenants()
	atA, atB := a.Sink(&seen{}), b.Sink(&seen{})
	for _, text := range []string{"x@ext.test kim y@ext.test", "x@ext.test - y@ext.test", "SRS0=H=T=a.example=alice@b.example - y@ext.test", "alice@a.example - x@ext.test"} {
		d := delivery(text)
		d.Count = 2
		atA.Add(&d)
		atB.Add(&d)
	}
	if atA.Unowned != 2 || atB.Unowned != 2 || atA.Mixed != 0 || atB.Mixed != 2 {
		t.Errorf("unowned %d, %d, mixed %d, %d", atA.Unowned, atB.Unowned, atA.Mixed, atB.Mixed)
	}
}

// TestTenantIsAStranger: what is stored here for another tenant is with a stranger.
func TestTenantIsAStranger(t *testing.T) {
	t.Parallel()
	a, _ := tenants()
	var got seen
	d := delivery("alice@a.example - bob@b.example")
	d.Local, d.Direction = true, parsers.DirectionInternal
	a.Sink(&got).Add(&d)
	if len(got) != 1 || got[0].Local || got[0].Arrived != parsers.ArrivedYes || got[0].Direction != parsers.DirectionOutbound {
		t.Errorf("%+v", got)
	}
}

func TestTenantBounces(t *testing.T) {
	t.Parallel()
	a, b := tenants()
	var atA, atB seen
	for _, id := range []string{"1@a.example", "2@mail.b.example", "3@mailer.test"} {
		bounce := parsers.Bounce{MessageID: id, Recipient: id}
		a.Sink(&atA).Bounce(&bounce)
		b.Sink(&atB).Bounce(&bounce)
	}
	if len(atA) != 2 || len(atB) != 2 || atA[0].Recipient != "1@a.example" || atB[0].Recipient != "2@mail.b.example" {
		t.Errorf("%+v, %+v", atA, atB)
	}
}

func TestTenantMaySee(t *testing.T) {
	t.Parallel()
	a, _ := tenants()
	for sender, may := range map[string]bool{"alice@a.example": true, "bob@b.example": false, "x@ext.test": false, "": false, "SRS0=H=T=a.example=alice@b.example": false} {
		if a.MaySee(sender, "bob@b.example") != may {
			t.Errorf("%q: want %v", sender, may)
		}
	}
	if !a.MaySee("", "alice@a.example") || a.MaySee("bob@b.example", "alice@a.example") {
		t.Error("a login counts where the sender is nobody's")
	}
	if a.IsOthers("x@ext.test") || !a.IsOthers("bob@b.example") || !a.IsOthers("SRS0=H=T=ext.test=x@b.example") {
		t.Error("senders of what comes in")
	}
	if !a.MaySeeRecipient(true, "x@ext.test", "") || a.MaySeeRecipient(false, "x@ext.test", "") || !a.MaySeeRecipient(false, "c@a.example", "") ||
		a.MaySeeRecipient(true, "x@ext.test", "b1@b.example") || !a.MaySeeRecipient(false, "x@ext.test", "a1@a.example") {
		t.Error("recipients")
	}
}
