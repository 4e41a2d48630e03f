// Package table reads exports with one delivery a record: CSV with a header,
// and JSON lines.
//
//	time,sender,auth_user,recipient,status,bytes,message_id,subject,direction,count
//	2026-11-20T09:12:44Z,alice@corp.example,alice,jane@army.ml,delivered,48213,<1@corp.example>,Plan,outbound,1
//
//	{"time":1795174364,"sender":"alice@corp.example","recipient":"jane@army.ml","status":"delivered"}
//
// The columns (keys) of these names are read as they are; others are given by
// parsers.Piece.Map, field to column. Only the recipient is required. time is
// RFC 3339 or Unix seconds; status, arrived and direction are the words of
// parsers.Status, parsers.Arrived and parsers.Direction; count stands for that
// many equal deliveries, as in aggregated exports. A record whose recipient is
// empty or whose values cannot be read is counted as malformed.
//
// A CSV may be separated by comma, semicolon or tab (RFC 4180 otherwise).
package table

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// userMapped is the answer of Sniff to a source that has the column which the
// user names for the recipient: it goes before all that it looks like.
const userMapped = 99

// The fields of a record, in the order of row.
const (
	fieldTime = iota
	fieldSender
	fieldAuthUser
	fieldRecipient
	fieldOrigRecipient
	fieldStatus
	fieldArrived
	fieldBytes
	fieldMessageID
	fieldSubject
	fieldDirection
	fieldCount
	fields
)

// names are the canonical names of the fields.
func names() [fields]string {
	return [fields]string{"time", "sender", "auth_user", "recipient", "orig_recipient", "status", "arrived", "bytes", "message_id", "subject", "direction", "count"}
}

// A row holds the values of a record; has marks the fields that the source has.
type row struct {
	value [fields]string
	has   [fields]bool

	delivery parsers.Delivery // the result of read
}

// maxCount bounds the deliveries that one record may stand for.
const maxCount = 1 << 30

// read makes a delivery of r. The reason is "" if it could be read.
func (r *row) read(location *time.Location) (reason string) {
	r.delivery = parsers.Delivery{}
	d := &r.delivery
	d.Recipient = strings.Trim(strings.TrimSpace(r.value[fieldRecipient]), "<>")
	if d.Recipient == "" {
		return "no recipient"
	}
	if r.has[fieldSender] {
		d.Sender, d.SenderKnown = strings.Trim(strings.TrimSpace(r.value[fieldSender]), "<>"), true
	}
	d.AuthUser = r.value[fieldAuthUser]
	d.OrigRecipient = strings.Trim(r.value[fieldOrigRecipient], "<>")
	d.MessageID = strings.Trim(r.value[fieldMessageID], "<>")
	d.Subject = r.value[fieldSubject]
	var ok bool
	if d.Time, ok = readTime(r.value[fieldTime], location); !ok {
		return "time that is neither RFC 3339 nor Unix seconds"
	}
	if v := r.value[fieldBytes]; v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			return "bytes that are no number"
		}
		d.Bytes = n
	}
	if v := r.value[fieldCount]; v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > maxCount {
			return "count that is no number above 0"
		}
		d.Count = n
	}
	return r.words(d)
}

// words reads the fields that hold one of a few words.
func (r *row) words(d *parsers.Delivery) (reason string) {
	var buf [16]byte
	word := func(field int) []byte { return bytes.ToLower(append(buf[:0], strings.TrimSpace(r.value[field])...)) }
	if w := word(fieldStatus); len(w) > 0 && d.Status.UnmarshalText(w) != nil {
		return "unknown status"
	}
	if w := word(fieldDirection); len(w) > 0 && d.Direction.UnmarshalText(w) != nil {
		return "unknown direction"
	}
	d.Arrived = arrivedOf(d.Status)
	if w := word(fieldArrived); len(w) > 0 && d.Arrived.UnmarshalText(w) != nil {
		return "unknown arrival"
	}
	return ""
}

// arrivedOf reports whether mail of a status arrived in a stranger's mailbox.
func arrivedOf(s parsers.Status) parsers.Arrived {
	switch s {
	case parsers.StatusDelivered:
		return parsers.ArrivedYes
	case parsers.StatusUnknown:
		return parsers.ArrivedUnknown
	}
	return parsers.ArrivedNo
}

// readTime reads RFC 3339, with a blank for the T and without a zone as well,
// or Unix seconds with or without a fraction. "" is no time.
func readTime(s string, location *time.Location) (t time.Time, ok bool) {
	if s == "" {
		return t, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(n, 0).UTC(), true
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, true
	}
	for _, layout := range [...]string{"2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", time.DateTime} {
		if t, err := time.ParseInLocation(layout, s, location); err == nil {
			return t, true
		}
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e11 && f < 1e11 {
		return time.UnixMicro(int64(f * 1e6)).UTC(), true
	}
	return t, false
}

// columnNames returns the name of the column of each field.
func columnNames(m map[string]string) (columns [fields]string) {
	columns = names()
	for i, field := range columns {
		if c, ok := m[field]; ok {
			columns[i] = c
		}
	}
	return columns
}

// Fields are the canonical names, for help and for checking a map.
func Fields() []string {
	n := names()
	return n[:]
}
