package audit

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// A mailLog makes the deliveries of a story. Days count from its begin.
type mailLog struct {
	all  []parsers.Delivery
	line int64
}

func (l *mailLog) add(day int, after time.Duration, d parsers.Delivery) {
	l.line++
	d.Time = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).AddDate(0, 0, day).Add(after)
	d.SenderKnown, d.Origin.Line = true, l.line
	l.all = append(l.all, d)
}

// sent is mail of one of ours that arrived.
func (l *mailLog) sent(day int, after time.Duration, who, to string) {
	l.add(day, after, parsers.Delivery{
		Sender: who + "@corp.example", AuthUser: who, Submitted: true, Recipient: to, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes,
	})
}

// local is mail of one of ours without a login.
func (l *mailLog) local(day int, who, to string) {
	l.add(day, 0, parsers.Delivery{Sender: who + "@corp.example", Recipient: to, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes})
}

// failed is mail of one of ours that came back.
func (l *mailLog) failed(day int, after time.Duration, who, to string, why parsers.Failure) {
	l.add(day, after, parsers.Delivery{
		Sender: who + "@corp.example", AuthUser: who, Submitted: true, Recipient: to, Status: parsers.StatusBounced, Arrived: parsers.ArrivedNo, Failure: why,
	})
}

// got is mail to one of ours.
func (l *mailLog) got(day int, after time.Duration, from, who string) {
	l.add(day, after, parsers.Delivery{Sender: from, Recipient: who + "@corp.example", Local: true, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes})
}

// forwarded is mail to one of ours that a rule sent on.
func (l *mailLog) forwarded(day int, from, who, to string) {
	l.add(day, 0, parsers.Delivery{Sender: from, Recipient: to, OrigRecipient: who + "@corp.example", Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes})
}

// partner is forty days of correspondence of kim with j.smith at a domain.
func (l *mailLog) partner(domain string) {
	for day := range 40 {
		l.sent(day, 0, "kim", "j.smith@"+domain)
		if day%2 == 0 {
			l.got(day, 3*time.Hour, "j.smith@"+domain, "kim")
		}
	}
}

// audit audits the log of corp.example.
func (l *mailLog) audit(t *testing.T, o Options) *result.Result {
	t.Helper()
	o.Internal = names("corp.example", "acme-works.com")
	ledger := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for i := range l.all {
		ledger.Add(&l.all[i])
	}
	return resultOf(t, ledger, o)
}

// TestStories: what else the log has of a domain decides whether mail to it was a slip.
func TestStories(t *testing.T) {
	t.Parallel()
	const partner, slip = "acme-supply.com", "acme-suply.com"
	for _, test := range []struct {
		name   string
		write  func(*mailLog)
		domain string
		found  bool
	}{
		{"a spammer's mail is no correspondence", func(l *mailLog) {
			l.sent(9, 0, "kim", "j.smith@"+slip)
			for day := range 8 {
				l.got(day, 0, "offers@"+slip, "staff"+string(rune('a'+day)))
			}
		}, slip, true},
		{"a catch-all answers at once", func(l *mailLog) {
			l.sent(9, 0, "kim", "n.person@"+slip)
			l.got(9, 40*time.Second, "info@"+slip, "kim")
		}, slip, true},
		{"one answer does not hide a namesake", func(l *mailLog) {
			l.sent(9, 0, "kim", "j.smith@"+slip)
			l.got(9, 5*time.Hour, "j.smith@"+slip, "kim")
		}, slip, true},
		{"people write to each other over days", func(l *mailLog) {
			for day := range 9 {
				l.sent(day*4, time.Hour, "lee", "m.weber@"+slip)
				l.got(day*4, 5*time.Hour, "m.weber@"+slip, "lee")
			}
		}, slip, false},
		{"several who wrote first were answered", func(l *mailLog) {
			for i, who := range []string{"lee", "sam", "ann"} {
				l.sent(i*4, time.Hour, who, "m.weber@"+slip)
				l.got(i*4+1, 0, "m.weber@"+slip, who)
			}
		}, slip, false},
		{"corrected in the middle of a correspondence", func(l *mailLog) {
			l.sent(19, 20*time.Minute, "kim", "j.smith@acme-supply.org")
			l.sent(19, 24*time.Minute, "kim", "j.smith@"+partner)
		}, "acme-supply.org", true},
		{"written to beside the other one", func(l *mailLog) {
			for day := range 9 {
				l.sent(day*4, 20*time.Minute, "lee", "office@acme-supply.de")
				l.sent(day*4, 24*time.Minute, "lee", "office@"+partner)
			}
		}, "acme-supply.de", false},
		{"it came back and was sent again the next morning", func(l *mailLog) {
			l.failed(19, 8*time.Hour, "ann", "p.new@acme-supply.org", parsers.FailureNoUser)
			l.sent(20, 0, "ann", "p.new@"+partner)
		}, "acme-supply.org", true},
		{"strangers' mail by a forwarding rule is one decision", func(l *mailLog) {
			for day := range 40 {
				l.forwarded(day, "someone"+string(rune('a'+day%26))+"@far.example", "kim", "kim@"+slip)
			}
		}, slip, true},
	} {
		var l mailLog
		l.partner(partner)
		test.write(&l)
		r := l.audit(t, options(t))
		found := slices.ContainsFunc(r.Lookalikes, func(x result.Lookalike) bool { return x.Domain == test.domain && x.Intended == partner })
		if found != test.found || len(r.Lookalikes) > 1 {
			t.Errorf("%s: got %v", test.name, r.Lookalikes)
		}
	}
}

// TestCorrectionMakesAThinPartner: a domain that was written to once is meant where the
// sender wrote to the same person there soon after, and else is not.
func TestCorrectionMakesAThinPartner(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]int{6 * time.Minute: 1, 9 * 24 * time.Hour: 0} {
		var l mailLog
		l.partner("acme-supply.com")
		l.sent(9, 0, "ann", "p.wagner@hagenbeck-uhern.de")
		l.sent(9, after, "ann", "p.wagner@hagenbeck-uhren.de")
		r := l.audit(t, options(t))
		if len(r.Lookalikes) != want || want == 1 && r.Lookalikes[0].Intended != "hagenbeck-uhren.de" {
			t.Errorf("%s after: got %v, want %d lookalikes of hagenbeck-uhren.de", after, r.Lookalikes, want)
		}
	}
}

// TestAnotherFormOfAName: john.smith is j.smith, who is known at the other domain.
func TestAnotherFormOfAName(t *testing.T) {
	t.Parallel()
	var l mailLog
	l.partner("acme-supply.com")
	l.sent(9, 0, "lee", "john.smith@acme-suplly.com")
	r := l.audit(t, options(t))
	if len(r.Lookalikes) != 1 || !slices.ContainsFunc(r.Lookalikes[0].Evidence, func(e result.Evidence) bool { return e.Code == "form" }) {
		t.Errorf("got %v, want the form of the name as evidence", r.Lookalikes)
	}
}

// TestManySendersAreManySlips: the more people mistype a protected domain, the surer it
// is that they do.
func TestManySendersAreManySlips(t *testing.T) {
	t.Parallel()
	var l mailLog
	for i := range 400 {
		who := "u" + string(rune('a'+i%20)) + string(rune('a'+i/20))
		l.sent(i%30, time.Duration(i)*time.Minute, who, who+"@army.ml")
	}
	o := options(t)
	o.Protect = names("army.mil")
	r := l.audit(t, o)
	if len(r.Lookalikes) != 1 || r.Lookalikes[0].Confidence < 0.9 {
		t.Errorf("got %v, want army.ml", r.Lookalikes)
	}
}

// TestProtectedIsMeant: who wrote to the same person at a protected domain before means it.
func TestProtectedIsMeant(t *testing.T) {
	t.Parallel()
	var l mailLog
	for i, who := range []string{"ann", "ben", "kim", "lee", "sam"} {
		for day := range 8 {
			l.sent(i+5*day, 20*time.Minute, who, who+"@army.ml")
		}
		l.sent(i, 0, who, who+"@army.mil")
	}
	l.got(9, time.Hour, "ann@army.ml", "ann")
	o := options(t)
	o.Protect = names("army.mil")
	r := l.audit(t, o)
	if len(r.Lookalikes) != 1 || r.Lookalikes[0].Domain != "army.ml" || r.Lookalikes[0].Confidence < 0.9 {
		t.Errorf("got %v, want army.ml", r.Lookalikes)
	}
}

// TestPartnerIsNotFramed: whoever writes to ours until they answer makes no slip of the
// partner's domain.
func TestPartnerIsNotFramed(t *testing.T) {
	t.Parallel()
	var l mailLog
	for i, who := range []string{"ua", "ub", "uc", "ud", "ue", "sa"} {
		l.got(10+i, 0, "bob@acme-industrie.com", who)
		l.sent(10+i, time.Hour, who, "bob@acme-industrie.com")
	}
	for i, who := range []string{"sa", "sb", "sc"} {
		l.sent(5+5*i, 0, who, "bob@acme-industries.com")
	}
	for _, x := range l.audit(t, options(t)).Lookalikes {
		if x.Domain == "acme-industries.com" {
			t.Errorf("the partner is reported: %v", x)
		}
	}
}

// TestCauses: every delivery has one, and programs are ranked after people.
func TestCauses(t *testing.T) {
	t.Parallel()
	const slip = "acme-suply.com"
	for _, test := range []struct {
		want  result.Cause
		write func(*mailLog)
	}{
		{result.CauseTyped, func(l *mailLog) { l.sent(9, 0, "kim", "j.smith@"+slip) }},
		{result.CauseAddressBook, func(l *mailLog) {
			for i := range 4 {
				l.sent(9*i, 0, "kim", "j.smith@"+slip)
			}
		}},
		{result.CauseForward, func(l *mailLog) {
			for i := range 4 {
				l.forwarded(9*i, "someone@far.example", "kim", "kim@"+slip)
			}
		}},
		{result.CauseList, func(l *mailLog) {
			for i := range 4 {
				l.sent(9*i, 0, "team-bounces+j.smith="+slip, "j.smith@"+slip)
			}
		}},
		{result.CauseWebForm, func(l *mailLog) { l.sent(9, 0, "no-reply", "j.smith@"+slip) }},
		{result.CauseWebForm, func(l *mailLog) { l.sent(9, 0, "news+j.smith="+slip, "j.smith@"+slip) }},
		{result.CauseWebForm, func(l *mailLog) { l.local(9, "helpdesk", "j.smith@"+slip) }},
		{result.CauseTyped, func(l *mailLog) { l.sent(9, 0, "helpdesk", "j.smith@"+slip) }},
		{result.CauseList, func(l *mailLog) { l.local(9, "it-admin", "j.smith@"+slip) }},
		{result.CauseTyped, func(l *mailLog) { l.sent(9, 0, "it-admin", "j.smith@"+slip) }},
	} {
		var l mailLog
		l.partner("acme-supply.com")
		test.write(&l)
		r := l.audit(t, options(t))
		if len(r.Deliveries) == 0 {
			t.Errorf("%s: nothing was found", test.want)
		}
		for _, d := range r.Deliveries {
			if d.Cause != test.want {
				t.Errorf("got cause %q, want %q", d.Cause, test.want)
			}
		}
		if len(r.Senders) > 0 && r.Senders[0].Machine != test.want.IsMachine() {
			t.Errorf("%s: machine is %v", test.want, r.Senders[0].Machine)
		}
	}
}

// TestRepliesToAllAreOneSlip: who wrote there first typed it, and the others answered
// to all.
func TestRepliesToAllAreOneSlip(t *testing.T) {
	t.Parallel()
	var l mailLog
	l.partner("acme-supply.com")
	for i, who := range []string{"kim", "lee", "sam", "ann"} {
		l.sent(9, time.Duration(i)*time.Hour, who, "j.smith@acme-suply.com")
	}
	var got []result.Cause
	for _, d := range l.audit(t, options(t)).Deliveries {
		got = append(got, d.Cause)
	}
	want := []result.Cause{result.CauseTyped, result.CauseReplyAll, result.CauseReplyAll, result.CauseReplyAll}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestNothingArrives: where nobody can have the mail, there is no exposure.
func TestNothingArrives(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*mailLog){
		"no such top-level domain": func(l *mailLog) {
			l.add(9, 0, parsers.Delivery{Sender: "kim@corp.example", Recipient: "j.smith@acme-supply.con"})
			l.add(10, 0, parsers.Delivery{
				Sender: "kim@corp.example", Recipient: "j.smith@acme-supply.con", Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Relay: "smart.isp.example[192.0.2.1]:25",
			})
		},
		"another mail says that there is no such domain": func(l *mailLog) {
			l.add(9, 0, parsers.Delivery{Sender: "kim@corp.example", Recipient: "j.smith@acme-suply.com"})
			l.failed(10, 0, "ann", "p.new@acme-suply.com", parsers.FailureNoDomain)
		},
		"another mail says that there is no such recipient": func(l *mailLog) {
			l.add(9, 0, parsers.Delivery{Sender: "kim@corp.example", Recipient: "j.smith@acme-suply.com"})
			l.failed(10, 0, "ann", "j.smith@acme-suply.com", parsers.FailureNoUser)
		},
	} {
		var l mailLog
		l.partner("acme-supply.com")
		test(&l)
		r := l.audit(t, options(t))
		if r.Totals.Exposure != 0 || r.Totals.Arrived.No != 2 {
			t.Errorf("%s: got exposure %g, arrived %v", name, r.Totals.Exposure, r.Totals.Arrived)
		}
	}
}

// What is refused at one time says nothing of the mail of another: somebody may have
// registered the domain, or have let it go.
func TestRefusedAtAnotherTime(t *testing.T) {
	t.Parallel()
	const open, slip = 20, "acme-suply.com"
	for _, why := range []parsers.Failure{parsers.FailureNoDomain, parsers.FailureNullMX, parsers.FailureNoUser} {
		for days, isMissing := range map[int]bool{-18: false, -4: false, -3: true, -1: true, 2: true, 3: true, 4: false, 15: false} {
			var l mailLog
			l.partner("acme-supply.com")
			l.add(open, 0, parsers.Delivery{Sender: "kim@corp.example", Recipient: "j.smith@" + slip, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedMaybe})
			l.failed(open+days, 0, "ann", "j.smith@"+slip, why)
			r := l.audit(t, options(t))
			if r.Totals.Messages != 2 || (r.Totals.Arrived.No == 2) != isMissing || (r.Totals.Arrived.Maybe == 1) == isMissing {
				t.Errorf("%v %d days apart: %d mails, arrived %+v", why, days, r.Totals.Messages, r.Totals.Arrived)
			}
		}
	}
}

// TestQuestions: what is likely of the same organisation is asked once, and is in no
// ranking; an answer ends it.
func TestQuestions(t *testing.T) {
	t.Parallel()
	const partner = "acme-supply.com"
	for _, test := range []struct {
		name   string
		write  func(*mailLog)
		domain string
	}{
		{"our name under another top-level domain", func(l *mailLog) {
			for day := range 12 {
				l.got(day, 0, "x@far.example", "kim")
				l.sent(5*day, time.Hour, "kim", "j.smith@acme-works.net")
				l.sent(5*day, time.Hour, "lee", "m.weber@acme-works.net")
				for _, who := range []string{"j.smith", "m.weber"} {
					l.add(day, 3*time.Hour, parsers.Delivery{
						Sender: "kim@acme-works.com", AuthUser: "kim", Submitted: true, Recipient: who + "@acme-works.com", Local: true, Status: parsers.StatusDelivered,
					})
				}
			}
		}, "acme-works.net"},
		{"a partner's other name", func(l *mailLog) {
			for day := range 12 {
				for _, who := range []string{"kim", "lee", "sam"} {
					l.sent(5*day, time.Hour, who, "j.smith@acmesupply.com")
					l.sent(5*day+1, time.Hour, who, "m.weber@acmesupply.com")
					l.sent(5*day+2, time.Hour, who, "m.weber@"+partner)
				}
			}
		}, "acmesupply.com"},
		{"a partner's new name", func(l *mailLog) {
			for day := range 20 {
				l.sent(42+3*day, time.Hour, "kim", "j.smith@acme-suply.com")
				l.sent(43+3*day, time.Hour, "lee", "m.weber@acme-suply.com")
			}
		}, "acme-suply.com"},
	} {
		var l mailLog
		l.partner(partner)
		test.write(&l)
		o := options(t)
		r := l.audit(t, o)
		if len(r.Questions) != 1 || r.Questions[0].Domain != test.domain || r.Questions[0].Why == "" || r.Questions[0].Command == "" || len(r.Lookalikes) != 0 {
			t.Errorf("%s: got questions %v and findings %v", test.name, r.Questions, r.Lookalikes)
			continue
		}
		o.Ignore, _ = result.ParseRules("!"+test.domain+" reason=\"a slip\"", time.UTC)
		if r := l.audit(t, o); len(r.Questions) != 0 || len(r.Lookalikes) != 1 || r.Lookalikes[0].Domain != test.domain || r.Coverage.IgnoreRules[0].IsUnused() {
			t.Errorf("%s, answered with no: got questions %v, findings %v, rules %v", test.name, r.Questions, r.Lookalikes, r.Coverage.IgnoreRules)
		}
		o.Ignore, _ = result.ParseRules(test.domain+" reason=theirs", time.UTC)
		if r := l.audit(t, o); len(r.Questions) != 0 || len(r.Lookalikes) != 0 {
			t.Errorf("%s: after the answer: got %v", test.name, r.Questions)
		}
	}
}

// TestElderIsNotBlocked: what was written to before the other one appeared is never
// refused.
func TestElderIsNotBlocked(t *testing.T) {
	t.Parallel()
	var l mailLog
	l.sent(0, 0, "kim", "j.smith@acme-suply.com")
	for day := range 40 {
		l.sent(day+20, 0, "kim", "j.smith@acme-supply.com")
	}
	r := l.audit(t, options(t))
	if len(r.Lookalikes) != 1 || !r.Lookalikes[0].Elder {
		t.Fatalf("got %v, want one that is the elder", r.Lookalikes)
	}
	o := options(t)
	if blocks, left := r.Blocks(0.1, o.Exempt()); len(blocks) != 0 || len(left) != 1 {
		t.Errorf("got %v, left out %v", blocks, left)
	}
}

// TestProtectedIsProtectedBelow: whoever protects a domain means the hosts below it.
func TestProtectedIsProtectedBelow(t *testing.T) {
	t.Parallel()
	var l mailLog
	l.sent(1, 0, "kim", "john@us.army.ml")
	l.sent(2, 0, "kim", "john@us.army.mil")
	o := options(t)
	o.Protect = names("army.mil")
	r := l.audit(t, o)
	if len(r.Lookalikes) != 1 || r.Lookalikes[0].Domain != "us.army.ml" || r.Lookalikes[0].Intended != "us.army.mil" {
		t.Errorf("got %v, want us.army.ml for us.army.mil", r.Lookalikes)
	}
}

// TestTheSumAddsUp: what check shows is the whole score, and what scan says.
func TestTheSumAddsUp(t *testing.T) {
	t.Parallel()
	var l mailLog
	l.partner("acme-supply.com")
	l.sent(9, 0, "kim", "j.smith@acme-suply.com")
	l.sent(11, 0, "kim", "j.smith@acme-suply.com")
	o := options(t)
	o.Internal = names("corp.example")
	ledger := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for i := range l.all {
		ledger.Add(&l.all[i])
	}
	v := judged(t, ledger, o)
	for _, name := range []string{"acme-suply.com", "acme-suppply.com", "acmesupply.com"} {
		x, err := v.Explain(name, "")
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, e := range x.Evidence {
			sum += e.Weight
			if e.Text == "" {
				t.Errorf("%s: no sentence for %s", name, e.Code)
			}
			if shown := fmt.Sprintf("%.1f", math.Abs(e.Weight)); shown == "0.0" {
				t.Errorf("%s: %q is shown as a reason of %s", name, e.Text, shown)
			}
		}
		if p := 1 / (1 + math.Exp(-sum)); math.Abs(p-x.Confidence) > 0.01 {
			t.Errorf("%s: the evidence adds up to %.3f, the confidence is %.3f", name, p, x.Confidence)
		}
	}
	stranger, _ := v.Explain("j.smith@acme-supply.org", "lee@corp.example")
	if known, _ := v.Explain("j.smith@acme-supply.org", "kim@corp.example"); known.Confidence <= stranger.Confidence {
		t.Errorf("who knows the person: %.3f, who does not: %.3f", known.Confidence, stranger.Confidence)
	}
	r := resultOn(t, v, reading())
	if x, _ := v.Explain("acme-suply.com", ""); len(r.Lookalikes) != 1 || r.Lookalikes[0].Confidence != x.Confidence {
		t.Errorf("scan says %v, check %.3f", r.Lookalikes, x.Confidence)
	}
}

// A report under pseudonyms names nobody whose name is known in another form.
func TestPseudonymsOfForms(t *testing.T) {
	t.Parallel()
	var l mailLog
	for day := range 10 {
		l.sent(day, 0, "kim", "jane.smith@bigpartner.com")
	}
	l.sent(12, 0, "kim", "j.smith@bigpartnre.com")
	r := l.audit(t, options(t))
	p, err := result.NewPseudonymizer([]byte("sixteen bytes or more"))
	if err != nil {
		t.Fatal(err)
	}
	before, _ := json.Marshal(r)
	after, _ := json.Marshal(p.Apply(r))
	if !strings.Contains(string(before), "is likely the person") || strings.Contains(string(after), "smith") {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// What a domain wrote counts for the first mail to it as for the second.
func TestExplainWhoOnlyWrote(t *testing.T) {
	t.Parallel()
	var l mailLog
	l.partner("acme-supply.com")
	for day := range 3 {
		l.got(day, 0, "offers@acme-suply.com", "kim")
	}
	wrote := func() *result.Explanation {
		o := options(t)
		o.Internal = names("corp.example")
		ledger := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for i := range l.all {
			ledger.Add(&l.all[i])
		}
		x, err := judged(t, ledger, o).Explain("acme-suply.com", "")
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	before := wrote()
	l.sent(9, 0, "kim", "n.person@acme-suply.com")
	after := wrote()
	text := func(x *result.Explanation) (all string) {
		for _, e := range x.Evidence {
			all += e.Code + ": " + e.Text + "\n"
		}
		return all
	}
	if before.Messages != 0 || before.Received != 3 || after.Messages != 1 {
		t.Fatalf("before %+v, after %+v", before, after)
	}
	if text := text(before); strings.Contains(text, "never wrote") || !strings.Contains(text, "has written to you 3 times") || !strings.Contains(text, "acme-suply.com had 0 mails") {
		t.Errorf("of a domain that wrote: %s", text)
	}
	if math.Abs(before.Confidence-after.Confidence) > 0.05 {
		t.Errorf("before the first mail %.3f, after it %.3f:\n%s%s", before.Confidence, after.Confidence, text(before), text(after))
	}
}
