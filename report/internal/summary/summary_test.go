package summary

import (
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

func TestWhetherArrived(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]result.Arrived{
		"62 arrived there": {Yes: 62, No: 3},
		"62 arrived there, 1 may have, for 2 it is not known":  {Yes: 62, Maybe: 1, Unknown: 2},
		"1 may have arrived there":                             {Maybe: 1},
		"none is known to have arrived, for 9 it is not known": {Unknown: 9},
		"none arrived there":                                   {No: 4},
	} {
		if got := whetherArrived(a); got != want {
			t.Errorf("%+v: got %q, want %q", a, got, want)
		}
	}
}

// An answer never denies what a wrong address of an alias map is, nor does a part of a
// report say anything of what it leaves out.
func TestHeadlineOfLists(t *testing.T) {
	t.Parallel()
	log, list := []result.Source{{Name: "maillog", Format: "postfix"}}, []result.ListFile{{Name: "aliases", Lines: 4, Addresses: 4}}
	view, wrong := &result.View{Text: "domain army.ml", Messages: 3}, []result.Listed{{Address: "kim@gmial.com"}}
	for _, c := range []struct {
		r          result.Result
		want, deny string
	}{
		{result.Result{Listed: wrong, Coverage: result.Coverage{Sources: log, Lists: list, Deliveries: 9, InWindow: 9, Outbound: 9}},
			"1 of 4 addresses in 1 alias map or list looks mistyped: mail to it goes to a stranger. No mail to lookalike domains", ""},
		{result.Result{Coverage: result.Coverage{Lists: list}}, "None of 4 addresses", ""},
		{result.Result{View: view, Coverage: result.Coverage{Lists: list}}, "Nothing of the report is of domain army.ml: its 3 mails are not shown.", "None"},
		{result.Result{View: view, Listed: wrong, Coverage: result.Coverage{Lists: list}}, "1 address that looks mistyped is shown of 4 addresses", "Nothing"},
	} {
		s := Of(&c.r, OnPaper(time.UTC))
		got := s.Headline(" ")
		if !strings.HasPrefix(got, c.want) || c.deny != "" && strings.Contains(got, c.deny) {
			t.Errorf("got %q, want %q", got, c.want)
		}
		for _, p := range s.News() {
			if strings.Contains(p.Text, "alias map") {
				t.Errorf("%q is said once more: %q", got, p.Text)
			}
		}
	}
}

// Of what was not read nothing is said to be understood, and alias maps and lists count.
func TestUnderstood(t *testing.T) {
	t.Parallel()
	log := []result.Source{{Name: "maillog", Format: "postfix"}}
	list, broken := []result.ListFile{{Lines: 4, Addresses: 2}}, []result.ListFile{{Lines: 4, Addresses: 2, NotUnderstood: 1}, {Lines: 1}}
	for want, c := range map[string]result.Coverage{
		"Read 0 deliveries.":                                                                   {},
		"Read 0 deliveries. ":                                                                  {Sources: []result.Source{{Name: "maillog", Empty: true, Problems: []string{"empty"}}}},
		"Read 9 lines, 2 deliveries; all lines understood.":                                    {Sources: log, Lines: 9, Deliveries: 2},
		"Read 4 lines of alias maps and lists; all lines understood.":                          {Lists: list},
		"Read 9 lines, 2 deliveries, 4 lines of alias maps and lists; all lines understood.":   {Sources: log, Lines: 9, Deliveries: 2, Lists: list},
		"Read 5 lines of alias maps and lists; 1 line of alias maps and lists not understood.": {Lists: broken},
		"Read 9 lines, 2 deliveries, 5 lines of alias maps and lists; 3 lines not understood, nor 1 line of alias maps and lists.": {Sources: log, Lines: 9, Deliveries: 2, Malformed: 3, Lists: broken},
	} {
		r := result.Result{Coverage: c}
		if got := Of(&r, OnPaper(time.UTC)).Coverage()[0].Text; got != strings.TrimSpace(want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// An audit that lacks something says so, and of what: a source, or else what is no source,
// such as the history.
func TestUnderstoodOfPart(t *testing.T) {
	t.Parallel()
	whole, part := []result.Source{{Name: "maillog", Format: "postfix"}, {Name: "old", Empty: true, Problems: []string{"empty"}}}, []result.Source{{Name: "maillog", Format: "postfix", Problems: []string{"cut"}}}
	for want, c := range map[string]result.Coverage{
		"the audit is incomplete.": {Sources: whole, Lines: 9}, "not all could be read.": {Sources: part, Lines: 9},
	} {
		r := result.Result{Coverage: c, Incomplete: true}
		if got := Of(&r, OnPaper(time.UTC)).Coverage()[0].Text; !strings.HasSuffix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Questions stand apart from what is left out, each with the command of its answer; in a
// mail no link is made of the domain.
func TestQuestions(t *testing.T) {
	t.Parallel()
	var r result.Result
	for range maxQuestions + 2 {
		r.Questions = append(r.Questions, result.Question{Domain: "corp.test", Why: "Is corp.test yours?", Command: `typoaudit ignore add corp.test --reason "the same organisation"`, Messages: 2})
	}
	to := OnPaper(time.UTC)
	to.Defang = true
	s := Of(&r, to)
	all, more := s.Questions()
	if len(all) != maxQuestions || more != "2 more questions are in the JSON report. "+ofSlips {
		t.Errorf("%d questions, %q", len(all), more)
	}
	if want := (Question{"Is corp[.]test yours? (2 mails)", r.Questions[0].Command, true}); all[0] != want {
		t.Errorf("got %+v, want %+v", all[0], want)
	}
	for _, p := range s.Omissions(false) {
		t.Errorf("an omission: %q", p.Text)
	}
	if lines := s.Asked(); len(lines) != 2+2*maxQuestions || lines[0].Text != QuestionsTitle+":" || !lines[2].Command {
		t.Errorf("%+v", lines)
	}
}
