package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/mattn/go-runewidth"

	"github.com/typoaudit/typoaudit/audit"
)

// Explain writes why an address or domain would or would not be told.
//
//	army.ml  looks like  army.mil      confidence 0.96
//	  why   TLD .ml instead of .mil: …                   +3.3
//	  meant jane@army.mil
func Explain(w io.Writer, x *audit.Explanation, o Options) error {
	t := &tableWriter{o: o}
	if x.Intended == "" {
		t.line("%s  no lookalike", SafeText(x.Domain))
		t.line("  why   %s", SafeText(x.Because))
		_, err := w.Write(t.buf.Bytes())
		return err
	}
	relation := "looks like"
	if !x.Lookalike {
		relation = "is told apart from"
	}
	fmt.Fprintf(&t.buf, "%s  %s  %s      confidence %.2f\n", SafeText(x.Domain), relation, SafeText(x.Intended), x.Confidence)
	if x.Also != "" {
		t.line("  or    %s, nearly as likely", SafeText(x.Also))
	}
	t.evidence(x.Evidence)
	if x.Meant != "" {
		t.line("  meant %s", SafeText(x.Meant))
	}
	t.line("  seen  %s to it, %s from it", plural(x.Messages, "mail", "mails"), plural(x.Received, "mail", "mails"))
	if x.Change != "" {
		t.line("  but   %s", SafeText(x.Change))
	}
	_, err := w.Write(t.buf.Bytes())
	return err
}

// evidence lists the reasons with their weights at the right.
func (t *tableWriter) evidence(all []audit.Evidence) {
	const margin = len("  why   ") + len("  +10.0")
	texts := make([]string, len(all))
	widest := 0
	for i, e := range all {
		texts[i] = SafeText(e.Text)
		if e.Weight < 0 {
			texts[i] = "but " + texts[i]
		}
		widest = max(widest, runewidth.StringWidth(texts[i]))
	}
	if t.o.Width > 0 {
		widest = min(widest, t.o.Width-margin)
	}
	for i, e := range all {
		head := "why"
		if i > 0 {
			head = "   "
		}
		t.line("  %s   %s  %+5.1f", head, runewidth.FillRight(texts[i], widest), e.Weight)
	}
}

// ExplainJSON writes explanations as one JSON array.
func ExplainJSON(w io.Writer, all []*audit.Explanation) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}
