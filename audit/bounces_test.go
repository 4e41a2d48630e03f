package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

var sentAt = time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC)

// sentCopy is what a Sent folder says of a message.
func sentCopy(id, to string, offset int64) parsers.Delivery {
	return parsers.Delivery{
		Time: sentAt, Sender: "alice@corp.example", SenderKnown: true, Submitted: true, Recipient: to, MessageID: id, Copy: true,
		Origin: parsers.Origin{Line: offset/100 + 1, Offset: offset},
	}
}

func bounce(id, to string, status parsers.Status, failure parsers.Failure) parsers.Bounce {
	b := parsers.Bounce{
		Time: sentAt.Add(time.Minute), Recipient: to, MessageID: id,
		Status: status, Arrived: parsers.ArrivedNo, Failure: failure, DSN: "5.1.2", Origin: parsers.Origin{Line: 999},
	}
	if status == parsers.StatusDelivered {
		b.Arrived = parsers.ArrivedYes
	}
	return b
}

// add adds a delivery or a bounce to a ledger.
func add(l *Ledger, x any) {
	switch x := x.(type) {
	case parsers.Delivery:
		l.Add(&x)
	case parsers.Bounce:
		l.Bounce(&x)
	}
}

// audited adds the deliveries to the traffic of an organisation in a random
// order to ledgers that are merged.
func audited(t *testing.T, o Options, seed uint64, more ...any) *result.Result {
	t.Helper()
	all := more
	for _, d := range ofSmallOrganisation() {
		all = append(all, d)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	ledgers := [3]*Ledger{}
	for i := range ledgers {
		ledgers[i] = NewLedger(o.Ledgering(time.Time{}, sentAt.Add(24*time.Hour)))
	}
	for _, x := range all {
		add(ledgers[rng.IntN(3)], x)
	}
	ledgers[0].Merge(ledgers[1])
	ledgers[0].Merge(ledgers[2])
	return resultOf(t, ledgers[0], o)
}

// copies returns what became of the Sent copies among the findings.
func copies(r *result.Result) (out []string) {
	for i := range r.Deliveries {
		if d := &r.Deliveries[i]; d.MessageID != "" {
			out = append(out, fmt.Sprintf("%s %s %s %s", d.MessageID, d.Recipient, d.Status, d.Arrived))
		}
	}
	return out
}

const lookalikeAddress = "t.mori@bigcustmoer.example"

func TestReportsSetTheCopyTheyAreAbout(t *testing.T) {
	t.Parallel()
	o := options(t)
	late := bounce("slow", lookalikeAddress, parsers.StatusExpired, parsers.FailureOther)
	late.Time = sentAt.Add(5 * 24 * time.Hour) // after the end of the window
	sent := []any{
		sentCopy("plain", lookalikeAddress, 100), sentCopy("failed", lookalikeAddress, 200), sentCopy("slow", lookalikeAddress, 300),
		sentCopy("told", lookalikeAddress, 400), sentCopy("forged", lookalikeAddress, 500),
		bounce("failed", "T.Mori@bigcustmoer.example", parsers.StatusBounced, parsers.FailureNoUser),
		bounce("slow", lookalikeAddress, parsers.StatusDeferred, parsers.FailureOther), late,
		bounce("told", lookalikeAddress, parsers.StatusDelivered, parsers.FailureNone),
		bounce("forged", "somebody@bigcustmoer.example", parsers.StatusBounced, parsers.FailureNoDomain),
		bounce("not-ours", lookalikeAddress, parsers.StatusBounced, parsers.FailureNoDomain),
		bounce("", lookalikeAddress, parsers.StatusBounced, parsers.FailureNoDomain),
	}
	want := []string{
		"failed " + lookalikeAddress + " bounced no", "forged " + lookalikeAddress + " unknown unknown", "plain " + lookalikeAddress + " unknown unknown",
		"slow " + lookalikeAddress + " expired no", "told " + lookalikeAddress + " delivered yes",
	}
	for seed := range uint64(seldom(20, 20, 3)) {
		got := copies(audited(t, o, seed, sent...))
		byID := map[string]bool{}
		for _, g := range got {
			byID[g] = true
		}
		for _, w := range want {
			if !byID[w] {
				t.Fatalf("seed %d: no %q in %q", seed, w, got)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %q", seed, got)
		}
	}
}

// TestForgedReportsChangeNothing: reports alone, however many, leave the result
// as it is.
func TestForgedReportsChangeNothing(t *testing.T) {
	t.Parallel()
	o := options(t)
	var forged []any
	for i := range 200 {
		forged = append(forged, bounce(fmt.Sprintf("forged%d", i), fmt.Sprintf("u%d@bigcustmoer.example", i), parsers.StatusBounced, parsers.FailureNoDomain))
		forged = append(forged, bounce(fmt.Sprintf("forged%d", i), fmt.Sprintf("u%d@new%d.example", i, i), parsers.StatusDelivered, parsers.FailureNone))
	}
	if diff := cmp.Diff(audited(t, o, 1), audited(t, o, 1, forged...)); diff != "" {
		t.Error(diff)
	}
}

// TestReportIsEvidence: that a domain does not exist speaks for a slip, once
// for each message.
func TestReportIsEvidence(t *testing.T) {
	t.Parallel()
	o := options(t)
	confidence := func(more ...any) float64 {
		r := audited(t, o, 7, more...)
		for _, l := range r.Lookalikes {
			if l.Domain == "gmail.con" {
				return l.Confidence
			}
		}
		return 0
	}
	var sent, with, twice []any
	for i := range int64(4) {
		id := fmt.Sprint("m", i)
		sent = append(sent, sentCopy(id, "lucia@gmail.con", 100*i))
		b := bounce(id, "lucia@gmail.con", parsers.StatusBounced, parsers.FailureNoDomain)
		with, twice = append(with, b), append(twice, b, b)
	}
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, x := range slices.Concat(sent, with, twice) {
		add(l, x)
	}
	id, _ := l.domains.Find([]byte("gmail.con"))
	if got := judged(t, l, o).evidence.traffic.byDomain[id]; got.NoDomain != 4 || got.Sent != 4 {
		t.Errorf("got %+v, want 4 sent and 4 to no domain", got)
	}
	without, reported := confidence(sent...), confidence(append(sent, with...)...)
	if reported < without {
		t.Errorf("%g with reports, %g without", reported, without)
	}
}

// TestCopiesCountOnce: the copies of one message in several folders, or twice
// in one, are one delivery; so are a copy and the log.
func TestCopiesCountOnce(t *testing.T) {
	t.Parallel()
	o := options(t)
	first, again := sentCopy("one", lookalikeAddress, 100), sentCopy("one", lookalikeAddress, 900)
	if got := copies(audited(t, o, 3, first, again)); len(got) != 1 {
		t.Errorf("%q", got)
	}
	logged := parsers.Delivery{
		Time: sentAt.Add(time.Second), Sender: "alice@corp.example", SenderKnown: true, AuthUser: "alice", Submitted: true, Recipient: lookalikeAddress,
		MessageID: "one", QueueID: "Q", Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Origin: parsers.Origin{Line: 5, Piece: 0},
	}
	logged.Origin.Source = 1
	o.Inspect = inspecting(func(at parsers.Origin) (Contents, bool) {
		return Contents{Attachments: parsers.Attachments{Number: 1}}, at == first.Origin
	})
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range append(ofSmallOrganisation(), logged, first) {
		l.Add(&d)
	}
	two := reading()
	two.Sources = append(two.Sources, two.Sources[0])
	r := resultOn(t, judged(t, l, o), two)
	if got := copies(r); len(got) != 1 || got[0] != "one "+lookalikeAddress+" delivered yes" {
		t.Errorf("%q", got)
	}
	if d := find(t, r, "one"); d.Attachments != 1 || d.Source != two.Sources[1].Name || *d.AuthUser != "alice" {
		t.Errorf("%+v", d)
	}
}

// TestCopiesWithoutMessageID: copies that a migration left of a message without an id are
// one delivery, if date, size, sender and recipient agree. Lines of a log are not copies.
func TestCopiesWithoutMessageID(t *testing.T) {
	t.Parallel()
	o := options(t)
	first := sentCopy("", lookalikeAddress, 100)
	first.Bytes = 4711
	alone := len(audited(t, o, 3).Deliveries)
	for name, tt := range map[string]struct {
		change func(d *parsers.Delivery)
		want   int
	}{
		"the same": {func(*parsers.Delivery) {}, 1},
		"in capitals": {func(d *parsers.Delivery) {
			d.Recipient, d.Sender = strings.ToUpper(d.Recipient), strings.ToUpper(d.Sender)
		}, 1},
		"another time":      {func(d *parsers.Delivery) { d.Time = d.Time.Add(time.Second) }, 2},
		"another size":      {func(d *parsers.Delivery) { d.Bytes++ }, 2},
		"another sender":    {func(d *parsers.Delivery) { d.Sender = "bob@corp.example" }, 2},
		"another recipient": {func(d *parsers.Delivery) { d.Recipient = "x" + d.Recipient }, 2},
		"no size":           {func(d *parsers.Delivery) { d.Bytes = 0 }, 2},
		"of a log":          {func(d *parsers.Delivery) { d.Copy = false }, 2},
	} {
		again := first
		again.Origin.Line = 900
		tt.change(&again)
		both := len(audited(t, o, 3, first, again).Deliveries)
		if both-alone != tt.want {
			t.Errorf("%s: got %d, want %d", name, both-alone, tt.want)
		}
	}
}
