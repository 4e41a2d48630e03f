package summary

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// A Todo is what is to be done about the findings of one cause.
type Todo struct {
	Cause result.Cause
	Title string
	Items []Item // the most exposed first
}

// An Item is one thing to do, in a sentence.
type Item struct {
	Text     string // who must do what
	Detail   string // how many mails
	Last     string // the day of the last one
	Exposure float64
}

// ToDo returns what is to be done, by cause, the most exposed first. Wrong addresses are
// in the form that the reader asks for.
func (s *Summary) ToDo() []Todo {
	byCause := map[result.Cause][]result.Fix{}
	for _, f := range s.r.Fixes() {
		byCause[f.Cause] = append(byCause[f.Cause], f)
	}
	var all []Todo
	for cause, fixes := range byCause {
		t := Todo{Cause: cause, Title: titleOf(cause)}
		for _, group := range grouped(fixes) {
			t.Items = append(t.Items, s.item(cause, group))
		}
		slices.SortStableFunc(t.Items, func(x, y Item) int { return cmp.Compare(y.Exposure, x.Exposure) })
		all = append(all, t)
	}
	slices.SortFunc(all, func(x, y Todo) int {
		return cmp.Or(cmp.Compare(y.exposure(), x.exposure()), cmp.Compare(x.Cause, y.Cause))
	})
	return all
}

func (t *Todo) exposure() (sum float64) {
	for _, x := range t.Items {
		sum += x.Exposure
	}
	return sum
}

// titleOf says in a few words what is to be done about a cause.
func titleOf(c result.Cause) string {
	switch c {
	case result.CauseForward:
		return "Change forwards and aliases"
	case result.CauseList:
		return "Correct the members of mailing lists"
	case result.CauseAddressBook:
		return "Correct address books"
	case result.CauseWebForm:
		return "Check what forms and programs accept"
	case result.CauseReplyAll:
		return "Tell those who replied to all"
	}
	return "Tell those who mistyped an address"
}

// grouped puts together what one must do at one time: a sender's slips of one domain, and
// the addresses that a program has at one.
func grouped(fixes []result.Fix) (groups [][]result.Fix) {
	type key struct{ where, lookalike, source string }
	at := map[key]int{}
	for _, f := range fixes {
		k := key{f.Where, f.Lookalike, f.Source}
		i, ok := at[k]
		if !ok {
			i = len(groups)
			at[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

func (s *Summary) item(c result.Cause, group []result.Fix) Item {
	f := &group[0]
	where, who := s.to.Pen.Brief(f.Where), s.to.Pen.Brief(f.Who)
	wrong, right := s.to.lookalike(f.Wrong), s.to.Pen.Brief(f.Right)
	more := ""
	if n := len(group) - 1; n > 0 {
		more = ", and " + words.Count(int64(n), "other address", "other addresses") + " at " + s.to.lookalike(f.Lookalike)
	}
	var x Item
	switch {
	case f.Who == "":
		x.Text = "Find out who writes to " + wrong + " for " + right + more + ": the log does not say."
	case c == result.CauseForward:
		x.Text = "Change the forward of " + where + " from " + wrong + " to " + right + more + "."
	case c == result.CauseList:
		x.Text = "Remove member " + wrong + " from " + where + ", and add " + right + more + "."
	case c == result.CauseAddressBook:
		x.Text = "In the address book of " + who + " replace " + wrong + " by " + right + more + "."
	case c == result.CauseWebForm:
		x.Text = "What writes as " + where + " accepts " + s.to.lookalike(f.Lookalike) + " for " + s.to.Pen.Brief(f.Intended) + ": correct " + wrong + " to " + right + more + ", and check what is typed there."
	case c == result.CauseReplyAll:
		x.Text = "Tell " + who + " that " + wrong + " in the mail replied to is not " + right + more + "."
	default:
		x.Text = "Tell " + who + ": " + wrong + " is not " + right + more + "."
	}
	var sum result.Fix
	for _, f := range group {
		sum.Messages += f.Messages
		sum.Exposure += f.Exposure
		sum.Arrived.Yes, sum.Arrived.Maybe, sum.Arrived.Unknown = sum.Arrived.Yes+f.Arrived.Yes, sum.Arrived.Maybe+f.Arrived.Maybe, sum.Arrived.Unknown+f.Arrived.Unknown
		if sum.LastUsed == nil || f.LastUsed != nil && f.LastUsed.After(*sum.LastUsed) {
			sum.LastUsed = f.LastUsed
		}
	}
	x.Exposure, x.Detail = sum.Exposure, Mails(sum.Messages, sum.Arrived)
	if sum.Messages == 0 {
		x.Detail = fmt.Sprintf("no mail yet; %s, line %d", s.to.Pen.Brief(f.Source), f.Line)
	}
	if sum.LastUsed != nil {
		x.Last = s.to.Clock.DayOf(*sum.LastUsed)
	}
	return x
}

// FixText says what is to be done about one wrong address.
func (s *Summary) FixText(f *result.Fix) string { return s.item(f.Cause, []result.Fix{*f}).Text }
