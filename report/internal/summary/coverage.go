package summary

import (
	"fmt"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Coverage says how much was read and understood, for a verbose reader by
// source.
func (s *Summary) Coverage() []layout.Paragraph {
	all := layout.Plain("Read " + s.read() + ".")
	if text := s.understood(); text != "" {
		all = layout.Plain("Read " + s.read() + "; " + strings.ToLower(text[:1]) + text[1:])
	}
	if !s.to.Verbose {
		return all
	}
	c := &s.r.Coverage
	for i := range c.Sources {
		all = append(all, layout.Paragraph{Text: "  " + ofSource(&c.Sources[i], s.to.Pen), Indent: 4})
	}
	if c.NoSender > 0 || c.Incomplete > 0 {
		text := fmt.Sprintf("Cut by the ends of the log: %s, %s without a sender.", s.counts.incomplete, words.Grouped(c.NoSender))
		all = append(all, layout.Paragraph{Text: text})
	}
	return all
}

func (s *Summary) read() string {
	c, text := &s.r.Coverage, ""
	if c.Lines > 0 {
		text += s.counts.lines + ", "
	}
	if c.Messages > 0 {
		text += s.counts.messages + ", "
	}
	lists, _ := s.listLines()
	text += s.counts.deliveries
	switch lines := words.Count(lists, "line", "lines") + ofLists; {
	case lists == 0:
		return text
	case len(c.Sources) == 0:
		return lines
	default:
		return text + ", " + lines
	}
}

const ofLists = " of alias maps and lists"

// listLines counts the lines of alias maps and lists.
func (s *Summary) listLines() (all, notUnderstood int64) {
	for i := range s.r.Coverage.Lists {
		l := &s.r.Coverage.Lists[i]
		all, notUnderstood = all+int64(l.Lines), notUnderstood+int64(l.NotUnderstood)
	}
	return all, notUnderstood
}

// understood says whether all that was read was understood. Where a source was
// not read to its end, it refers to the problems. Of nothing it says nothing.
func (s *Summary) understood() string {
	c := &s.r.Coverage
	records := recordOf(c) + "s"
	lists, broken := s.listLines()
	switch {
	case c.Lines == 0 && c.Messages == 0 && c.Deliveries == 0 && lists == 0:
		return ""
	case broken > 0 && c.Malformed == 0:
		return words.Count(broken, "line", "lines") + ofLists + " not understood."
	case broken > 0:
		return s.counts.malformed + " not understood" + byProgram(c.NotUnderstoodBy, s.to.Pen) + s.to.hint() + ", nor " + words.Count(broken, "line", "lines") + ofLists + "."
	case c.Malformed > 0:
		return s.counts.malformed + " not understood" + byProgram(c.NotUnderstoodBy, s.to.Pen) + s.to.hint() + "."
	case hasProblems(c.Sources):
		return "All " + records + " read were understood; not all could be read."
	case s.r.Incomplete: // for what is no source, too: the history, ignore rules
		return "All " + records + " read were understood; the audit is incomplete."
	}
	return "All " + records + " understood."
}

// maxNamed is how many programs a sentence names: those with most lines.
const maxNamed = 5

// byProgram names the programs of the lines that look like deliveries: "; 12 look
// like deliveries: postfix/smtp 9, relay 3". Those of a table or mailbox have no program. It
// is "" where there are none.
func byProgram(lines map[string]int64, pen layout.Pen) string {
	p := parsers.Programs(lines)
	if len(p) == 0 {
		return ""
	}
	verb, names := " look like deliveries", []string(nil)
	if p.Total() == 1 {
		verb = " looks like a delivery"
	}
	if len(p) == 1 && p[parsers.NoProgram] > 0 {
		return "; " + words.Grouped(p.Total()) + verb
	}
	rest := p.Total()
	for _, name := range p.Names()[:min(len(p), maxNamed)] {
		names = append(names, pen.Brief(name)+" "+words.Grouped(p[name]))
		rest -= p[name]
	}
	if rest > 0 {
		names = append(names, "others "+words.Grouped(rest))
	}
	return "; " + words.Grouped(p.Total()) + verb + ": " + strings.Join(names, ", ")
}

func ofSource(s *result.Source, pen layout.Pen) string {
	format := s.Format
	if format == "" {
		format = "not recognised"
	}
	lines, deliveries, malformed := words.Count(s.Lines, "line", "lines"), words.Count(s.Deliveries, "delivery", "deliveries"), words.Grouped(s.Malformed)
	if s.Mailbox {
		lines = words.Count(s.Records, "message", "messages")
	}
	return fmt.Sprintf("%s: %s, %s, %s, %s not understood", pen.Brief(s.Name), pen.Brief(format), lines, deliveries, malformed)
}
