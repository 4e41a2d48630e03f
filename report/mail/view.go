package mail

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// A mail names no more than these: the rest is in the report that it carries.
const (
	maxSenders    = 10
	maxLookalikes = 5
	maxItems      = 3 // of what is to be done about one cause
)

// A view is a report in the words of a mail. Its texts are safe and defanged,
// for mail programs make links of what looks like a domain. Both parts of the
// mail are written from it.
type view struct {
	Headline   string
	News       []string
	Problems   []string
	Figures    []summary.Figure
	Senders    []senderEntry
	More       string // how many senders are left out; or ""
	Lookalikes []lookalikeEntry
	Weeks      []bar
	Todo       []todo
	Window     string // the days that the figures are of
	Asked      []summary.Question
	AskMore    string // how many are left out; or ""
	Admin      []task
	Coverage   []string
}

// A todo is what is to be done about one cause.
type todo struct {
	Title string
	Items []string
	More  string // how many are left out; or ""
}

// A bar is a number with its share of the largest, in percent.
type bar struct {
	Name, Value string
	Percent     int
}

type senderEntry struct {
	bar
	Rank     int
	Risk     string
	Exposure string
	Worst    string
}

type lookalikeEntry struct{ Domain, Intended, How, Mails, Accepted, Since string }

func newView(r *result.Result, o Options) *view {
	to := summary.OnPaper(o.Location)
	to.Defang = true
	s := summary.Of(r, to)
	v := &view{
		Headline: s.Headline(" "), Figures: figures(r), Senders: senders(r.Senders, to),
		Lookalikes: lookalikes(r, to), Weeks: weeks(r, to), Todo: todos(s.ToDo()), Admin: tasks(r, &o), Window: summary.Window(&r.Totals, to.Clock),
	}
	if n := len(r.Senders) - len(v.Senders); n > 0 {
		v.More = words.Count(int64(n), "more sender is", "more senders are") + " in the report."
	}
	v.Asked, v.AskMore = s.Questions()
	v.News, v.Problems, v.Coverage = texts(s.News()), texts(s.Problems()), append(texts(s.Notes()), "Days are those of "+words.ZoneName(r.GeneratedAt, to.Clock.Location)+".")
	return v
}

// todos are the first things to do about each cause.
func todos(all []summary.Todo) (short []todo) {
	for _, t := range all {
		x := todo{Title: t.Title}
		for _, item := range t.Items[:min(maxItems, len(t.Items))] {
			text := item.Text + " (" + item.Detail
			if item.Last != "" {
				text += "; last " + item.Last
			}
			x.Items = append(x.Items, text+")")
		}
		if n := len(t.Items) - len(x.Items); n > 0 {
			x.More = words.Count(int64(n), "more is", "more are") + " in the report."
		}
		short = append(short, x)
	}
	return short
}

func texts(all []layout.Paragraph) (lines []string) {
	for _, p := range all {
		lines = append(lines, p.Text)
	}
	return lines
}

// figures are the three that a mail shows large.
func figures(r *result.Result) []summary.Figure {
	arrived := summary.Figure{Name: "arrived", Value: words.Grouped(r.Totals.Arrived.Yes)}
	if open := r.Totals.Arrived.Maybe + r.Totals.Arrived.Unknown; open > 0 {
		arrived.Name += ", " + words.Grouped(open) + " more may have"
	}
	bounced := summary.Figure{Name: "bounced, harmless", Value: words.Grouped(r.Totals.Arrived.No)}
	if n := waiting(r.Deliveries); n > 0 {
		bounced.Name = "did not arrive, " + words.Grouped(n) + " still queued or held"
	}
	recent := summary.Figure{Name: "new", Value: "–"}
	switch t := r.Trend; {
	case t == nil:
	case t.FirstReport && r.Totals.Messages > 0:
		recent = summary.Figure{Name: summary.OlderName(r), Value: words.Grouped(t.OlderMessages)}
	default:
		recent.Value = words.Grouped(t.NewMessages)
	}
	if r.Trend != nil && r.Trend.Previous != nil {
		before := r.Trend.Previous
		arrived.Before, bounced.Before = words.Grouped(before.Arrived.Yes), words.Grouped(before.Arrived.No)
	}
	return []summary.Figure{arrived, bounced, recent}
}

// waiting counts the mails that did not arrive, and may yet.
func waiting(all []result.Delivery) (n int64) {
	for i := range all {
		if d := &all[i]; d.Arrived == parsers.ArrivedNo && (d.Status == parsers.StatusDeferred || d.Status == parsers.StatusHeld) {
			n += max(1, d.Count)
		}
	}
	return n
}

func senders(all []result.Sender, to summary.Reader) (entries []senderEntry) {
	for i := range all[:min(maxSenders, len(all))] {
		s := &all[i]
		entries = append(entries, senderEntry{
			bar:  bar{Name: to.Pen.Brief(s.Sender), Value: summary.Mails(s.Messages, s.Arrived), Percent: percent(s.Exposure, all[0].Exposure)},
			Rank: s.Rank, Risk: to.Pen.Brief(string(s.Risk)), Exposure: words.Tenths(s.Exposure),
			Worst: safe.Defang(to.Pen.Brief(s.Worst)) + " for " + to.Pen.Brief(s.Intended),
		})
	}
	return entries
}

func lookalikes(r *result.Result, to summary.Reader) (entries []lookalikeEntry) {
	all, first := r.Lookalikes, summary.IsFirst(r)
	for i := range all[:min(maxLookalikes, len(all))] {
		l := &all[i]
		x := lookalikeEntry{
			Domain: safe.Defang(to.Pen.Brief(l.Domain)), Intended: to.Pen.Brief(l.Intended), How: to.Pen.Brief(l.How),
			Mails: summary.Mails(l.Messages, l.Arrived), Since: summary.Since(l, first, to.Clock),
		}
		if len(l.Relays) > 0 {
			x.Accepted = safe.Defang(to.Pen.Brief(words.Listed(l.Relays)))
		}
		entries = append(entries, x)
	}
	return entries
}

// weeks are the bars of a trend, none without a history.
func weeks(r *result.Result, to summary.Reader) (bars []bar) {
	if r.Trend == nil || len(r.Trend.Weeks) == 0 {
		return nil
	}
	all := summary.ByWeek(r, "2 Jan", to.Clock.Location)
	var largest int64
	for _, w := range all {
		largest = max(largest, w.Messages)
	}
	for _, w := range all {
		bars = append(bars, bar{Name: w.Name, Value: summary.Mails(w.Messages, w.Arrived), Percent: percent(float64(w.Messages), float64(largest))})
	}
	return bars
}

// percent is the length of a bar, at least 1 for what is there.
func percent(x, largest float64) int {
	if largest <= 0 || x <= 0 {
		return 0
	}
	return max(1, int(x/largest*100))
}

// drawn is the bar in characters.
func (b bar) drawn() string {
	const longest = 20
	n := (b.Percent*longest + 99) / 100
	return strings.Repeat("█", n) + strings.Repeat("·", longest-n)
}
