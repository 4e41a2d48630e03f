package table

import (
	"fmt"
	"strings"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// emitRecipients emits the delivery to each recipient of a record, and says what of
// them is no address; "" if all are.
func (r *recorder) emitRecipients() (broken string) {
	if len(r.recipients) == 0 {
		return r.emitValue(r.value[fieldRecipient])
	}
	return r.emitValues(r.recipients)
}

func (r *recorder) emitValues(values []string) (broken string) {
	for _, v := range values {
		if b := r.emitValue(v); broken == "" {
			broken = b
		}
	}
	return broken
}

// emitValue emits the delivery to the recipients in one value: an address, a list of
// them, or a JSON array, as some exports write into a column.
func (r *recorder) emitValue(value string) (broken string) {
	elements, ok := records.Elements(strings.TrimSpace(value))
	if !ok {
		return r.emitText(value)
	}
	for _, v := range elements { // an array within it is no address
		if b := r.emitText(v); broken == "" {
			broken = b
		}
	}
	return broken
}

func (r *recorder) emitText(value string) (broken string) {
	value = records.WithoutBraces(strings.TrimSpace(value))
	if a := strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">"); records.IsAddress(a) {
		r.emitTo(a)
		return ""
	}
	if records.HasMarks(value) {
		return complaint(r.columns.name[fieldRecipient], value, "is no address")
	}
	return r.emitList(value)
}

func (r *recorder) emitList(value string) (broken string) {
	good := true
	r.list.Each(lines.BorrowBytes(value), func(address []byte) {
		if a := lines.Borrow(address); records.IsAddress(a) {
			r.emitTo(a)
		} else {
			good = false
		}
	})
	switch column := r.columns.name[fieldRecipient]; {
	case r.list.Cut:
		return fmt.Sprintf("column %q has more than %d addresses", column, header.MaxAddresses)
	case !good || r.list.Broken > 0:
		return complaint(column, value, "is no address")
	case records.NamesFewer(value):
		return complaint(column, value, "does not name all recipients")
	}
	return ""
}

// oneAddress returns the address in a value that holds one, with or without a
// display name. A value without an "@" is a name of its system, and returned as it
// is; it is false for what is neither.
func (r *recorder) oneAddress(value string) (address string, ok bool) {
	value = strings.TrimSpace(value)
	plain := strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">")
	if records.IsAddress(plain) || !strings.Contains(value, "@") {
		return plain, true
	}
	address = string(r.list.First(lines.BorrowBytes(value)))
	return address, records.IsAddress(address)
}
