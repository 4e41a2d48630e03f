package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Explain writes why an address or domain would or would not be reported.
//
//	army.ml  looks like  army.mil      confidence 0.96
//	  why   TLD .ml instead of .mil                      +3.1
//	        army.mil is protected (--protect).           +2.0
//	        but Most domains … are meant as they stand.  -6.5
//	  meant jane@army.mil
//	  if it is right:  typoaudit ignore add army.ml --reason "..."
//
// The weights are log-odds; those below zero speak against a slip. Only Width
// and Unicode of the options count.
func Explain(w io.Writer, x *result.Explanation, o Options) error {
	p := o.page(w)
	p.Para(explanation(x, o)...)
	return p.Flush()
}

// labelWidth is that of "  why   ".
const labelWidth = 8

func explanation(x *result.Explanation, o Options) []layout.Paragraph {
	pen := o.pen()
	if x.Intended == "" {
		return append(layout.Plain(pen.Brief(x.Domain)+"  no lookalike"), entry(pen, "why", x.Because)...)
	}
	relation := "looks like"
	if !x.Lookalike {
		relation = "differs from"
	}
	if x.Question != "" {
		relation = "may belong to"
	}
	all := layout.Plain(fmt.Sprintf("%s  %s  %s      confidence %.2f: %s", pen.Brief(x.Domain), relation, pen.Brief(x.Intended), x.Confidence, pen.Brief(cmp.Or(x.Verdict, result.VerdictNone))))
	if x.Also != "" {
		all = append(all, entry(pen, "or", x.Also+", nearly as likely: which one was meant cannot be decided")...)
	}
	all = append(all, entry(pen, "also", others(x.Candidates))...)
	all = append(all, entry(pen, "ask", x.Question)...)
	all = append(all, entry(pen, "why", x.Because)...)
	all = append(all, evidence(x.Evidence, pen, o.width())...)
	all = append(all, entry(pen, "meant", x.Meant)...)
	all = append(all, entry(pen, "seen", words.Count(x.Messages, "mail", "mails")+" to it, "+words.Count(x.Received, "mail", "mails")+" from it")...)
	all = append(all, entry(pen, "but", x.Change)...)
	if x.Lookalike && safe.IsShellDomain(x.Domain) {
		all = append(all, layout.Paragraph{Text: "  if it is right:  typoaudit ignore add " + x.Domain + ` --reason "..."`, Indent: 4, Command: true})
	}
	return all
}

// others names the candidates after the first, with their probabilities.
func others(all []result.Meant) string {
	var texts []string
	for i := 1; i < len(all); i++ {
		texts = append(texts, fmt.Sprintf("%s %.2f", all[i].Domain, all[i].Probability))
	}
	return strings.Join(texts, ", ")
}

// entry is a text after its label, none for an empty text.
func entry(pen layout.Pen, label, text string) []layout.Paragraph {
	if text == "" {
		return nil
	}
	return []layout.Paragraph{{Text: fmt.Sprintf("  %-*s%s", labelWidth-2, label, pen.Brief(text)), Indent: labelWidth}}
}

// evidence lists the reasons with their weights at the right.
func evidence(all []result.Evidence, pen layout.Pen, width int) (lines []layout.Paragraph) {
	const weightWidth = len("  +10.0")
	texts := reasonTexts(all, pen)
	widest := 0
	for _, text := range texts {
		widest = max(widest, layout.Width(text))
	}
	room := 0
	if width > 0 {
		room = width - labelWidth - weightWidth
		widest = min(widest, room)
	}
	label := "  why"
	for i, text := range texts {
		weight := fmt.Sprintf("%+*.1f", weightWidth, all[i].Weight)
		for _, line := range layout.Wrap(text, room) {
			pad := strings.Repeat(" ", max(0, widest-layout.Width(line)))
			lines = append(lines, layout.Paragraph{Text: strings.TrimRight(fmt.Sprintf("%-*s%s%s%s", labelWidth, label, line, pad, weight), " ")})
			label, weight = "", ""
		}
	}
	return lines
}

func reasonTexts(all []result.Evidence, pen layout.Pen) []string {
	texts := make([]string, len(all))
	for i, e := range all {
		texts[i] = pen.Brief(e.Text)
		if e.Weight < 0 {
			texts[i] = "but " + texts[i]
		}
	}
	return texts
}

// ExplainJSON writes explanations as one JSON array, in the manner of JSON.
func ExplainJSON(w io.Writer, all []*result.Explanation) error {
	if all == nil {
		all = []*result.Explanation{}
	}
	return writeJSON(w, all)
}
