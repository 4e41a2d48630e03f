package summary

import (
	"fmt"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Headline says the answer in a sentence; gap stands before the days of an
// audit that found something. An audit that read nothing, or nothing that could
// be audited, is never called clean.
func Headline(r *audit.Result, to Reader, gap string) string {
	switch c := &r.Coverage; {
	case len(r.Lookalikes) > 0:
		return found(&r.Totals) + span(r, to, gap)
	case c.Deliveries == 0:
		return fmt.Sprintf("Nothing was audited: no delivery was found in %s.", words.Count(int64(len(c.Sources)), "source", "sources"))
	case c.Outbound == 0:
		return fmt.Sprintf("Nothing was audited: none of %s was yours to the outside. Name your domains with --internal, or audit all senders with --all-senders.",
			words.Count(c.Deliveries, "delivery", "deliveries"))
	}
	return clean(&r.Coverage) + span(r, to, ", ") + ". " + understood(r, to)
}

func found(t *audit.Totals) string {
	return fmt.Sprintf("%s went to %s; %s.", words.Count(t.Messages, "mail", "mails"),
		words.Count(int64(t.Lookalikes), "lookalike domain", "lookalike domains"), whetherArrived(t.Arrived))
}

func clean(c *audit.Coverage) string {
	outgoing := ""
	if c.Outbound != c.Deliveries {
		outgoing = "outgoing "
	}
	return "No mail to lookalike domains among " + words.Count(c.Outbound, outgoing+"delivery", outgoing+"deliveries")
}

// span returns the days of the audit after a gap, "" if no time was read.
func span(r *audit.Result, to Reader, gap string) string {
	first, last := r.Window.From, r.Window.To
	if first == nil || last == nil {
		return ""
	}
	return gap + to.Clock.Days(*first, *last, to.Pen.Dash())
}
