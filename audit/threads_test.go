package audit

import (
	"fmt"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/parsers"
)

// cameIn is a message that came in.
func cameIn(id, from, references string) parsers.Delivery {
	return parsers.Delivery{
		Time: sentAt, Sender: from, SenderKnown: true, Recipient: "alice@corp.example", MessageID: id, References: references, Copy: true, Local: true,
		Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes,
	}
}

// TestThreads: a thread is joined by whoever answers a message, and by whom it
// answers, whatever ledger has which message.
func TestThreads(t *testing.T) {
	t.Parallel()
	a, b := NewLedger(Ledgering{}), NewLedger(Ledgering{})
	for _, d := range []parsers.Delivery{cameIn("answer", "jane@ARMY.mil", "first second"), cameIn("news", "kim@partner.example", "")} {
		a.Add(&d)
	}
	for i := range 3 << 12 { // enough to be sorted on the way
		d := cameIn(fmt.Sprint("other", i), "x@other.example", "")
		b.Add(&d)
	}
	b.Merge(a)
	kept := b.kept()
	for _, test := range []struct {
		id, references, of string
		want               bool
	}{
		{"second", "", "army.mil", true}, {"first", "", "army.mil", true}, {"second", "", "army.ml", false}, {"third", "", "army.mil", false},
		{"mine", "before answer", "army.mil", true}, {"mine", "before second", "army.mil", true}, {"mine", "before", "army.mil", false}, {"mine", "news", "partner.example", true},
		{"other77", "", "other.example", true}, {"", "", "army.mil", false},
	} {
		d := parsers.Delivery{MessageID: test.id, References: test.references}
		if got := kept.threads.Joins(&d, domain.Must(test.of)); got != test.want {
			t.Errorf("%+v: got %v, want %v", test, got, test.want)
		}
	}
}

// TestReplyProvesArrival: whoever answers a message has it; a report that it was not
// delivered does not stand against that.
func TestReplyProvesArrival(t *testing.T) {
	t.Parallel()
	sent := []any{
		sentCopy("answered", lookalikeAddress, 100), sentCopy("plain", lookalikeAddress, 200), sentCopy("elsewhere", lookalikeAddress, 300),
		cameIn("in1", "someone@bigcustmoer.example", "answered"), cameIn("in2", "x@other.example", "elsewhere"),
		bounce("answered", lookalikeAddress, parsers.StatusDeferred, parsers.FailureOther),
	}
	want := map[string]bool{
		"answered " + lookalikeAddress + " delivered yes": true, "plain " + lookalikeAddress + " unknown unknown": true,
		"elsewhere " + lookalikeAddress + " unknown unknown": true,
	}
	for seed := range uint64(5) {
		got := copies(audited(t, options(t), seed, sent...))
		for _, g := range got {
			if !want[g] {
				t.Errorf("seed %d: got %q, want none but %v", seed, g, want)
			}
		}
		if len(got) != len(want) {
			t.Errorf("seed %d: got %q, want %d", seed, got, len(want))
		}
	}
}

// TestThreadIsEvidence: who is answered from the intended domain, or answers it, and wrote
// to the other one, made a slip; not where somebody there writes in the thread as well.
func TestThreadIsEvidence(t *testing.T) {
	t.Parallel()
	corrected := func(slip parsers.Delivery, more ...parsers.Delivery) bool {
		o := options(t)
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		add := func(when time.Time, to string) parsers.Delivery {
			return parsers.Delivery{Time: when, Sender: "a@corp.example", SenderKnown: true, Submitted: true, Copy: true, Recipient: to}
		}
		for i := range 5 {
			d := add(sentAt.Add(-time.Duration(i+1)*240*time.Hour), "p@sales.partner.example")
			d.MessageID = fmt.Sprint("usual", i)
			l.Add(&d)
		}
		wrong := add(sentAt, "p@sales.partnar.example")
		wrong.MessageID, wrong.References = slip.MessageID, slip.References
		l.Add(&wrong)
		for _, d := range more {
			l.Add(&d)
		}
		for _, e := range resultOf(t, l, o).Lookalikes[0].Evidence {
			if e.Code == "corrected" {
				return true
			}
		}
		return false
	}
	first, answer := parsers.Delivery{MessageID: "slip"}, parsers.Delivery{MessageID: "slip", References: "before news"}
	for _, test := range []struct {
		name string
		slip parsers.Delivery
		more []parsers.Delivery
		want bool
	}{
		{"no thread", first, nil, false},
		{"an answer of the intended domain", first, []parsers.Delivery{cameIn("r", "q@sales.partner.example", "slip")}, true},
		{"an answer of another", first, []parsers.Delivery{cameIn("r", "q@other.example", "slip")}, false},
		{"answers of both", first, []parsers.Delivery{cameIn("r", "q@sales.partner.example", "slip"), cameIn("s", "p@sales.partnar.example", "slip")}, false},
		{"it answers the intended domain", answer, []parsers.Delivery{cameIn("news", "p@sales.partner.example", "")}, true},
	} {
		if got := corrected(test.slip, test.more...); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// TestBounceWithoutIdentifier: a bounce that names no message is about the copy of its
// recipient, subject and time.
func TestBounceWithoutIdentifier(t *testing.T) {
	t.Parallel()
	copied := func(id, subject string) parsers.Delivery {
		d := sentCopy(id, lookalikeAddress, 100)
		d.SubjectSum = parsers.SumOfSubject(subject)
		return d
	}
	report := func(subject string, after time.Duration, sent time.Time) parsers.Bounce {
		b := bounce("", lookalikeAddress, parsers.StatusBounced, parsers.FailureNoUser)
		b.SubjectSum, b.Time, b.Sent = parsers.SumOfSubject(subject), sentAt.Add(after), sent
		return b
	}
	for _, test := range []struct {
		name   string
		bounce parsers.Bounce
		want   string
	}{
		{"in time", report("the plan", 4*24*time.Hour, time.Time{}), "bounced no"},
		{"of that second", report("the plan", 30*24*time.Hour, sentAt), "bounced no"},
		{"another subject", report("another plan", time.Hour, time.Time{}), "unknown unknown"},
		{"another second", report("the plan", time.Hour, sentAt.Add(time.Second)), "unknown unknown"},
		{"too late", report("the plan", 8*24*time.Hour, time.Time{}), "unknown unknown"},
		{"before it", report("the plan", -2*time.Hour, time.Time{}), "unknown unknown"},
	} {
		got := copies(audited(t, options(t), 1, copied("one", " the  plan"), test.bounce))
		if want := "one " + lookalikeAddress + " " + test.want; len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %q", test.name, got, want)
		}
	}
}
