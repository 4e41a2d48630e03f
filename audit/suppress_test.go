package audit

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/result"
)

// A rule of a file takes its findings out of the ranking and the totals, and
// says so; the same comes of a report that was finished before.
func TestSuppress(t *testing.T) {
	t.Parallel()
	o := options(t)
	whole := func() *result.Result {
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for _, d := range ofSmallOrganisation() {
			l.Add(&d)
		}
		return resultOf(t, l, o)
	}
	rules, err := result.ParseRules("bigcustmoer.example until=2020-01-01\n*@bigcustmoer.example reason=ours\nnowhere.example\n", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	o.Now = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	before := whole()
	later := whole()
	later.Suppress(rules, o.Now)
	o.Ignore = rules
	r := whole()
	if diff := cmp.Diff(r, later); diff != "" {
		t.Errorf("a report that was finished before: %s", diff)
	}
	if len(r.Lookalikes) != 1 || len(r.Senders) != 1 || r.Senders[0].Rank != 1 || r.Totals.Messages != 1 || before.Totals.Messages != 4 || r.Totals.Exposure != 0 {
		t.Errorf("%+v", r)
	}
	if r.Coverage.Suppressed != 3 || r.Coverage.Outbound != before.Coverage.Outbound {
		t.Errorf("coverage %+v", r.Coverage)
	}
	var got []string
	for _, u := range r.Coverage.IgnoreRules {
		got = append(got, strings.Fields(u.Rule)[0]+" "+map[bool]string{true: "expired", false: "valid"}[u.Expired]+" "+string(rune('0'+u.Messages)))
	}
	if diff := cmp.Diff([]string{"bigcustmoer.example expired 0", "*@bigcustmoer.example valid 3", "nowhere.example valid 0"}, got); diff != "" {
		t.Error(diff)
	}
	if len(r.Kinds) != 1 || len(r.Weeks) != 1 || r.Weeks[0].Messages != 1 || len(before.Kinds) != 2 {
		t.Errorf("kinds %+v, weeks %+v", r.Kinds, r.Weeks)
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{false, true} {
		o := options(t)
		o.Subjects = asked
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for _, d := range ofSmallOrganisation() {
			d.Subject = "the plan"
			l.Add(&d)
		}
		if got := resultOf(t, l, o).Deliveries[0].Subject; (got == "the plan") != asked {
			t.Errorf("asked for: %v, subject %q", asked, got)
		}
	}
}

func TestCheckRecipients(t *testing.T) {
	t.Parallel()
	check := func(to ...string) error {
		o := options(t)
		o.MailTo = to
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for _, d := range ofSmallOrganisation() {
			l.Add(&d)
		}
		return judged(t, l, o).CheckRecipients()
	}
	if err := check("security@corp.example", "Lucia <lucia@gmail.com>", "someone@unknown.example", "root@localhost"); err != nil {
		t.Error(err)
	}
	for _, to := range []string{"Lucia <lucia@gmial.com>", "t.mori@bigcustmoer.example"} {
		if err := check(to); err == nil || !strings.Contains(err.Error(), "looks like a slip") {
			t.Errorf("%s: %v", to, err)
		}
	}
}
