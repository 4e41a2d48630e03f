package audit

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/content"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// find returns the delivery with an identifier.
func find(t *testing.T, r *result.Result, id string) *result.Delivery {
	t.Helper()
	for i := range r.Deliveries {
		if r.Deliveries[i].MessageID == id {
			return &r.Deliveries[i]
		}
	}
	t.Fatalf("no %s", id)
	return nil
}

func sender(r *result.Result, name string) result.Sender {
	for _, s := range r.Senders {
		if s.Sender == name {
			return s
		}
	}
	return result.Sender{}
}

// inspecting makes an Inspector of a function.
func inspecting(f inspectFunc) func() Inspector {
	return func() Inspector { return f }
}

type inspectFunc func(parsers.Origin) (Contents, bool)

func (f inspectFunc) Inspect(o parsers.Origin) (Contents, bool) { return f(o) }
func (inspectFunc) Close()                                      {}

func TestInspect(t *testing.T) {
	t.Parallel()
	o := options(t)
	opened := map[parsers.Origin]int{}
	var mu sync.Mutex
	o.Inspect = inspecting(func(at parsers.Origin) (Contents, bool) {
		mu.Lock()
		opened[at]++
		mu.Unlock()
		return Contents{
			Attachments: parsers.Attachments{Number: 2, Bytes: 5000, Kinds: parsers.KindPDF | parsers.KindArchive},
			Classes:     []content.Class{content.PaymentCard, content.Credentials},
		}, at.Offset < 1000
	})
	both := sentCopy("both", "lucia@gmail.con", 100)
	broken := sentCopy("broken", lookalikeAddress, 2000)
	fine := sentCopy("fine", "t.mori@bigcustomer.example", 3000)
	r := audited(t, o, 1, sentCopy("both", lookalikeAddress, 100), both, broken, fine)
	if diff := cmp.Diff(map[parsers.Origin]int{both.Origin: 1, broken.Origin: 1}, opened); diff != "" {
		t.Error(diff)
	}
	d := find(t, r, "both")
	if d.Attachments != 2 || d.AttachmentBytes != 5000 || cmp.Diff([]string{"pdf", "archive"}, d.AttachmentKinds) != "" {
		t.Errorf("%+v", d)
	}
	if diff := cmp.Diff([]string{"credentials", "payment-card"}, d.Sensitive); diff != "" {
		t.Error(diff)
	}
	if d := find(t, r, "broken"); d.Attachments != 0 || len(d.Sensitive) != 0 || d.AttachmentKinds == nil {
		t.Errorf("%+v", d)
	}
	if s := r.Senders[0]; s.Sender != "alice@corp.example" || s.Sensitive["credentials"] != 2 || s.Attachments != 4 {
		t.Errorf("%+v", s)
	}
}

// TestAttachmentsOfTheFirstPass: what the source said in passing is in the
// result as well.
func TestAttachmentsOfTheFirstPass(t *testing.T) {
	t.Parallel()
	d := sentCopy("id", lookalikeAddress, 100)
	d.Attachments = parsers.Attachments{Number: 3, Bytes: 1 << 33, Kinds: parsers.KindOther}
	got := find(t, audited(t, options(t), 1, d), "id")
	if got.Attachments != 3 || got.AttachmentBytes != 1<<33 || got.AttachmentKinds[0] != "other" {
		t.Errorf("%+v", got)
	}
}

// TestSensitiveRisk: what was sensitive weighs in the exposure, and is
// critical at once when it arrived.
func TestSensitiveRisk(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		classes []content.Class
		report  parsers.Status
		want    result.Risk
	}{
		{"nothing in it, and nothing known", nil, parsers.StatusUnknown, result.RiskLow},
		{"a password, and nothing known", []content.Class{content.Credentials}, parsers.StatusUnknown, result.RiskHigh},
		{"a password that arrived", []content.Class{content.Credentials}, parsers.StatusDelivered, result.RiskCritical},
		{"health terms that arrived", []content.Class{content.Health}, parsers.StatusDelivered, result.RiskCritical},
		{"a password that came back", []content.Class{content.Credentials}, parsers.StatusBounced, result.RiskNone},
	} {
		o := options(t)
		o.Inspect = inspecting(func(parsers.Origin) (Contents, bool) { return Contents{Classes: test.classes}, true })
		one := sentCopy("id", "lucia@gmial.com", 100)
		one.Sender = "carol@corp.example"
		more := []any{one}
		if test.report != parsers.StatusUnknown {
			more = append(more, bounce("id", "lucia@gmial.com", test.report, parsers.FailureNone))
		}
		s := sender(audited(t, o, 1, more...), one.Sender)
		if s.Risk != test.want {
			t.Errorf("%s: got %q at %g, want %s", test.name, s.Risk, s.Exposure, test.want)
		}
	}
}

// TestUninspected: what could not be looked at is said.
func TestUninspected(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Inspect = inspecting(func(at parsers.Origin) (Contents, bool) {
		return Contents{Cut: at.Offset == 200, Limits: []string{"deep", "long"}[:at.Offset/200]}, at.Offset > 100
	})
	r := audited(t, o, 1, sentCopy("gone", lookalikeAddress, 100), sentCopy("cut", lookalikeAddress, 200), sentCopy("long", lookalikeAddress, 400))
	if diff := cmp.Diff([]string{"deep", "long"}, r.Coverage.ContentLimits); diff != "" || r.Coverage.Uninspected != 2 {
		t.Error(r.Coverage.Uninspected, diff)
	}
}
