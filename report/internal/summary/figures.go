package summary

import (
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// A Figure is a number with that of the window before.
type Figure struct {
	Name, Value string
	Before      string // "" without a history
}

// Figures are the totals, with those of the window before and the counts of
// what is new where there is a history.
func Figures(r *result.Result) []Figure {
	figures := total(&r.Totals)
	if r.Trend == nil {
		return figures
	}
	if before := r.Trend.Previous; before != nil {
		for i, f := range total(before) {
			figures[i].Before = f.Value
		}
	}
	if r.Trend.FirstReport {
		return append(figures, Figure{Name: OlderName(r), Value: words.Grouped(r.Trend.OlderMessages)})
	}
	return append(figures,
		Figure{Name: "new mails", Value: words.Grouped(r.Trend.NewMessages)},
		Figure{Name: "new lookalikes", Value: words.Grouped(int64(r.Trend.NewLookalikes))})
}

// OlderName is the name of the figure of Trend.OlderMessages.
func OlderName(r *result.Result) string {
	if r.IsOneWeek() {
		return "to domains that had some before"
	}
	return "older than this week"
}

// Before names the window before, with its days where they are known.
func Before(r *result.Result, clock words.Clock) string {
	if r.Trend != nil && r.Trend.Previous != nil {
		if days := Window(r.Trend.Previous, clock); days != "" {
			return days
		}
	}
	return "before"
}

// Window says in days which window totals are of, "" where no time is known.
func Window(t *result.Totals, clock words.Clock) string {
	if t.From == nil || t.To == nil {
		return ""
	}
	return words.Days(t.From.In(clock.Location), t.To.In(clock.Location), "–")
}

func total(t *result.Totals) []Figure {
	return []Figure{
		{Name: "misdirected mails", Value: words.Grouped(t.Messages)},
		{Name: "arrived", Value: words.Grouped(t.Arrived.Yes)},
		{Name: "may have arrived", Value: words.Grouped(t.Arrived.Maybe)},
		{Name: "not known", Value: words.Grouped(t.Arrived.Unknown)},
		{Name: "did not arrive", Value: words.Grouped(t.Arrived.No)},
		{Name: "senders", Value: words.Grouped(int64(t.Senders))},
		{Name: "lookalike domains", Value: words.Grouped(int64(t.Lookalikes))},
	}
}
