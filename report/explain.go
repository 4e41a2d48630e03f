package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
)

// Explain writes why an address or domain would or would not be told.
//
//	army.ml  looks like  army.mil      confidence 0.96
//	  why   TLD .ml instead of .mil                      +3.1
//	        army.mil is protected (--protect).           +2.0
//	  meant jane@army.mil
//	  if it is right:  typoaudit ignore add army.ml --reason "..."
//
// The weights are log-odds; those below zero speak against a slip. Only Width
// and Unicode of the options count.
func Explain(w io.Writer, x *result.Explanation, o Options) error {
	p := newPage(w, o)
	if x.Intended == "" {
		p.para(0, p.brief(x.Domain)+"  no lookalike")
		p.entry("why", x.Because)
		return p.w.Flush()
	}
	relation := "looks like"
	if !x.Lookalike {
		relation = "is told apart from"
	}
	p.para(0, fmt.Sprintf("%s  %s  %s      confidence %.2f", p.brief(x.Domain), relation, p.brief(x.Intended), x.Confidence))
	if x.Also != "" {
		p.entry("or", x.Also+", nearly as likely")
	}
	p.evidence(x.Evidence)
	p.entry("meant", x.Meant)
	p.entry("seen", count(x.Messages, "mail", "mails")+" to it, "+count(x.Received, "mail", "mails")+" from it")
	p.entry("but", x.Change)
	if x.Lookalike && isPlainDomain(x.Domain) {
		p.para(4, "  if it is right:  typoaudit ignore add "+x.Domain+` --reason "..."`)
	}
	return p.w.Flush()
}

// labelWidth is that of "  why   ".
const labelWidth = 8

// entry writes a text behind its label, nothing for an empty one.
func (p *page) entry(label, text string) {
	if text != "" {
		p.para(labelWidth, fmt.Sprintf("  %-*s%s", labelWidth-2, label, p.brief(text)))
	}
}

// evidence lists the reasons with their weights at the right.
func (p *page) evidence(all []result.Evidence) {
	const weightWidth = len("  +10.0")
	texts := make([]string, len(all))
	widest := 0
	for i, e := range all {
		texts[i] = p.brief(e.Text)
		if e.Weight < 0 {
			texts[i] = "but " + texts[i]
		}
		widest = max(widest, displayWidth(texts[i]))
	}
	room := 0
	if p.o.Width > 0 {
		room = p.o.Width - labelWidth - weightWidth
		widest = min(widest, room)
	}
	label := "  why"
	for i, e := range all {
		weight := fmt.Sprintf("%+*.1f", weightWidth, e.Weight)
		for _, line := range wrap(texts[i], room, 0) {
			pad := strings.Repeat(" ", max(0, widest-displayWidth(line)))
			text := strings.TrimRight(fmt.Sprintf("%-*s%s%s%s", labelWidth, label, line, pad, weight), " ")
			fmt.Fprintln(p.w, text)
			label, weight = "", ""
		}
	}
}

// ExplainJSON writes explanations as one JSON array, in the manner of JSON.
func ExplainJSON(w io.Writer, all []*result.Explanation) error {
	if all == nil {
		all = []*result.Explanation{}
	}
	return writeJSON(w, all)
}
