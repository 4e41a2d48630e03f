package main

import (
	"fmt"
	"io"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/report"
)

// writeFinding writes a line about what was found, with pseudonyms if there are any. What
// cannot be printed is no reason to end.
func writeFinding(w io.Writer, f *pipeline.Finding, p *result.Pseudonymizer) error {
	d := f.Delivery
	if p != nil {
		d = p.Delivery(d)
	}
	when := "at an unknown time"
	if d.Time != nil {
		when = d.Time.Format(time.RFC3339)
	}
	verb := "arrived"
	if d.Arrived != parsers.ArrivedYes {
		verb = "may have arrived"
	}
	who := d.Person
	if who == "" {
		who = "somebody"
	}
	_, err := fmt.Fprintf(w, "%s %s wrote to %s, meant %s (%.2f): %s\n", when, report.SafeText(who), report.SafeText(d.Recipient), report.SafeText(d.Meant), d.Confidence, verb)
	return err
}
