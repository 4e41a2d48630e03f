// Package table reads exports with one delivery a record: CSV with a header,
// and JSON lines. It reads again, too, what parse prints.
//
//	time,sender,auth_user,recipient,status,bytes,message_id,subject,direction,count
//	2026-11-20T09:12:44Z,alice@corp.example,alice,jane@army.ml,delivered,48213,<1@corp.example>,Plan,outbound,1
//
//	{"time":1795174364,"sender":"alice@corp.example","recipient":"jane@army.ml","status":"delivered"}
//
// # Records of others
//
// The columns (keys) of these names are read as they are, and so are relay, dsn,
// queue_id, orig_recipient and arrived; others are given by parsers.Piece.Map,
// field to column. A column of the map must be there. A mapped key of JSON may be
// a path, "mail.to" or "to.address", through objects and lists.
//
// A CSV needs a recipient, and a sender, a login, or a status and a time; JSON needs a
// recipient, a sender (or login) and a time: an object with a recipient and a
// subject may be an event of anything. With a map that names the recipient, the
// user has said what it is.
//
//   - recipient holds one address or several: a JSON array, or a list with commas,
//     semicolons or blanks, with or without display names (RFC 5322 section 3.4).
//     Each is a delivery.
//   - headings that only mean the same are read as well: see headings.
//   - time is any stamp that records.Dates reads. One without a zone is in the piece's,
//     but for a column whose name ends with "[UTC]", "(UTC)" or "_utc".
//   - status, arrived and direction are the words of parsers.Status, parsers.Arrived
//     and parsers.Direction; see statusWords for others of a status. What arrived says is never overruled by status.
//   - count stands for that many equal deliveries, as in aggregated exports.
//
// A record whose recipient is missing or no address, or whose values cannot be read,
// is counted as malformed, with its line, column and value. A delivery without a time
// is kept, and the source says so.
//
// # Records of parse
//
// A record whose schema is Schema is one that parse printed, and holds a whole
// parsers.Delivery: scan makes of such lines the report that it makes of the log that
// they were parsed from. Its values are taken as they are: nothing is split or checked
// for being an address, since a log may have anything there. A sender of null is not
// known, "" is the null reverse-path. Beyond the fields above it has, where they
// are not zero:
//
//	source, source_number, line   where it was read: parsers.Place
//	log_direction     what the log itself says, where direction was inferred
//	incomplete, submitted, local, handed   as in parsers.Delivery
//	failure           no_domain, null_mx, no_user or other
//	attachments, attachment_bytes, attachment_kinds   as the log lists them
//	copy              it is a copy of a message in a mailbox
//	references        the messages that it answers: parsers.Delivery.References
//	bounced_by_report its status, dsn, relay and failure are those of a bounce, which
//	                  came at bounce_time
//	bounce            it is no delivery: it is what a non-delivery report says of one
//	                  that is not among the records
//	subject_sum, sent the subject and the time of the message that a bounce is about
//	coverage          of the last record: Coverage
//
// A CSV may be separated by comma, semicolon or tab (RFC 4180 otherwise).
package table

import (
	"slices"
	"strings"
)

// Schema is the value of the field "schema" of records that parse prints.
const Schema = "typoaudit.delivery/v1"

// userMapped is the answer of Sniff to a source that has the column which the
// user names for the recipient: it goes before all that it looks like.
const userMapped = 99

// ours is the answer of Sniff to what parse printed.
const ours = 95

// The fields of a record. Up to fieldQueueID they are read in any record whose
// column has their name, up to fieldFailure where the user maps them as well, and
// the others only in records of parse.
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
	fieldRelay
	fieldDSN
	fieldQueueID
	fieldAttachments
	fieldAttachmentBytes
	fieldAttachmentKinds
	fieldSource
	fieldSourceNumber
	fieldLine
	fieldIncomplete
	fieldSubmitted
	fieldLocal
	fieldHanded
	fieldFailure
	fieldLogDirection
	fieldCopy
	fieldReferences
	fieldBouncedByReport
	fieldBounceTime
	fieldBounce
	fieldSubjectSum
	fieldSent
	fieldCoverage
	fieldSchema
	fields
)

// names are the canonical names of the fields.
func names() [fields]string {
	return [fields]string{
		"time", "sender", "auth_user", "recipient", "orig_recipient", "status", "arrived", "bytes", "message_id", "subject", "direction", "count",
		"relay", "dsn", "queue_id", "attachments", "attachment_bytes", "attachment_kinds", "source", "source_number", "line", "incomplete", "submitted", "local",
		"handed", "failure", "log_direction", "copy", "references", "bounced_by_report", "bounce_time", "bounce", "subject_sum", "sent", "coverage", "schema",
	}
}

// Fields are the canonical names that the user may map, for help and for checking a
// map.
func Fields() []string {
	n := names()
	return slices.Clone(n[:fieldFailure+1])
}

// canonical lists the names that are read without a map.
func canonical() string {
	n := names()
	return strings.Join(n[:fieldQueueID+1], " ")
}

// Columns say which column of a source holds which field.
type columns struct {
	name   [fields]string
	mapped [fields]bool // by the user
	free   [fields]bool // called as others call it, in words that are not all known
	utc    [fields]bool // stamps in it are in UTC
}

// columnsOf returns the columns, as their fields are called or as the user maps them.
func columnsOf(m map[string]string) (c columns) {
	c.name = names()
	for f, field := range c.name {
		if name, ok := m[field]; ok {
			c.name[f], c.mapped[f] = name, true
		}
		c.utc[f] = isUTC(c.name[f])
	}
	return c
}

// utcSuffixes end the name of a column whose stamps are in UTC, as "TimeGenerated
// [UTC]" of Azure and "origin_timestamp_utc" of Exchange.
func utcSuffixes() []string { return []string{"[utc]", "(utc)", "_utc"} }

func isUTC(column string) bool {
	column = strings.ToLower(column)
	return slices.ContainsFunc(utcSuffixes(), func(s string) bool { return strings.HasSuffix(column, s) })
}

// isNamed reports whether a column, as the source spells it, is the one that name
// says: without regard to case, and with or without the word that it is in UTC.
func isNamed(column, name string) bool {
	column = strings.TrimSpace(column)
	if strings.EqualFold(column, name) {
		return true
	}
	for _, s := range utcSuffixes()[:2] {
		if n := len(column) - len(s); n > 0 && strings.EqualFold(column[n:], s) && strings.EqualFold(strings.TrimSpace(column[:n]), name) {
			return true
		}
	}
	return false
}
