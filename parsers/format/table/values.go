package table

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// noTime is what is wrong with a value that is to be a time.
const noTime = "is no time that can be read"

// readValues fills in the fields of the delivery that are no addresses.
func (r *recorder) readValues() (reason string) {
	d := &r.delivery
	d.AuthUser, d.Subject = r.value[fieldAuthUser], r.value[fieldSubject]
	d.Relay, d.DSN, d.QueueID = r.value[fieldRelay], r.value[fieldDSN], r.value[fieldQueueID]
	var ok bool
	if d.Time, ok = r.readTime(); !ok {
		return r.complain(fieldTime, noTime)
	}
	for _, n := range [...]struct {
		field    int
		from, to int64
		into     func(int64)
	}{
		{fieldBytes, 0, 1 << 62, func(n int64) { d.Bytes = n }},
		{fieldCount, 1, maxCount, func(n int64) { d.Count = int(n) }},
		{fieldAttachments, 0, maxCount, func(n int64) { d.Attachments.Number = int(n) }},
		{fieldAttachmentBytes, 0, 1 << 62, func(n int64) { d.Attachments.Bytes = n }},
		{fieldSourceNumber, 0, 1<<31 - 1, func(n int64) { d.Place.Number = int32(n) }},
		{fieldLine, 0, 1 << 62, func(n int64) { d.Place.Line = n }},
	} {
		if r.value[n.field] == "" {
			continue
		}
		v, err := strconv.ParseInt(r.value[n.field], 10, 64)
		switch {
		case err != nil || v < n.from || v > n.to:
			return r.complain(n.field, fmt.Sprintf("is no number of %d or more", n.from))
		default:
			n.into(v)
		}
	}
	d.Place.Source = r.value[fieldSource]
	d.Incomplete, d.Submitted = isTrue(r.value[fieldIncomplete]), isTrue(r.value[fieldSubmitted])
	d.Local, d.Handed = isTrue(r.value[fieldLocal]), isTrue(r.value[fieldHanded])
	return r.readWords()
}

// readWords fills in the fields that hold one of a few words.
func (r *recorder) readWords() (reason string) {
	d := &r.delivery
	for _, w := range [...]struct {
		field int
		into  func([]byte) error
	}{
		{fieldStatus, func(word []byte) error { return readStatus(&d.Status, word) }},
		{fieldDirection, func(word []byte) error { return readDirection(&d.Direction, word) }},
		{fieldLogDirection, d.Direction.UnmarshalText},
		{fieldFailure, d.Failure.UnmarshalText},
		{fieldArrived, d.Arrived.UnmarshalText},
	} {
		if w.field == fieldArrived {
			d.Arrived = arrivedOf(d.Status)
		}
		if r.value[w.field] == "" {
			continue
		}
		r.word = append(r.word[:0], strings.TrimSpace(r.value[w.field])...)
		if len(r.word) == 0 || w.into(bytes.ToLower(r.word)) == nil {
			continue
		}
		reason := r.complain(w.field, "is no word of that field")
		if !r.columns.free[w.field] {
			return reason
		}
		if !r.isOdd[w.field] { // one remark, however many words there are
			r.isOdd[w.field] = true
			r.tally.Problem("what became of a delivery is not known: " + reason)
		}
	}
	var ok bool
	if d.Attachments.Kinds, ok = parsers.KindsOf(strings.Fields(r.value[fieldAttachmentKinds])); !ok {
		return r.complain(fieldAttachmentKinds, "is no list of kinds")
	}
	return ""
}

func isTrue(s string) bool { return strings.EqualFold(s, "true") || s == "1" }

// arrivedOf says what a status means for a stranger's mailbox.
func arrivedOf(s parsers.Status) parsers.Arrived {
	switch s {
	case parsers.StatusDelivered:
		return parsers.ArrivedYes
	case parsers.StatusUnknown:
		return parsers.ArrivedUnknown
	}
	return parsers.ArrivedNo
}

// readTime reads the time. A Unix time of 0 is none.
func (r *recorder) readTime() (t time.Time, ok bool) {
	v := r.value[fieldTime]
	if v == "0" {
		return t, true
	}
	location := r.piece.Location
	if r.columns.utc[fieldTime] {
		location = time.UTC
	}
	return r.dates.Read(v, location)
}

// complain says what is wrong with the value of a field.
func (r *recorder) complain(field int, wrong string) string {
	return complaint(r.columns.name[field], r.value[field], wrong)
}

// maxShown bounds a value in a complaint, in bytes.
const maxShown = 80

func complaint(column, value, wrong string) string {
	cut := ""
	if len(value) > maxShown {
		value, cut = strings.ToValidUTF8(value[:maxShown], ""), "…"
	}
	return fmt.Sprintf("column %q: %s%s %s", column, strconv.QuoteToGraphic(value), cut, wrong)
}
