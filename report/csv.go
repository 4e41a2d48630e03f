package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/typoaudit/typoaudit/audit/result"
)

// CSV writes a header and one row a sender, lookalike or delivery (RFC 4180,
// UTF-8, lines end in LF). Its columns are the fields of the JSON form: lists
// are joined by a blank, classes of content stand as class=count, times are
// RFC 3339, and what is null or unknown is empty. A cell that a spreadsheet
// would run is defused, and invisible characters are shown as by SafeText.
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
	out := csv.NewWriter(w)
	for _, row := range rows {
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func csvSenders(r *result.Result) [][]string {
	rows := [][]string{{
		"rank", "sender", "exposure", "risk", "messages", "arrived_yes", "arrived_maybe", "arrived_no", "arrived_unknown",
		"recipients", "lookalikes", "worst", "intended", "bytes", "attachments", "sensitive", "first", "last",
	}}
	for i := range r.Senders {
		s := &r.Senders[i]
		row := []string{strconv.Itoa(s.Rank), defused(s.Sender), float(s.Exposure), defused(string(s.Risk)), integer(s.Messages)}
		row = append(row, arrivals(s.Arrived)...)
		rows = append(rows, append(row, strconv.Itoa(s.Recipients), defused(strings.Join(s.Lookalikes, " ")), defused(s.Worst), defused(s.Intended),
			integer(s.Bytes), integer(s.Attachments), defused(classes(s.Sensitive)), stamp(s.First), stamp(s.Last)))
	}
	return rows
}

func csvLookalikes(r *result.Result) [][]string {
	rows := [][]string{{
		"domain", "unicode", "intended", "also", "kind", "how", "confidence", "exposure", "messages", "arrived_yes", "arrived_maybe",
		"arrived_no", "arrived_unknown", "senders", "recipients", "relays", "standing", "evidence", "first", "last", "new", "first_seen",
	}}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		row := []string{
			defused(l.Domain), defused(l.Unicode), defused(l.Intended), defused(l.Also), defused(l.Kind), defused(l.How), float(l.Confidence), float(l.Exposure), integer(l.Messages),
		}
		row = append(row, arrivals(l.Arrived)...)
		rows = append(rows, append(row, strconv.Itoa(l.Senders), strconv.Itoa(l.Recipients), defused(strings.Join(l.Relays, " ")),
			strconv.FormatBool(l.Standing), defused(reasons(l.Evidence)), stamp(l.First), stamp(l.Last),
			strconv.FormatBool(l.New), stamp(l.FirstSeen)))
	}
	return rows
}

func csvDeliveries(r *result.Result) [][]string {
	rows := [][]string{{
		"time", "sender", "auth_user", "person", "recipient", "orig_recipient", "meant", "lookalike", "intended", "confidence", "status",
		"arrived", "dsn", "relay", "bytes", "count", "message_id", "queue_id", "source", "line", "attachments", "sensitive", "new", "subject",
		"attachment_bytes", "attachment_kinds",
	}}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		rows = append(rows, []string{
			stamp(d.Time), defused(value(d.Sender)), defused(value(d.AuthUser)), defused(d.Person), defused(d.Recipient), defused(d.Orig), defused(d.Meant),
			defused(d.Lookalike), defused(d.Intended), float(d.Confidence), d.Status.String(), d.Arrived.String(), defused(d.DSN), defused(d.Relay),
			integer(d.Bytes), integer(d.Count), defused(d.MessageID), defused(d.QueueID), defused(d.Source), integer(d.Line),
			strconv.Itoa(d.Attachments), defused(strings.Join(d.Sensitive, " ")), strconv.FormatBool(d.New),
			defused(d.Subject),
			integer(d.AttachmentBytes), defused(strings.Join(d.AttachmentKinds, " ")),
		})
	}
	return rows
}

// formulaStarts are the characters by which a cell becomes a formula in a
// spreadsheet (OWASP ASVS 1.2.10), with their full-width twins.
const formulaStarts = "=+-@\t\r\n\x00＝＋－＠"

// defused returns text as a spreadsheet may open it: a leading ' makes plain text
// of a formula, and so it does behind a semicolon, which parts the cells where
// the comma is the decimal mark.
func defused(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, ";") {
		if i > 0 {
			b.WriteByte(';')
		}
		if first, _ := utf8.DecodeRuneInString(part); part != "" && strings.ContainsRune(formulaStarts, first) {
			b.WriteByte('\'')
		}
		b.WriteString(part)
	}
	return SafeText(b.String())
}

func arrivals(a result.Arrived) []string {
	return []string{integer(a.Yes), integer(a.Maybe), integer(a.No), integer(a.Unknown)}
}

func classes(m map[string]int64) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, k+"="+integer(m[k]))
	}
	return strings.Join(parts, " ")
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

func float(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}
