package summary

import (
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// counts are the figures of a Result with their nouns, such as "30,217 lines",
// so that each sentence names them in the same words.
type counts struct {
	mails, lookalikes       string
	lines, messages         string // read
	deliveries, outbound    string // read and audited
	sources, malformed      string
	incomplete, uninspected string
	hiddenDomains           string // below the confidence asked for
	hiddenMails             string
	ignored                 string
}

func countsOf(r *result.Result) counts {
	c, outgoing := &r.Coverage, ""
	if c.Outbound != c.Deliveries {
		outgoing = "outgoing "
	}
	record := recordOf(c)
	return counts{
		mails:         words.Count(r.Totals.Messages, "mail", "mails"),
		lookalikes:    words.Count(int64(r.Totals.Lookalikes), "lookalike domain", "lookalike domains"),
		lines:         words.Count(c.Lines, "line", "lines"),
		messages:      words.Count(c.Messages, "message", "messages"),
		deliveries:    words.Count(c.Deliveries, "delivery", "deliveries"),
		outbound:      words.Count(c.Outbound, outgoing+"delivery", outgoing+"deliveries"),
		sources:       words.Count(int64(len(c.Sources)), "source", "sources"),
		malformed:     words.Count(c.Malformed, record, record+"s"),
		incomplete:    words.Count(c.Incomplete, "delivery", "deliveries"),
		uninspected:   words.Count(c.Uninspected, "message", "messages"),
		hiddenDomains: words.Count(int64(c.Hidden), "domain", "domains"),
		hiddenMails:   words.Count(c.HiddenMessages, "mail", "mails"),
		ignored:       words.Count(c.Suppressed, "mail", "mails"),
	}
}

// recordOf is a message where mailboxes alone were read, and else a line.
func recordOf(c *result.Coverage) string {
	if c.Lines == 0 && c.Messages > 0 {
		return "message"
	}
	return "line"
}
