package guard

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestMain(m *testing.M) { parserstest.Main(m) }

// morning is when the tests begin.
var morning = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// testSnapshot knows an organisation that writes to army.mil, and often.
func testSnapshot(t testing.TB) *audit.Snapshot {
	t.Helper()
	providers, err := reference.Providers()
	if err != nil {
		t.Fatal(err)
	}
	o := audit.Options{Internal: []domain.Name{domain.Canonical("corp.example")}, Providers: providers, MinConfidence: 0.75, Jobs: 1, Now: morning}
	l := audit.NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for i := range 60 {
		l.Add(&parsers.Delivery{
			Time: morning.Add(-time.Duration(i) * 24 * time.Hour), Sender: fmt.Sprintf("p%d@corp.example", i%6), SenderKnown: true, AuthUser: fmt.Sprintf("p%d", i%6), Submitted: true,
			Recipient: fmt.Sprintf("r%d@army.mil", i%5), Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Relay: "mx.army.mil[192.0.2.1]:25",
		})
	}
	e, err := audit.Learn(l, o)
	if err != nil {
		t.Fatal(err)
	}
	v, err := e.Judge()
	if err != nil {
		t.Fatal(err)
	}
	return v.Snapshot()
}

// A clock goes when it is told to.
type clock struct{ now time.Time }

// testGuard returns a guard of a mode, and what it keeps.
func testGuard(t testing.TB, mode Mode) (*Guard, *clock, *[]Kept) {
	c, kept := &clock{morning}, &[]Kept{}
	g := New(Options{Mode: mode, Block: 0.8, Deadline: time.Minute, Now: func() time.Time { return c.now }, Keep: func(k Kept) { *kept = append(*kept, k) }})
	g.Learn(testSnapshot(t))
	return g, c, kept
}

func request(login, sender, recipient string) Request {
	return Request{Attempt: audit.Attempt{Login: login, Sender: sender, Recipient: recipient}}
}

func bob(recipient string) Request { return request("bob", "bob@corp.example", recipient) }

// decided says what was done and why.
func decided(g *Guard, r Request) string {
	d := g.Decide(r)
	return fmt.Sprintf("%s: %s", d.Action, d.Reason)
}

func TestModes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		r    Request
		want [4]string // by mode
	}{
		{"a slip", bob("jane@army.ml"), [4]string{"pass: slip", "warn: slip", "ask: slip", "refuse: slip"}},
		{"of a provider", bob("jane@gmial.com"), [4]string{"pass: slip", "warn: slip", "ask: slip", "refuse: slip"}},
		{"what was meant", bob("jane@army.mil"), [4]string{"pass: clear", "pass: clear", "pass: clear", "pass: clear"}},
		{"another domain", bob("jane@elsewhere.example"), [4]string{"pass: clear", "pass: clear", "pass: clear", "pass: clear"}},
		{"without a login", request("", "bob@corp.example", "jane@army.ml"), [4]string{"pass: no login", "warn: no login", "warn: no login", "refuse: slip"}},
		{"a bounce", request("bob", "", "jane@army.ml"), [4]string{"pass: machine", "pass: machine", "pass: machine", "pass: machine"}},
		{"a list", request("bob", "staff-bounces@corp.example", "jane@army.ml"), [4]string{"pass: machine", "pass: machine", "pass: machine", "refuse: slip"}},
		{"VERP", request("bob", "staff+jane=army.ml@corp.example", "jane@army.ml"), [4]string{"pass: machine", "pass: machine", "pass: machine", "refuse: slip"}},
		{"a stranger", request("", "x@elsewhere.example", "jane@army.ml"), [4]string{"pass: foreign", "pass: foreign", "pass: foreign", "pass: foreign"}},
		{"no address", bob("jane"), [4]string{"pass: invalid", "pass: invalid", "pass: invalid", "pass: invalid"}},
		{"an address literal", bob("jane@[192.0.2.1]"), [4]string{"pass: invalid", "pass: invalid", "pass: invalid", "pass: invalid"}},
	}
	for mode := Observe; mode <= Refuse; mode++ {
		g, _, _ := testGuard(t, mode)
		for _, c := range cases {
			if got := decided(g, c.r); got != c.want[mode] {
				t.Errorf("%s, %s: got %s, want %s", mode, c.name, got, c.want[mode])
			}
		}
	}
	if _, err := ParseMode("ask"); err == nil {
		t.Error("mode ask: got no error")
	}
}

// TestConfirm: the second try passes, but no sooner than a person sends again, and is never
// asked about again, by a later guard either.
func TestConfirm(t *testing.T) {
	t.Parallel()
	g, c, kept := testGuard(t, Confirm)
	r := bob("Jane@army.ml")
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{0, "ask: slip"}, {19 * time.Second, "ask: slip"}, {time.Second, "pass: confirmed"}, {0, "pass: confirmed"}, {400 * 24 * time.Hour, "pass: confirmed"},
	} {
		c.now = c.now.Add(step.after)
		if got := decided(g, r); got != step.want {
			t.Errorf("%s later: got %s, want %s", step.after, got, step.want)
		}
	}
	if got := decided(g, request("alice", "alice@corp.example", "jane@army.ml")); got != "ask: slip" {
		t.Errorf("another person: got %s", got)
	}
	var file strings.Builder
	if err := WriteKept(&file, *kept); err != nil {
		t.Fatal(err)
	}
	all, err := ReadKept(strings.NewReader(`{"what":"confirmed"` + "\n" + strings.Repeat("x", 3*maxKept) + "\n" + file.String() + `{"what":"con`))
	if err != nil || len(all) != 3 {
		t.Fatalf("got %+v, %v", all, err)
	}
	later, _, _ := testGuard(t, Confirm)
	later.Resume(all)
	if got := decided(later, r); got != "pass: confirmed" {
		t.Errorf("a later guard: got %s", got)
	}
	if left := StillKept(all, morning.Add(500*24*time.Hour), 30*24*time.Hour); len(left) != 0 {
		t.Errorf("after the retention: got %+v", left)
	}
	if left := StillKept(all, morning.Add(500*24*time.Hour), 0); len(left) != 1 {
		t.Errorf("without a retention: got %+v", left)
	}
}

// TestRetention: an answer is forgotten when it is as old as it may get, without a restart.
func TestRetention(t *testing.T) {
	t.Parallel()
	now := morning
	g := New(Options{Mode: Confirm, Block: 0.8, Deadline: time.Minute, Retention: 30 * 24 * time.Hour, Now: func() time.Time { return now }})
	g.Learn(testSnapshot(t))
	g.Resume([]Kept{{Time: morning, What: keptConfirmed, Person: "bob", Recipient: "jane@army.ml"}})
	for days, want := range []string{"pass: confirmed", "ask: slip"} {
		now = morning.Add(time.Duration(29+days) * 24 * time.Hour)
		if got := decided(g, bob("jane@army.ml")); got != want {
			t.Errorf("after %d days: got %s, want %s", 29+days, got, want)
		}
	}
}

// TestLimits: a person is asked once a day about a recipient, and three times a week; the
// recipients of one mail at one domain are one question.
// TestTenant: the guard of one tenant says nothing of whom it writes to in answers to another.
func TestTenant(t *testing.T) {
	t.Parallel()
	g, _, _ := testGuard(t, Confirm)
	g.o.Tenant = organisation.NewTenant([]domain.Name{domain.Canonical("corp.example")}, []domain.Name{domain.Canonical("other.example")})
	list, err := ParseRefused("listed.example listen.example")
	if err != nil {
		t.Fatal(err)
	}
	g.Refuse(list)
	for _, test := range []struct {
		r         Request
		isForeign bool
	}{
		{request("boss@other.example", "boss@other.example", "r1@listed.example"), true},
		{bob("r1@listed.example"), false},
		{request("boss@other.example", "boss@other.example", "r1@army.ml"), true},
		{request("boss", "boss@other.example", "r1@army.ml"), true},
		{request("boss@other.example", "boss@private.test", "r1@army.ml"), true},
		{bob("r1@army.ml"), false},
	} {
		d := g.Decide(test.r)
		if (d.Reason == ReasonForeign) != test.isForeign || (d.Answer.Intended == "") != test.isForeign {
			t.Errorf("%+v: %s, %q", test.r, d.Reason, d.Answer.Intended)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	g, c, _ := testGuard(t, Confirm)
	const day = 24 * time.Hour
	for i, step := range []struct {
		after    time.Duration
		to, mail string
		want     string
	}{
		{0, "a@army.ml", "1", "ask: slip"}, {11 * time.Minute, "a@army.ml", "2", "pass: limit"}, {day, "a@army.ml", "3", "ask: slip"},
		{time.Hour, "b@army.ml", "4", "ask: slip"}, {0, "c@army.ml", "4", "ask: slip"}, {0, "d@gmial.com", "4", "pass: limit"},
		{time.Hour, "e@army.ml", "5", "pass: limit"}, {6*day - time.Hour, "e@army.ml", "6", "ask: slip"},
	} {
		c.now = c.now.Add(step.after)
		r := bob(step.to)
		r.Instance = step.mail
		if got := decided(g, r); got != step.want {
			t.Errorf("step %d: got %s, want %s", i, got, step.want)
		}
	}
	if n := g.Counters.Questions.Load(); n != 5 {
		t.Errorf("counted %d questions", n)
	}
}

// TestSameMail: a mail that is asked about twice, be it by a slow connection, is no second try.
func TestSameMail(t *testing.T) {
	t.Parallel()
	g, c, kept := testGuard(t, Confirm)
	for _, step := range []struct{ mail, want string }{{"1", "ask: slip"}, {"1", "ask: slip"}, {"2", "pass: confirmed"}} {
		r := bob("jane@army.ml")
		r.Instance = step.mail
		if got := decided(g, r); got != step.want {
			t.Errorf("mail %s: got %s, want %s", step.mail, got, step.want)
		}
		c.now = c.now.Add(time.Minute)
	}
	if len(*kept) != 2 {
		t.Errorf("kept %v, want a question and its answer", *kept)
	}
	again := request("alice", "alice@corp.example", "jane@army.ml")
	again.Instance = "3"
	for _, want := range []string{"ask: slip", "pass: limit"} { // whoever names all tries the same is not refused for long
		if got := decided(g, again); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		c.now = c.now.Add(confirmWithin + time.Second)
	}
}

// TestCalledRight: when two answers have said that a domain is meant nobody is asked about it any
// more, a provider's excepted; an answer that is too old says nothing.
func TestCalledRight(t *testing.T) {
	t.Parallel()
	g, c, _ := testGuard(t, Confirm)
	g.o.Retention, g.limits.retention = 30*24*time.Hour, 30*24*time.Hour
	answer := func(who, to string) {
		t.Helper()
		for _, want := range []string{"ask: slip", "pass: confirmed"} {
			if got := decided(g, request(who, who+"@corp.example", to)); got != want {
				t.Fatalf("%s to %s: got %s, want %s", who, to, got, want)
			}
			c.now = c.now.Add(time.Minute)
		}
	}
	answer("bob", "jane@army.ml")
	answer("alice", "joe@army.ml")
	for _, to := range []string{"jane@army.ml", "new@ARMY.ml"} {
		if got := decided(g, request("carol", "carol@corp.example", to)); got != "pass: clear" {
			t.Errorf("%s: got %s", to, got)
		}
	}
	if got := decided(g, bob("jane@army.ml")); got != "pass: confirmed" {
		t.Errorf("who has answered: got %s", got)
	}
	for _, who := range []string{"bob", "alice", "dave"} {
		answer(who, "jane@gmial.com")
	}
	c.now = c.now.Add(31 * 24 * time.Hour)
	if got := decided(g, request("carol", "carol@corp.example", "jane@army.ml")); got != "ask: slip" {
		t.Errorf("after the retention: got %s", got)
	}
	if got := decided(g, bob("jane@army.ml")); got != "ask: slip" || len(g.limits.right["army.ml"]) != 1 {
		t.Errorf("his own: got %s, %v", got, g.limits.right)
	}
}

// TestClockWasAhead: a question of the future, by a clock that was wrong, refuses no mail until
// then.
func TestClockWasAhead(t *testing.T) {
	t.Parallel()
	g, _, _ := testGuard(t, Confirm)
	g.Resume([]Kept{{Time: morning.Add(400 * 24 * time.Hour), What: keptAsked, Person: "bob", Recipient: "jane@army.ml", Domain: "army.ml"}})
	for range 2 {
		if got := decided(g, bob("jane@army.ml")); got != "pass: limit" {
			t.Errorf("got %s", got)
		}
	}
}

// TestObservedIsNoAnswer: where nobody is asked, the second mail says nothing.
func TestObservedIsNoAnswer(t *testing.T) {
	t.Parallel()
	g, c, kept := testGuard(t, Warn)
	g.Decide(bob("jane@army.ml"))
	c.now = c.now.Add(time.Minute)
	if got := decided(g, bob("jane@army.ml")); got != "pass: limit" || len(*kept) != 0 {
		t.Errorf("got %s, kept %v", got, *kept)
	}
}

// TestFailOpen: without anything that was learned, and where an answer takes too long, mail
// passes.
func TestFailOpen(t *testing.T) {
	t.Parallel()
	g := New(Options{Mode: Refuse, Deadline: time.Minute, Now: time.Now})
	if got := decided(g, bob("jane@army.ml")); got != "pass: not ready" {
		t.Errorf("got %s", got)
	}
	hangs := make(chan bool)
	defer close(hangs)
	slow := New(Options{Mode: Refuse, Deadline: time.Millisecond, Now: func() time.Time { <-hangs; return morning }})
	if got := decided(slow, bob("jane@army.ml")); got != "pass: late" {
		t.Errorf("got %s", got)
	}
	broken := New(Options{Mode: Refuse, Deadline: time.Minute, Now: func() time.Time { panic("a fault") }})
	if got := decided(broken, bob("jane@army.ml")); got != "pass: invalid" {
		t.Errorf("got %s", got)
	}
}

// TestLateIsNoQuestion: a mail that passed because the answer came too late asked nobody, and
// the next one is no answer.
func TestLateIsNoQuestion(t *testing.T) {
	t.Parallel()
	g, c, kept := testGuard(t, Confirm)
	r := bob("jane@army.ml")
	r.settled = &atomic.Bool{}
	r.settled.Store(true) // by the deadline
	if d := g.decide(&r, c.now); d.Action != Pass || d.Reason != ReasonLate || len(*kept) != 0 {
		t.Errorf("got %s: %s, kept %v", d.Action, d.Reason, *kept)
	}
	c.now = c.now.Add(time.Minute)
	if got := decided(g, bob("jane@army.ml")); got != "ask: slip" {
		t.Errorf("the next mail: got %s", got)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	list, err := ParseRefused("# ours\narmy.ml  army.mil # Mali\nxn--mnchen-3ya.example\n")
	if err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[Mode]string{Observe: "pass: listed", Warn: "warn: listed", Confirm: "refuse: listed", Refuse: "refuse: listed"} {
		g := New(Options{Mode: mode, Deadline: time.Minute, Now: time.Now})
		g.Refuse(list)
		for _, to := range []string{"jane@army.ml", "jane@sub.army.ml", "jane@münchen.example"} {
			if got := decided(g, bob(to)); got != want {
				t.Errorf("%s, %s: got %s, want %s", mode, to, got, want)
			}
		}
		// Nothing was weighed: neither is said how sure it is, nor that what stands alone is a lookalike.
		if d := g.Decide(bob("jane@army.ml")); d.Header != "army.ml is on the list of refused domains, in place of army.mil" {
			t.Errorf("marked by %q", d.Header)
		}
		if d := g.Decide(bob("jane@xn--mnchen-3ya.example")); strings.Contains(d.Text+d.Header, "looks like") {
			t.Errorf("said %q, %q", d.Text, d.Header)
		}
		// A bounce is never refused, what nobody reads an answer to where nobody is refused for good.
		if got := decided(g, request("bob", "", "jane@army.ml")); got != "pass: machine" {
			t.Errorf("a bounce, %s: got %s", mode, got)
		}
		if got := decided(g, request("bob", "staff-bounces@corp.example", "jane@army.ml")); got != "pass: machine" && mode < Refuse || mode == Refuse && got != "refuse: listed" {
			t.Errorf("a list, %s: got %s", mode, got)
		}
		if got := decided(g, bob("jane@notarmy.ml")); got != "pass: not ready" {
			t.Errorf("another domain: got %s", got)
		}
	}
	for _, text := range []string{"a.example b.example c.example", "army.ml ??"} {
		if _, err := ParseRefused(text); err == nil {
			t.Errorf("%q: got no error", text)
		}
	}
}

// TestTexts: what a sender reads is short, of one line and of ASCII, whatever the address.
func TestTexts(t *testing.T) {
	t.Parallel()
	for _, local := range []string{"jane", strings.Repeat("j", 64), strings.Repeat("j", 300), "jané", "a\r\nb"} {
		for _, mode := range []Mode{Confirm, Refuse} {
			g, _, _ := testGuard(t, mode)
			d := g.Decide(bob(local + "@army.ml"))
			if d.Action == Pass {
				continue
			}
			if len(refusal+d.Text) > maxText || d.Text != ascii(d.Text) {
				t.Errorf("%q", d.Text)
			}
			if !strings.HasPrefix(d.Text, "did you mean ") || !strings.Contains(d.Text, "army.mil?") {
				t.Errorf("%q: does not say what was meant", d.Text)
			}
			if mode == Confirm && !strings.Contains(d.Text, "send again within 10 minutes") {
				t.Errorf("%q: does not say what to do", d.Text)
			}
		}
	}
}

// TestIgnored: rules count from when they are given.
func TestIgnored(t *testing.T) {
	t.Parallel()
	g, _, _ := testGuard(t, Confirm)
	rules, err := result.ParseRules("army.ml reason=\"our office\"", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	g.Ignore(rules)
	if got := decided(g, bob("jane@army.ml")); got != "pass: ignored" {
		t.Errorf("got %s", got)
	}
}

// TestWriter: a disk that is full, or hangs, holds nobody up, and is complained of once.
func TestWriter(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe() // nobody reads: it hangs when it is full
	if err != nil {
		t.Fatal(err)
	}
	complaints := 0
	full := NewWriter(w, func(error) { complaints++ })
	for range 70_000 {
		full.Write(Kept{Person: "bob"})
	}
	if full.Dropped() == 0 {
		t.Error("nothing was dropped")
	}
	r.Close()
	full.Close()
	if complaints != 1 {
		t.Errorf("%d complaints, want 1", complaints)
	}
}

func BenchmarkDecide(b *testing.B) {
	g, _, _ := testGuard(b, Observe)
	for b.Loop() {
		g.Decide(bob("jane@elsewhere.example"))
	}
}
