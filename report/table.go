package report

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/typoaudit/typoaudit/audit"
)

// Table writes a report for people: a headline, the ranking fitted to the
// terminal, what was read, and what to do next. Nothing that came from a log
// reaches the terminal but through SafeText.
type Table struct{}

// Name implements Format.
func (Table) Name() string { return "table" }

// Extensions implements Format.
func (Table) Extensions() []string { return []string{".txt"} }

// pipedWidth is the width for which columns are chosen where there is no
// terminal.
const pipedWidth = 120

// Write implements Format.
func (Table) Write(w io.Writer, r *audit.Result, o Options) error {
	t := &tableWriter{r: r, o: o}
	t.headline()
	if len(r.Lookalikes) > 0 {
		var columns []column
		switch o.By {
		case ByLookalike:
			columns = t.byLookalike()
		case ByDelivery:
			columns = t.byDelivery()
		default:
			columns = t.bySender()
		}
		if err := t.draw(columns); err != nil {
			return err
		}
	}
	t.footnotes()
	t.next()
	_, err := w.Write(t.buf.Bytes())
	return err
}

type tableWriter struct {
	buf bytes.Buffer
	r   *audit.Result
	o   Options
}

// line writes a paragraph, broken at blanks to the width.
func (t *tableWriter) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for t.o.Width > 0 && runewidth.StringWidth(text) > t.o.Width {
		head := runewidth.Truncate(text, t.o.Width+1, "")
		i := strings.LastIndexByte(head, ' ')
		if i <= 0 {
			head = runewidth.Truncate(text, t.o.Width, "")
			i = len(head)
		}
		fmt.Fprintln(&t.buf, strings.TrimRight(text[:i], " "))
		text = strings.TrimLeft(text[i:], " ")
	}
	fmt.Fprintln(&t.buf, text)
}

func (t *tableWriter) headline() {
	r := t.r
	switch {
	case r.Coverage.Outbound == 0 && len(r.Lookalikes) == 0:
		t.line("Nothing to audit: no outgoing mail among %s.%s", plural(r.Coverage.Deliveries, "delivery", "deliveries"), t.span(" "))
	case len(r.Lookalikes) == 0:
		t.line("No mail to lookalike domains among %s%s. %s", plural(r.Coverage.Outbound, "outgoing delivery", "outgoing deliveries"), t.span(", "), t.understood())
	default:
		x := r.Totals
		t.line("%s went to %s; %s.%s", plural(x.Messages, "mail", "mails"), plural(int64(x.Lookalikes), "lookalike domain", "lookalike domains"),
			arrivedWords(x.Arrived), t.span("   "))
		t.buf.WriteByte('\n')
	}
}

// arrivedWords tells how much arrived.
func arrivedWords(a audit.Arrived) string {
	text := thousands(a.Yes) + " arrived there"
	if a.Maybe > 0 {
		text += ", " + thousands(a.Maybe) + " may have"
	}
	if a.Unknown > 0 {
		text += ", of " + thousands(a.Unknown) + " it is not known"
	}
	return text
}

// span tells the days of the audit behind a prefix.
func (t *tableWriter) span(prefix string) string {
	w := t.r.Window
	if w.From == nil || w.To == nil {
		return ""
	}
	dash := "–"
	if !t.o.Unicode {
		dash = "-"
	}
	return prefix + days(w.From.In(t.o.Location), w.To.In(t.o.Location), dash)
}

// days writes a span as "16–22 Nov 2026".
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

func (t *tableWriter) understood() string {
	if n := t.r.Coverage.Malformed; n > 0 {
		return plural(n, "line", "lines") + " not understood (list: -v)."
	}
	return "All lines understood."
}

func (t *tableWriter) bySender() []column {
	rows := t.r.Senders
	n := len(rows)
	cells := func(f func(s *audit.Sender) string) []string {
		out := make([]string, n)
		for i := range rows {
			out[i] = f(&rows[i])
		}
		return out
	}
	ours := t.sharedDomain()
	look := t.pairs(n, func(i int) (string, string) { return rows[i].Worst, rows[i].Intended })
	how := map[string]string{}
	for i := range t.r.Lookalikes {
		how[t.r.Lookalikes[i].Domain] = t.r.Lookalikes[i].How
	}
	return []column{
		{head: "#", right: true, rank: 7, cells: cells(func(s *audit.Sender) string { return strconv.Itoa(s.Rank) })},
		{head: "SENDER", least: 10, cells: cells(func(s *audit.Sender) string { return SafeText(strings.TrimSuffix(s.Sender, ours)) })},
		{head: "EXPOSURE", right: true, rank: 5, cells: cells(func(s *audit.Sender) string { return strconv.FormatFloat(s.Exposure, 'f', 1, 64) })},
		{head: "RISK", cells: cells(func(s *audit.Sender) string { return string(s.Risk) }), paint: t.riskPaint},
		{head: "SENT", right: true, rank: 6, cells: cells(func(s *audit.Sender) string { return thousands(s.Messages) })},
		{head: "ARRIVED", right: true, rank: 3, cells: cells(func(s *audit.Sender) string { return arrivedCell(s.Arrived) })},
		{head: "RECIPIENTS", right: true, rank: 9, cells: cells(func(s *audit.Sender) string { return strconv.Itoa(s.Recipients) })},
		{head: "LAST", rank: 4, cells: cells(func(s *audit.Sender) string { return t.day(s.Last) })},
		{head: "WORST LOOKALIKE", least: 15, cells: look.cells, paint: look.paint},
		{head: "HOW", rank: 8, least: 20, cells: cells(func(s *audit.Sender) string { return SafeText(how[s.Worst]) })},
	}
}

func (t *tableWriter) byLookalike() []column {
	rows := t.r.Lookalikes
	n := len(rows)
	cells := func(f func(l *audit.Lookalike) string) []string {
		out := make([]string, n)
		for i := range rows {
			out[i] = f(&rows[i])
		}
		return out
	}
	look := t.pairs(n, func(i int) (string, string) { return rows[i].Domain, rows[i].Intended })
	return []column{
		{head: "LOOKALIKE", least: 15, cells: look.cells, paint: look.paint},
		{head: "CONFIDENCE", right: true, rank: 5, cells: cells(func(l *audit.Lookalike) string { return strconv.FormatFloat(l.Confidence, 'f', 2, 64) })},
		{head: "VERDICT", rank: 2, cells: cells(verdict)},
		{head: "SENT", right: true, rank: 3, cells: cells(func(l *audit.Lookalike) string { return thousands(l.Messages) })},
		{head: "ARRIVED", right: true, rank: 1, cells: cells(func(l *audit.Lookalike) string { return arrivedCell(l.Arrived) })},
		{head: "SENDERS", right: true, rank: 6, cells: cells(func(l *audit.Lookalike) string { return strconv.Itoa(l.Senders) })},
		{head: "LAST", rank: 4, cells: cells(func(l *audit.Lookalike) string { return t.day(l.Last) })},
		{head: "HOW", rank: 7, least: 20, cells: cells(func(l *audit.Lookalike) string { return SafeText(l.How) })},
	}
}

// slipConfidence parts slips from what is worth a look, as in the package
// lookalike.
const slipConfidence = 0.9

func verdict(l *audit.Lookalike) string {
	word := "look at it"
	if l.Confidence >= slipConfidence {
		word = "slip"
	}
	if l.Standing {
		word += ", standing"
	}
	return word
}

func (t *tableWriter) byDelivery() []column {
	rows := t.r.Deliveries
	n := len(rows)
	cells := func(f func(d *audit.Delivery) string) []string {
		out := make([]string, n)
		for i := range rows {
			out[i] = f(&rows[i])
		}
		return out
	}
	ours := t.sharedDomain()
	return []column{
		{head: "TIME", rank: 3, cells: cells(func(d *audit.Delivery) string { return t.moment(d.Time) })},
		{head: "SENDER", least: 10, cells: cells(func(d *audit.Delivery) string { return SafeText(strings.TrimSuffix(sentBy(d), ours)) })},
		{head: "RECIPIENT", least: 15, cells: cells(func(d *audit.Delivery) string { return SafeText(d.Recipient) })},
		{head: "MEANT", rank: 5, least: 15, cells: cells(func(d *audit.Delivery) string { return SafeText(d.Meant) })},
		{head: "STATUS", rank: 4, cells: cells(func(d *audit.Delivery) string { return d.Status.String() })},
		{head: "ARRIVED", cells: cells(func(d *audit.Delivery) string { return d.Arrived.String() })},
		{head: "WHERE", rank: 6, least: 10, cells: cells(func(d *audit.Delivery) string { return SafeText(fmt.Sprintf("%s:%d", d.Source, d.Line)) })},
	}
}

// sentBy names the person of a delivery, or says why there is none.
func sentBy(d *audit.Delivery) string {
	switch {
	case d.Person != "":
		return d.Person
	case d.Sender == nil:
		return "(log begins later)"
	}
	return "(automatic reply)"
}

func (t *tableWriter) draw(columns []column) error {
	width := t.o.Width
	if width == 0 {
		width = pipedWidth
		for i := range columns {
			columns[i].least = 0 // a program may read it: nothing is cut
			if columns[i].rank < 8 {
				columns[i].rank = 0
			}
		}
	}
	if !t.o.Color {
		for i := range columns {
			columns[i].paint = nil
		}
	}
	var table bytes.Buffer
	if err := draw(&table, fit(columns, width)); err != nil {
		return err
	}
	for line := range strings.Lines(table.String()) {
		t.buf.WriteString(strings.TrimRight(line, " \n"))
		t.buf.WriteByte('\n')
	}
	return nil
}

// sharedDomain returns "@domain" if at least half of the ranked senders are
// there, else "".
func (t *tableWriter) sharedDomain() string {
	count := map[string]int{}
	shared := ""
	for i := range t.r.Senders {
		s := t.r.Senders[i].Sender
		at := strings.LastIndexByte(s, '@')
		if at < 0 {
			continue
		}
		d := s[at:]
		count[d]++
		if count[d] > count[shared] || count[d] == count[shared] && d < shared {
			shared = d
		}
	}
	if 2*count[shared] < len(t.r.Senders) {
		return ""
	}
	return shared
}

// A pairColumn shows lookalikes with what was meant.
type pairColumn struct {
	cells []string
	paint func(row int, cell string) string
}

// pairs makes the cells "army.ml → army.mil". Where the terminal is too narrow
// the end goes, and with it what was meant: the lookalike stands alone.
func (t *tableWriter) pairs(n int, pair func(i int) (lookalike, intended string)) pairColumn {
	arrow := " → "
	if !t.o.Unicode {
		arrow = " -> "
	}
	p := pairColumn{cells: make([]string, n)}
	for i := range n {
		l, e := pair(i)
		p.cells[i] = SafeText(l) + arrow + SafeText(e)
		if room := t.o.Width / 2; t.o.Width > 0 && runewidth.StringWidth(p.cells[i]) > room {
			p.cells[i] = SafeText(l)
		}
	}
	p.paint = func(row int, cell string) string {
		l, e := pair(row)
		l = SafeText(l)
		from, to := differing(l, SafeText(e))
		if !strings.HasPrefix(cell, l) || from >= to {
			return cell
		}
		return cell[:from] + underline + cell[from:to] + plainText + cell[to:]
	}
	return p
}

// differing returns the part of a that is not in b: what is between their
// common beginning and end.
func differing(a, b string) (from, to int) {
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	to = len(a)
	for e := len(b); to > from && e > from && a[to-1] == b[e-1]; e-- {
		to--
	}
	return from, to
}

// Escape sequences (ECMA-48 SGR).
const (
	red       = "\x1b[31m"
	yellow    = "\x1b[33m"
	underline = "\x1b[4m"
	plainText = "\x1b[0m"
)

func (t *tableWriter) riskPaint(_ int, cell string) string {
	switch audit.Risk(cell) {
	case audit.RiskCritical:
		return red + cell + plainText
	case audit.RiskHigh:
		return yellow + cell + plainText
	}
	return cell
}

func arrivedCell(a audit.Arrived) string {
	s := thousands(a.Yes)
	if n := a.Maybe + a.Unknown; n > 0 {
		s += "+" + thousands(n) + "?"
	}
	return s
}

// day writes a time as a day for people, and in full for programs.
func (t *tableWriter) day(when *time.Time) string {
	switch {
	case when == nil:
		return ""
	case t.o.Width == 0:
		return when.Format(time.RFC3339)
	case t.o.Now.Sub(*when) > 180*24*time.Hour:
		return when.In(t.o.Location).Format("2 Jan 2006")
	}
	return when.In(t.o.Location).Format("2 Jan")
}

func (t *tableWriter) moment(when *time.Time) string {
	switch {
	case when == nil:
		return ""
	case t.o.Width == 0:
		return when.Format(time.RFC3339)
	}
	return when.In(t.o.Location).Format("2 Jan 15:04")
}

func (t *tableWriter) footnotes() {
	r := t.r
	c := &r.Coverage
	if len(r.Lookalikes) > 0 {
		t.buf.WriteByte('\n')
		about := "ARRIVED: accepted by the other side; +n?: may have been, or not known."
		if shared := t.sharedDomain(); shared != "" && t.o.By != ByLookalike {
			about = "Senders without a domain are " + SafeText(shared) + ". " + about
		}
		t.line("%s", about)
	}
	if n := r.Totals.NullSender; n > 0 {
		t.line("%s had no human sender: automatic replies and bounces.", plural(n, "more mail", "more mails"))
	}
	if n := r.Totals.UnknownSender; n > 0 {
		t.line("The sender of %s is not known: the log begins later. Add the older log.", plural(n, "mail", "mails"))
	}
	if c.Hidden > 0 {
		t.line("%s below confidence %g %s hidden (--min-confidence).", plural(int64(c.Hidden), "doubtful domain", "doubtful domains"), r.MinConfidence, isAre(c.Hidden))
	}
	switch {
	case r.AllSenders && r.InternalInferred && len(r.InternalDomains) == 0:
		t.line("The log does not tell which domains are yours, so every sender was audited; name yours by --internal.")
	case r.InternalInferred && len(r.InternalDomains) > 0:
		t.line("Taking %s as yours (inferred; --internal overrides).", SafeText(strings.Join(r.InternalDomains, ", ")))
	}
	t.line("Read %s, %s; %s", plural(c.Lines, "line", "lines"), plural(c.Deliveries, "delivery", "deliveries"), lowerFirst(t.understood()))
	for i := range c.Sources {
		for _, p := range c.Sources[i].Problems {
			if !strings.HasPrefix(p, c.Sources[i].Name) {
				p = c.Sources[i].Name + ": " + p
			}
			t.line("! %s", SafeText(p))
		}
	}
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func (t *tableWriter) next() {
	if len(t.r.Lookalikes) == 0 {
		return
	}
	dot := "·"
	if !t.o.Unicode {
		dot = "|"
	}
	worst := SafeText(t.r.Lookalikes[0].Domain)
	by := "delivery"
	if t.o.By == ByDelivery {
		by = "lookalike"
	}
	t.line("Next: typoaudit check %s --log LOG   %s   typoaudit scan --by %s LOG", worst, dot, by)
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands writes a number with commas.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
