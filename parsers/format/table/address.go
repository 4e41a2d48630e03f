package table

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
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
	value = strings.TrimSpace(value)
	if a := strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">"); isAddress(a) {
		r.emitTo(a)
		return ""
	}
	if strings.HasPrefix(value, "[") && gjson.Valid(value) {
		var elements []string
		for _, element := range gjson.Parse(value).Array() {
			elements = append(elements, addressText(element))
		}
		return r.emitValues(elements)
	}
	return r.emitList(value)
}

// addressText returns the address in a value of JSON: of an object, as mail APIs have
// them, that of its key.
func addressText(v gjson.Result) string {
	if v.IsObject() {
		for _, key := range [...]string{"address", "email", "emailAddress.address"} {
			if a := v.Get(key); a.Type == gjson.String {
				return a.Str
			}
		}
	}
	return v.String()
}

func (r *recorder) emitList(value string) (broken string) {
	good := true
	r.list.Each(lines.BorrowBytes(value), func(address []byte) {
		if a := lines.Borrow(address); isAddress(a) {
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
	}
	return ""
}

// oneAddress returns the address in a value that holds one, with or without a
// display name. A value without an "@" is a name of its system, and returned as it
// is; it is false for what is neither.
func (r *recorder) oneAddress(value string) (address string, ok bool) {
	value = strings.TrimSpace(value)
	plain := strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">")
	if isAddress(plain) || !strings.Contains(value, "@") {
		return plain, true
	}
	address = string(r.list.First(lines.BorrowBytes(value)))
	return address, isAddress(address)
}

// isAddress reports whether a is local@domain, and nothing else: "a@x/b@y" and
// "smtp:a@x" are none, whatever an MTA may make of them.
func isAddress(a string) bool {
	at := strings.LastIndexByte(a, '@')
	if at <= 0 || at == len(a)-1 {
		return false
	}
	local, domain := a[:at], a[at+1:]
	if local[0] == '"' {
		if !header.IsAddress(lines.BorrowBytes(a)) {
			return false
		}
	} else if !isPlain(local) {
		return false
	}
	if domain[0] == '[' { // RFC 5321 section 4.1.3: an address literal
		return strings.HasSuffix(domain, "]")
	}
	return isDomain(strings.TrimSuffix(domain, "."))
}

// isPlain reports whether a local part without quotes has nothing that must be in
// quotes (RFC 5321 section 4.1.2), but for dots wherever they stand.
func isPlain(local string) bool {
	for i := range len(local) {
		switch c := local[i]; {
		case c|' '-'a' < 26, c-'0' < 10, c == '.', c == '-', c == '_':
		case c <= ' ', c == 0x7f, strings.IndexByte(`"<>,;\@:()[]`, c) >= 0:
			return false
		}
	}
	return true
}

// isDomain reports whether a domain has no empty label, and no character of ASCII that
// stands in none: "_" does, and what is beyond ASCII.
func isDomain(domain string) bool {
	empty := true
	for i := range len(domain) {
		switch c := domain[i]; {
		case c == '.' && empty:
			return false
		case c == '.':
			empty = true
			continue
		case c|' '-'a' < 26, c-'0' < 10, c == '-', c == '_', c >= utf8.RuneSelf:
		default:
			return false
		}
		empty = false
	}
	return !empty
}
