package report

import (
	"strconv"
	"strings"
	"time"
)

// grouped writes a number with commas: 1,204,331.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes a number with its noun.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// listed joins names, of which at most a few are told.
func listed(names []string) string {
	const most = 5
	if n := len(names); n > most {
		return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(n-most) + " more"
	}
	return strings.Join(names, ", ")
}

// days writes a span of days: 16–22 Nov 2026.
func days(from, to time.Time, dash string) string {
	last := to.Format("2 Jan 2006")
	switch {
	case from.Format(time.DateOnly) == to.Format(time.DateOnly):
		return last
	case from.Year() != to.Year():
		return from.Format("2 Jan 2006") + " " + dash + " " + last
	case from.Month() != to.Month():
		return from.Format("2 Jan") + " " + dash + " " + last
	}
	return from.Format("2") + dash + last
}

// yearless is the age up to which a day is clear without its year.
const yearless = 180 * 24 * time.Hour

// short writes a time for people, with the year where it is not clear.
func (p *page) short(t time.Time, layout, withYear string) string {
	if age := p.o.Now.Sub(t); p.o.Now.IsZero() || age > yearless || age < -24*time.Hour {
		layout = withYear
	}
	return t.In(p.o.Location).Format(layout)
}

// day writes the day of t on a terminal, "" for none.
func (p *page) day(t *time.Time) string {
	switch {
	case t == nil:
		return ""
	case p.o.Width == 0:
		return stamp(t)
	}
	return p.short(*t, "2 Jan", "2 Jan 2006")
}

// moment writes the minute of t on a terminal, "" for none.
func (p *page) moment(t *time.Time) string {
	switch {
	case t == nil:
		return ""
	case p.o.Width == 0:
		return stamp(t)
	}
	return p.short(*t, "2 Jan 15:04", "2 Jan 2006 15:04")
}

// ago tells on a terminal that t is days past: " (3 days ago)".
func (p *page) ago(t time.Time) string {
	const day = 24 * time.Hour
	if n := int64(p.o.Now.Sub(t) / day); p.o.Width > 0 && !p.o.Now.IsZero() && n > 1 {
		return " (" + grouped(n) + " days ago)"
	}
	return ""
}
