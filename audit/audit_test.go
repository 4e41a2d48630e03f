package audit

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/read"
)

func TestMain(m *testing.M) { parserstest.Main(m) }

func options(t *testing.T) Options {
	t.Helper()
	providers, err := reference.Providers()
	if err != nil {
		t.Fatal(err)
	}
	return Options{Providers: providers, MinConfidence: 0.5, Jobs: 2, Now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
}

func names(s ...string) (out []domain.Name) {
	for _, n := range s {
		out = append(out, domain.Must(n))
	}
	return out
}

func TestDirection(t *testing.T) {
	t.Parallel()
	own := organisation.NewOwn(names("corp.example"))
	for _, test := range []struct {
		name string
		d    parsers.Delivery
		want parsers.Direction
	}{
		{"ours to the world", parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, Recipient: "b@y.example"}, parsers.DirectionOutbound},
		{"from a subdomain", parsers.Delivery{Sender: "a@mail.corp.example", SenderKnown: true, Recipient: "b@y.example"}, parsers.DirectionOutbound},
		{"login with a foreign address", parsers.Delivery{Sender: "a@z.example", SenderKnown: true, AuthUser: "a", Submitted: true, Recipient: "b@y.example"}, parsers.DirectionOutbound},
		{"within", parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, Recipient: "b@corp.example"}, parsers.DirectionInternal},
		{"to us", parsers.Delivery{Sender: "a@y.example", SenderKnown: true, Recipient: "b@corp.example"}, parsers.DirectionInbound},
		{"stored here", parsers.Delivery{Sender: "a@y.example", SenderKnown: true, Recipient: "b@host.other", Local: true}, parsers.DirectionInbound},
		{"a stranger was refused", parsers.Delivery{Sender: "a@y.example", SenderKnown: true, Recipient: "b@z.example", Status: parsers.StatusRejected}, parsers.DirectionInbound},
		{"sent on by an alias", parsers.Delivery{Sender: "a@y.example", SenderKnown: true, Recipient: "b@z.example", OrigRecipient: "fwd@corp.example"}, parsers.DirectionOutbound},
		{"nobody knows", parsers.Delivery{Recipient: "b@z.example"}, parsers.DirectionUnknown},
		{"the log says", parsers.Delivery{Recipient: "b@z.example", Direction: parsers.DirectionInbound}, parsers.DirectionInbound},
	} {
		if got := own.Direction(&test.d); got != test.want {
			t.Errorf("%s: %s, not %s", test.name, got, test.want)
		}
	}
}

// ofSmallOrganisation returns the deliveries of a small organisation: regular mail, a standing slip, a bounce,
// and strangers.
func ofSmallOrganisation() (all []parsers.Delivery) {
	at := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)
	line := int64(0)
	add := func(d parsers.Delivery) {
		line++
		at = at.Add(time.Hour)
		d.Time, d.SenderKnown = at, true
		d.Origin.Line = line
		d.QueueID = fmt.Sprintf("Q%d", line)
		all = append(all, d)
	}
	sent := func(login, to string) parsers.Delivery {
		return parsers.Delivery{Sender: login + "@corp.example", AuthUser: login, Submitted: true, Recipient: to,
			Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Relay: "mx." + to[strings.IndexByte(to, '@')+1:] + "[192.0.2.1]:25", Bytes: 100}
	}
	for range 6 {
		add(sent("alice", "t.mori@bigcustomer.example"))
		add(sent("bob", "lucia@gmail.com"))
		add(parsers.Delivery{Sender: "t.mori@bigcustomer.example", Recipient: "alice@corp.example", Local: true, Status: parsers.StatusDelivered})
	}
	for range 3 {
		add(sent("alice", "t.mori@bigcustmoer.example"))
	}
	bounced := sent("bob", "lucia@gmail.con")
	bounced.Status, bounced.Arrived, bounced.Failure = parsers.StatusBounced, parsers.ArrivedNo, parsers.FailureNoDomain
	add(bounced)
	reply := sent("bob", "lucia@gmial.com")
	reply.Sender, reply.AuthUser = "", ""
	add(reply)
	add(parsers.Delivery{Sender: "spam@evil.example", Recipient: "victim@gmial.com", Status: parsers.StatusRejected, Arrived: parsers.ArrivedNo})
	return all
}

func reading() *read.Reading {
	return &read.Reading{Sources: []*read.Source{{Name: "maillog", Format: "postfix"}}}
}

// judged takes the verdicts on a ledger.
func judged(t *testing.T, l *Ledger, o Options) *Verdicts {
	t.Helper()
	e, err := Learn(l, o)
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.Judge()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func resultOf(t *testing.T, l *Ledger, o Options) *result.Result {
	t.Helper()
	return resultOn(t, judged(t, l, o), reading())
}

func resultOn(t *testing.T, v *Verdicts, reading *read.Reading) *result.Result {
	t.Helper()
	r, err := v.Result(reading)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// copyOf returns a result in JSON.
func copyOf(r *result.Result) string {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestResult(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range ofSmallOrganisation() {
		l.Add(&d)
	}
	r := resultOf(t, l, o)
	if diff := cmp.Diff([]string{"corp.example"}, r.InternalDomains); diff != "" || !r.InternalInferred {
		t.Error(diff)
	}
	var got []string
	for _, x := range r.Lookalikes {
		got = append(got, fmt.Sprintf("%s->%s %d %+v", x.Domain, x.Intended, x.Messages, x.Arrived))
	}
	want := []string{
		"bigcustmoer.example->bigcustomer.example 3 {Yes:3 Maybe:0 No:0 Unknown:0}",
		"gmail.con->gmail.com 1 {Yes:0 Maybe:0 No:1 Unknown:0}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(r.Senders) != 2 || r.Senders[0].Sender != "alice@corp.example" || r.Senders[0].Risk != result.RiskMedium || r.Senders[1].Exposure != 0 {
		t.Errorf("senders %+v", r.Senders)
	}
	if d := r.Deliveries[0]; d.Meant != "t.mori@bigcustomer.example" || d.Line != 19 || d.Source != "maillog" || *d.AuthUser != "alice" {
		t.Errorf("%+v", d)
	}
}

// TestPseudonymsInEvidence: the sentences of the evidence name people, and a
// pseudonymizer knows where.
func TestPseudonymsInEvidence(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range ofSmallOrganisation() {
		l.Add(&d)
	}
	p, err := result.NewPseudonymizer([]byte("sixteen bytes or more"))
	if err != nil {
		t.Fatal(err)
	}
	r := resultOf(t, l, o)
	texts := func(r *result.Result) (all []string) {
		for _, x := range r.Lookalikes {
			for _, e := range x.Evidence {
				all = append(all, e.Text)
			}
		}
		return all
	}
	if !strings.Contains(strings.Join(texts(r), " "), "mori") {
		t.Fatalf("no evidence names anybody: %q", texts(r))
	}
	if got := strings.Join(texts(p.Apply(r)), " "); strings.Contains(got, "mori") || strings.Contains(got, "lucia") {
		t.Errorf("somebody is named: %s", got)
	}
}

// TestNullSenderIsNobody: an automatic reply to a lookalike is reported, and
// belongs to no sender.
func TestNullSenderIsNobody(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range ofSmallOrganisation() {
		l.Add(&d)
		if d.Recipient == "lucia@gmail.con" {
			d.Recipient = "lucia@gmial.com"
			l.Add(&d)
		}
	}
	r := resultOf(t, l, o)
	if r.Totals.NullSender != 1 {
		t.Errorf("%+v", r.Totals)
	}
	for _, s := range r.Senders {
		if s.Sender == "" {
			t.Error("a sender without a name is ranked")
		}
	}
}

// TestMerge: the ledger is a monoid. However the deliveries are dealt out and
// the parts put together, the report is the same to the byte.
func TestMerge(t *testing.T) {
	t.Parallel()
	o := options(t)
	all := ofSmallOrganisation()
	report := func(l *Ledger) string { return copyOf(resultOf(t, l, o)) }
	whole := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range all {
		whole.Add(&d)
	}
	want := report(whole)
	r := rand.New(rand.NewPCG(9, 10))
	for range seldom(50, 50, 5) {
		parts := make([]*Ledger, 1+r.IntN(5))
		for i := range parts {
			parts[i] = NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		}
		for _, i := range r.Perm(len(all)) {
			parts[r.IntN(len(parts))].Add(&all[i])
		}
		for len(parts) > 1 { // in any tree
			i := r.IntN(len(parts) - 1)
			parts[i].Merge(parts[i+1])
			parts = slices.Delete(parts, i+1, i+2)
		}
		empty := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		empty.Merge(parts[0])
		if diff := cmp.Diff(want, report(empty)); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestBorrowed: the strings of a delivery are borrowed until Add returns, and no longer.
func TestBorrowed(t *testing.T) {
	t.Parallel()
	o := options(t)
	own, lentTo := NewLedger(o.Ledgering(time.Time{}, time.Time{})), NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	var memory [1024]byte
	for _, d := range ofSmallOrganisation() {
		own.Add(&d)
		b := memory[:0]
		for _, s := range []*string{&d.Sender, &d.AuthUser, &d.Recipient, &d.OrigRecipient, &d.DSN, &d.Relay, &d.Subject, &d.MessageID, &d.QueueID} {
			from := len(b)
			b = append(b, *s...)
			*s = unsafe.String(unsafe.SliceData(b[from:]), len(b)-from)
		}
		lentTo.Add(&d)
		for i := range memory {
			memory[i] = 'x'
		}
		d = parsers.Delivery{}
	}
	if diff := cmp.Diff(resultOf(t, own, o), resultOf(t, lentTo, o)); diff != "" {
		t.Error(diff)
	}
}

// TestTwinsInAnyOrder: of several recipients who are known at both domains
// equally well, and of more than are looked at, the same are named whatever was
// read first.
func TestTwinsInAnyOrder(t *testing.T) {
	t.Parallel()
	o := options(t)
	var all []parsers.Delivery
	add := func(to string) {
		all = append(all, parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, AuthUser: "a", Submitted: true, Recipient: to, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes})
	}
	for i := range maxTwinAddresses + 50 {
		for range 3 {
			add(fmt.Sprintf("p%d@wholesale.example", i))
		}
		add(fmt.Sprintf("p%d@wholesael.example", i))
	}
	r := rand.New(rand.NewPCG(5, 6))
	var want string
	for n := range seldom(6, 6, 2) {
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for _, i := range r.Perm(len(all)) {
			l.Add(&all[i])
		}
		r := resultOf(t, l, o)
		if len(r.Lookalikes) != 1 {
			t.Fatalf("%d lookalikes", len(r.Lookalikes))
		}
		got := fmt.Sprintf("%+v", r.Lookalikes[0])
		if !strings.Contains(got, "such as p0") {
			t.Fatalf("no twin is named: %s", got)
		}
		if n == 0 {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestInfersFromLogins: a server that only sends shows by its logins whose it
// is; one mail from a foreign address does not make that ours.
func TestInfersFromLogins(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for i := range 60 {
		l.Add(&parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, AuthUser: fmt.Sprint("u", i), Submitted: true, Recipient: "b@y.example", Status: parsers.StatusDelivered})
	}
	l.Add(&parsers.Delivery{Sender: "a@z.example", SenderKnown: true, AuthUser: "u1", Submitted: true, Recipient: "b@y.example", Status: parsers.StatusDelivered})
	l.Add(&parsers.Delivery{Sender: "a@gmail.com", SenderKnown: true, AuthUser: "me", Submitted: true, Recipient: "b@y.example", Status: parsers.StatusDelivered})
	if diff := cmp.Diff([]string{"corp.example"}, resultOf(t, l, o).InternalDomains); diff != "" {
		t.Error(diff)
	}
}

// TestCorrection: who wrote to the same person at the intended domain within
// the hour, and never again to the other, made a slip.
func TestCorrection(t *testing.T) {
	t.Parallel()
	o := options(t)
	at := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)
	resultAfter := func(later time.Duration) *result.Result {
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		add := func(when time.Time, to string) {
			l.Add(&parsers.Delivery{Time: when, Sender: "a@corp.example", SenderKnown: true, AuthUser: "a", Submitted: true, Recipient: to, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes})
		}
		for i := range 5 {
			add(at.Add(-time.Duration(i)*240*time.Hour), "p@sales.partner.example")
		}
		add(at, "p@sales.partnar.example")
		add(at.Add(later), "p@sales.partner.example")
		return resultOf(t, l, o)
	}
	evidence := func(r *result.Result) string {
		var codes []string
		for _, e := range r.Lookalikes[0].Evidence {
			codes = append(codes, e.Code)
		}
		return strings.Join(codes, " ")
	}
	if got := evidence(resultAfter(10 * time.Minute)); !strings.Contains(got, "corrected") {
		t.Errorf("evidence %s", got)
	}
	if got := evidence(resultAfter(30 * time.Hour)); strings.Contains(got, "corrected") {
		t.Errorf("after a day: evidence %s", got)
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	o := options(t)
	all := ofSmallOrganisation()
	l := NewLedger(o.Ledgering(all[18].Time, all[20].Time))
	for _, d := range all {
		l.Add(&d)
	}
	if l.deliveries != 2 {
		t.Errorf("%d deliveries between the third last and the last", l.deliveries)
	}
}

// TestSmarthost: where one host takes all mail, what became of it is not known.
func TestSmarthost(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range ofSmallOrganisation() {
		for i := range 6 {
			c := d
			if c.Relay != "" {
				c.Relay = "smtp.relay.example[203.0.113.9]:587"
			}
			if i > 0 && c.AuthUser != "" {
				c.Recipient = fmt.Sprintf("x@other%d.example", i)
			}
			l.Add(&c)
		}
	}
	r := resultOf(t, l, o)
	if r.Totals.Arrived.Yes != 0 || r.Totals.Arrived.Maybe == 0 {
		t.Errorf("%+v", r.Totals.Arrived)
	}
}

// TestNoSmarthost: deliveries of which no relay is known have no smarthost.
func TestNoSmarthost(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	sendAll(l, func(int) string { return "" })
	if a := resultOf(t, l, o).Totals.Arrived; a.Yes == 0 || a.Maybe != 0 {
		t.Errorf("%+v", a)
	}
}

// TestFewMailsOfASmarthost: of few mails the hosts of one operator must take all,
// and must be nobody's known mail servers.
func TestFewMailsOfASmarthost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		relay string
		yes   bool
	}{{"out%d.isp.example[192.0.2.4%[1]d]:25", false}, {"mx%d.host%[1]d.example[192.0.2.4%[1]d]:25", true}, {"aspmx%d.l.google.com[192.0.2.4%[1]d]:25", true}} {
		o := options(t)
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		sendAll(l, func(n int) string { return fmt.Sprintf(test.relay, n) })
		if a := resultOf(t, l, o).Totals.Arrived; (a.Yes > 0) != test.yes || (a.Maybe > 0) == test.yes {
			t.Errorf("%s: %+v", test.relay, a)
		}
	}
}

// sendAll adds few mails to several domains, one a lookalike.
func sendAll(l *Ledger, relay func(n int) string) {
	for n, to := range []string{"jane@gmial.com", "a@one.example", "b@two.example", "c@three.example", "d@four.example", "e@five.example"} {
		l.Add(&parsers.Delivery{
			Sender: "ann@corp.example", SenderKnown: true, AuthUser: "ann", Submitted: true, Recipient: to, Relay: relay(n),
			Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Count: 3,
		})
	}
}

// TestGateways: a relay that was named, or is below our own domains, delivers for
// us.
func TestGateways(t *testing.T) {
	t.Parallel()
	g := organisation.NewGateways(organisation.NewOwn(names("corp.example")), []string{"Smtp.isp.example", "[203.0.113.9]"}, 0)
	for relay, took := range map[string]bool{
		"smtp.isp.example[192.0.2.4]:25": true, "a.smtp.isp.example": true, "xsmtp.isp.example": false, "gw[203.0.113.9]:25": true,
		"hub.corp.example[192.0.2.2]:25": true, "mx.army.ml[192.0.2.20]:25": false, "": false, "none": false,
	} {
		d := parsers.Delivery{Relay: relay, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes}
		if g.Mark(&d); d.Handed != took || (d.Arrived == parsers.ArrivedMaybe) != took {
			t.Errorf("%s: handed %v, arrived %s", relay, d.Handed, d.Arrived)
		}
	}
	d := parsers.Delivery{Relay: "mail.corp.example[private/lmtp]", Local: true, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes}
	if g.Mark(&d); d.Handed || d.Arrived != parsers.ArrivedYes {
		t.Errorf("stored here: handed %v, arrived %s", d.Handed, d.Arrived)
	}
}

func TestHugeAddressesAreBounded(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	long := strings.Repeat("x", 300_000)
	l.Add(&parsers.Delivery{Sender: long + "@corp.example", SenderKnown: true, AuthUser: long, Recipient: "a@gmial.com", Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes})
	l.Add(&parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, AuthUser: "a", Recipient: long + "@gmial.com", Status: parsers.StatusDelivered})
	if r := resultOf(t, l, o); r.Totals.Messages != 1 {
		t.Errorf("%d messages", r.Totals.Messages)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Protect = names("army.mil")
	v := judged(t, NewLedger(o.Ledgering(time.Time{}, time.Time{})), o)
	x, err := v.Explain("jane@army.ml", "")
	if err != nil || !x.Lookalike || x.Intended != "army.mil" || x.Meant != "jane@army.mil" || len(x.Evidence) == 0 {
		t.Errorf("%+v, %v", x, err)
	}
	for _, q := range []string{"army.mil", "gmail.com", "kit.edu"} {
		if x, err := v.Explain(q, ""); err != nil || x.Lookalike || x.Because == "" && x.Intended == "" {
			t.Errorf("%s: %+v, %v", q, x, err)
		}
	}
	if _, err := v.Explain("jane@[192.0.2.1]", ""); err == nil {
		t.Error("an address literal is explained")
	}
}

// TestNobodyMeansASlip has a slip that was made often enough to be known: what
// looks like it is reported as a slip for what it was meant to be.
func TestNobodyMeansASlip(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Internal = names("corp.example")
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	send := func(to string, n int) {
		l.Add(&parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, Submitted: true, Recipient: to, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Count: n})
	}
	send("jane@rowland.partner.edu", 60)
	send("jane@rowland.partner.ed", 4)
	send("jane@rowland.partner.edd", 1)
	v := judged(t, l, o)
	x, err := v.Explain("rowland.partner.edd", "")
	if err != nil || x.Intended != "rowland.partner.edu" {
		t.Errorf("explained as %s, %v", x.Intended, err)
	}
	got := map[string]string{}
	for _, x := range resultOn(t, v, reading()).Lookalikes {
		got[x.Domain] = x.Intended
	}
	want := map[string]string{"rowland.partner.ed": "rowland.partner.edu", "rowland.partner.edd": "rowland.partner.edu"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Internal, o.Reference = names("corp.example"), names("bigcustomer.example")
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	l.Add(&parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, Submitted: true, Recipient: "x@bigcustmoer.example", Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes})
	v := judged(t, l, o)
	if x, _ := v.Explain("bigcustomer.example", ""); !strings.Contains(x.Because, "list of partners") {
		t.Error(x.Because)
	}
	r := resultOn(t, v, reading())
	if len(r.Lookalikes) != 1 || r.Lookalikes[0].Intended != "bigcustomer.example" {
		t.Fatalf("%+v", r.Lookalikes)
	}
	var b strings.Builder
	if err := json.NewEncoder(&b).Encode(r); err != nil {
		t.Fatal(err)
	}
	again, err := result.Read(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	x, err := again.Explain("jane@bigcustmoer.example")
	if err != nil || !x.Lookalike || x.Meant != "jane@bigcustomer.example" || len(x.Evidence) == 0 {
		t.Errorf("%+v, %v", x, err)
	}
	if x, _ = again.Explain("other.example"); x.Because == "" {
		t.Error("no word on a domain that is not in the report")
	}
	if _, err := result.Read(strings.NewReader(`{"schema":"x"}`)); err == nil {
		t.Error("anything is a report")
	}
}

func TestNeighbour(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Internal = names("corp.example")
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	l.Add(&parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, Submitted: true, Recipient: "x@msdn.com", Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes})
	v := judged(t, l, o)
	if x, _ := v.Explain("msdn.com", ""); !strings.Contains(x.Because, "Microsoft") {
		t.Error(x.Because)
	}
	if r := resultOn(t, v, reading()); len(r.Lookalikes) != 0 {
		t.Errorf("%+v", r.Lookalikes)
	}
}

// TestHops has one mail in the server's log, in a copy of that, and in the
// gateway's: it counts once, with the first hop's person and the last one's
// word.
func TestHops(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Internal, o.Protect = names("corp.example"), names("army.mil")
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	add := func(source int32, after time.Duration, d parsers.Delivery) {
		d.Time, d.Origin.Source, d.SenderKnown, d.Sender, d.Recipient = at.Add(after), source, true, "ann@corp.example", "jane@army.ml"
		l.Add(&d)
	}
	server := parsers.Delivery{MessageID: "1@corp.example", AuthUser: "ann", Submitted: true, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedMaybe, Handed: true, QueueID: "A"}
	add(0, 0, server)
	add(1, 0, server)
	add(2, time.Minute, parsers.Delivery{MessageID: "1@corp.example", Status: parsers.StatusBounced, Arrived: parsers.ArrivedNo, QueueID: "B"})
	add(0, time.Hour, parsers.Delivery{MessageID: "2@corp.example", Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, QueueID: "C"})
	add(0, 2*time.Hour, parsers.Delivery{MessageID: "2@corp.example", Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, QueueID: "D"})
	sources := &read.Reading{Sources: []*read.Source{{Name: "mail.log"}, {Name: "copy.log"}, {Name: "gateway.log"}}}
	r := resultOn(t, judged(t, l, o), sources)
	var got []string
	for _, d := range r.Deliveries {
		login := ""
		if d.AuthUser != nil {
			login = *d.AuthUser
		}
		got = append(got, strings.Join([]string{d.QueueID, d.Status.String(), d.Arrived.String(), login, d.Source}, " "))
	}
	want := []string{"B bounced no ann gateway.log", "C delivered yes  mail.log", "D delivered yes  mail.log"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.Totals.Messages != 3 {
		t.Errorf("%d messages", r.Totals.Messages)
	}
}
