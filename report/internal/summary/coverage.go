package summary

import (
	"fmt"
	"strings"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Notes are all that a page says below its rankings: Omissions, Coverage and
// Problems.
func Notes(r *audit.Result, to Reader) []layout.Paragraph {
	all := Omissions(r, to, len(r.Senders) > 0)
	all = append(all, Coverage(r, to)...)
	return append(all, Problems(r.Coverage.Sources, to)...)
}

// Coverage says how much was read and understood, for a verbose reader by
// source.
func Coverage(r *audit.Result, to Reader) []layout.Paragraph {
	all := layout.Plain(read(&r.Coverage) + "; " + lowerFirst(understood(r, to)))
	if to.Verbose {
		all = append(all, bySource(r.Coverage.Sources, to.Pen)...)
		all = append(all, cut(&r.Coverage)...)
	}
	return all
}

func read(c *audit.Coverage) string {
	parts := make([]string, 0, 3)
	if c.Lines > 0 {
		parts = append(parts, words.Count(c.Lines, "line", "lines"))
	}
	if c.Messages > 0 {
		parts = append(parts, words.Count(c.Messages, "message", "messages"))
	}
	parts = append(parts, words.Count(c.Deliveries, "delivery", "deliveries"))
	return "Read " + strings.Join(parts, ", ")
}

// understood says whether all that was read was understood. Where a source was
// not read to its end, it refers to the problems.
func understood(r *audit.Result, to Reader) string {
	c := &r.Coverage
	one, many := "line", "lines"
	if c.Lines == 0 && c.Messages > 0 {
		one, many = "message", "messages"
	}
	switch {
	case c.Malformed > 0:
		return words.Count(c.Malformed, one, many) + " not understood" + to.hint() + "."
	case hasProblems(c.Sources):
		return "All " + many + " read were understood; see below."
	}
	return "All " + many + " understood."
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func bySource(sources []audit.Source, pen layout.Pen) []layout.Paragraph {
	all := make([]layout.Paragraph, len(sources))
	for i := range sources {
		s := &sources[i]
		format := s.Format
		if format == "" {
			format = "not recognised"
		}
		lines, deliveries := words.Count(s.Lines, "line", "lines"), words.Count(s.Deliveries, "delivery", "deliveries")
		all[i] = layout.Paragraph{Indent: 4, Text: fmt.Sprintf("  %s: %s, %s, %s, %s not understood",
			pen.Brief(s.Name), pen.Brief(format), lines, deliveries, words.Grouped(s.Malformed))}
	}
	return all
}

// cut counts the deliveries whose beginning or end is not in the log.
func cut(c *audit.Coverage) []layout.Paragraph {
	if c.NoSender == 0 && c.Incomplete == 0 {
		return nil
	}
	return layout.Plain(fmt.Sprintf("Cut by the ends of the log: %s, %s without a sender.",
		words.Count(c.Incomplete, "delivery", "deliveries"), words.Grouped(c.NoSender)))
}
