package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// CSV writes a header and one row a sender, lookalike or delivery (RFC 4180,
// UTF-8, lines end in LF). Its columns are the fields of the JSON form: lists
// are joined by a blank, classes of content are written as class=count, times are
// RFC 3339, and what is null or unknown is empty. A cell that a spreadsheet
// would run is defused, and invisible characters are shown as by SafeText. Where something
// could not be read, a row for each problem follows that has nothing but it, and so does one
// for each wrong address of an alias map or list, which no mail went to.
type CSV struct{}

// Name implements Format.
func (CSV) Name() string { return "csv" }

// Extensions implements Format.
func (CSV) Extensions() []string { return []string{".csv"} }

// Write implements Format.
func (CSV) Write(w io.Writer, r *result.Result, o Options) error {
	var rows [][]string
	switch o.By {
	case ByLookalike:
		rows = csvLookalikes(r)
	case ByDelivery:
		rows = csvDeliveries(r)
	default:
		rows = csvSenders(r)
	}
	rows = withProblems(rows, append(listedTexts(r), summary.Gaps(r)...))
	out := csv.NewWriter(w)
	for _, row := range rows {
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// withProblems adds the last column, which the rows of problems alone fill.
func withProblems(rows [][]string, problems []string) [][]string {
	rows[0] = append(rows[0], "problem")
	columns := len(rows[0])
	for i := range rows[1:] {
		rows[1+i] = append(rows[1+i], "")
	}
	for _, text := range problems {
		row := make([]string, columns)
		row[columns-1] = safe.Cell(text)
		rows = append(rows, row)
	}
	return rows
}

func csvSenders(r *result.Result) [][]string {
	rows := [][]string{{
		"rank", "sender", "exposure", "risk", "messages", "arrived_yes", "arrived_maybe", "arrived_no", "arrived_unknown",
		"recipients", "lookalikes", "worst", "intended", "bytes", "attachments", "sensitive", "first", "last", "machine", "before",
	}}
	for i := range r.Senders {
		s := &r.Senders[i]
		row := []string{strconv.Itoa(s.Rank), safe.Cell(s.Sender), words.Float(s.Exposure), safe.Cell(string(s.Risk)), integer(s.Messages)}
		row = append(row, arrivals(s.Arrived)...)
		rows = append(rows, append(row, strconv.Itoa(s.Recipients), safe.Cell(strings.Join(s.Lookalikes, " ")), safe.Cell(s.Worst), safe.Cell(s.Intended),
			integer(s.Bytes), integer(s.Attachments), safe.Cell(words.Classes(s.Sensitive)), words.Stamp(s.First), words.Stamp(s.Last), strconv.FormatBool(s.Machine), optional(s.Before)))
	}
	return rows
}

func csvLookalikes(r *result.Result) [][]string {
	rows := [][]string{{
		"domain", "unicode", "intended", "also", "kind", "how", "confidence", "exposure", "messages", "arrived_yes", "arrived_maybe",
		"arrived_no", "arrived_unknown", "senders", "recipients", "relays", "standing", "evidence", "first", "last", "new", "first_seen", "candidates", "elder", "verdict",
	}}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		row := []string{
			safe.Cell(l.Domain), safe.Cell(l.Unicode), safe.Cell(l.Intended), safe.Cell(l.Also), safe.Cell(l.Kind), safe.Cell(l.How),
			words.Float(l.Confidence), words.Float(l.Exposure), integer(l.Messages),
		}
		row = append(row, arrivals(l.Arrived)...)
		rows = append(rows, append(row, strconv.Itoa(l.Senders), strconv.Itoa(l.Recipients), safe.Cell(strings.Join(l.Relays, " ")),
			strconv.FormatBool(l.Standing), safe.Cell(reasons(l.Evidence)), words.Stamp(l.First), words.Stamp(l.Last),
			strconv.FormatBool(l.New), words.Stamp(l.FirstSeen), safe.Cell(likely(l.Candidates)), strconv.FormatBool(l.Elder), safe.Cell(l.Verdict)))
	}
	return rows
}

func csvDeliveries(r *result.Result) [][]string {
	rows := [][]string{{
		"time", "sender", "auth_user", "person", "recipient", "orig_recipient", "meant", "lookalike", "intended", "confidence", "status",
		"arrived", "dsn", "relay", "bytes", "count", "message_id", "queue_id", "source", "line", "attachments", "sensitive", "new", "subject",
		"attachment_bytes", "attachment_kinds", "cause",
	}}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		rows = append(rows, []string{
			words.Stamp(d.Time), safe.Cell(value(d.Sender)), safe.Cell(value(d.AuthUser)), safe.Cell(d.Person), safe.Cell(d.Recipient), safe.Cell(d.Orig), safe.Cell(d.Meant),
			safe.Cell(d.Lookalike), safe.Cell(d.Intended), words.Float(d.Confidence), d.Status.String(), d.Arrived.String(), safe.Cell(d.DSN), safe.Cell(d.Relay),
			integer(d.Bytes), integer(d.Count), safe.Cell(d.MessageID), safe.Cell(d.QueueID), safe.Cell(d.Source), integer(d.Line),
			strconv.Itoa(d.Attachments), safe.Cell(strings.Join(d.Sensitive, " ")), strconv.FormatBool(d.New),
			safe.Cell(d.Subject),
			integer(d.AttachmentBytes), safe.Cell(strings.Join(d.AttachmentKinds, " ")), safe.Cell(string(d.Cause)),
		})
	}
	return rows
}

// likely joins the domains that may have been meant, each with its probability.
func likely(all []result.Meant) string {
	parts := make([]string, len(all))
	for i, m := range all {
		parts[i] = m.Domain + " " + words.Float(m.Probability)
	}
	return strings.Join(parts, " ")
}

func arrivals(a result.Arrived) []string {
	return []string{integer(a.Yes), integer(a.Maybe), integer(a.No), integer(a.Unknown)}
}

// reasons joins the evidence, each sentence with its weight.
func reasons(all []result.Evidence) string {
	parts := make([]string, len(all))
	for i, e := range all {
		parts[i] = fmt.Sprintf("%s (%+.2f)", e.Text, e.Weight)
	}
	return strings.Join(parts, " ")
}

func integer(n int64) string { return strconv.FormatInt(n, 10) }

// optional is a number that may not be known.
func optional(n *int64) string {
	if n == nil {
		return ""
	}
	return integer(*n)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
