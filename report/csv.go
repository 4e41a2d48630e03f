package report

import (
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/typoaudit/typoaudit/audit"
)

// CSV writes a header and one row a sender, lookalike or delivery (RFC 4180,
// UTF-8). Its columns are the fields of the JSON form. A cell that a
// spreadsheet would run is defused.
type CSV struct{}

// Name implements Format.
func (CSV) Name() string { return "csv" }

// Extensions implements Format.
func (CSV) Extensions() []string { return []string{".csv"} }

// Write implements Format.
func (CSV) Write(w io.Writer, r *audit.Result, o Options) error {
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

func csvSenders(r *audit.Result) [][]string {
	rows := [][]string{{
		"rank", "sender", "exposure", "risk", "messages", "arrived_yes", "arrived_maybe", "arrived_no", "arrived_unknown",
		"recipients", "lookalikes", "worst", "intended", "bytes", "attachments", "sensitive", "first", "last",
	}}
	for i := range r.Senders {
		s := &r.Senders[i]
		row := []string{strconv.Itoa(s.Rank), cell(s.Sender), float(s.Exposure), string(s.Risk), integer(s.Messages)}
		row = append(row, arrivals(s.Arrived)...)
		rows = append(rows, append(row, strconv.Itoa(s.Recipients), cell(strings.Join(s.Lookalikes, " ")), cell(s.Worst), cell(s.Intended),
			integer(s.Bytes), integer(s.Attachments), cell(classes(s.Sensitive)), stamp(s.First), stamp(s.Last)))
	}
	return rows
}

func csvLookalikes(r *audit.Result) [][]string {
	rows := [][]string{{
		"domain", "unicode", "intended", "also", "kind", "how", "confidence", "exposure", "messages", "arrived_yes", "arrived_maybe",
		"arrived_no", "arrived_unknown", "senders", "recipients", "relays", "standing", "evidence", "first", "last",
	}}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		var evidence []string
		for _, e := range l.Evidence {
			evidence = append(evidence, e.Text)
		}
		row := []string{
			cell(l.Domain), cell(l.Unicode), cell(l.Intended), cell(l.Also), l.Kind, cell(l.How), float(l.Confidence), float(l.Exposure), integer(l.Messages),
		}
		row = append(row, arrivals(l.Arrived)...)
		rows = append(rows, append(row, strconv.Itoa(l.Senders), strconv.Itoa(l.Recipients), cell(strings.Join(l.Relays, " ")),
			strconv.FormatBool(l.Standing), cell(strings.Join(evidence, " ")), stamp(l.First), stamp(l.Last)))
	}
	return rows
}

func csvDeliveries(r *audit.Result) [][]string {
	rows := [][]string{{
		"time", "sender", "auth_user", "person", "recipient", "orig_recipient", "meant", "lookalike", "intended", "confidence", "status",
		"arrived", "dsn", "relay", "bytes", "count", "message_id", "queue_id", "source", "line", "attachments", "sensitive",
	}}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		rows = append(rows, []string{
			stamp(d.Time), cell(value(d.Sender)), cell(value(d.AuthUser)), cell(d.Person), cell(d.Recipient), cell(d.Orig), cell(d.Meant),
			cell(d.Lookalike), cell(d.Intended), float(d.Confidence), d.Status.String(), d.Arrived.String(), cell(d.DSN), cell(d.Relay),
			integer(d.Bytes), integer(d.Count), cell(d.MessageID), cell(d.QueueID), cell(d.Source), integer(d.Line),
			strconv.Itoa(d.Attachments), cell(strings.Join(d.Sensitive, " ")),
		})
	}
	return rows
}

// cell defuses text that a spreadsheet would take for a formula (OWASP ASVS
// 1.2.10): it begins with = + - @, a tab, CR, LF or NUL, or a full-width twin
// of those.
func cell(s string) string {
	if r, n := utf8.DecodeRuneInString(s); n > 0 && strings.ContainsRune("=+-@\t\r\n\x00＝＋－＠", r) {
		return "'" + s
	}
	return s
}

func arrivals(a audit.Arrived) []string {
	return []string{integer(a.Yes), integer(a.Maybe), integer(a.No), integer(a.Unknown)}
}

func classes(m map[string]int64) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, k+"="+integer(m[k]))
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
