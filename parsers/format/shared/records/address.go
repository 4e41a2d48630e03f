package records

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	mailheader "github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Recipients returns the addresses in a column of recipients: of one, of a JSON array or of
// a list between separators, each with a display name or without, also where an export
// joined several of them. A value without an "@" is a name of the system, and returned as it
// is; so is what is no address, which is counted as bad unless status says that it got
// nothing: of an address that was refused for that there is nothing to miss.
func (o *Out) Recipients(row *Row, column int, separators string, status parsers.Status) []string {
	values := row.List(column, separators)
	for _, v := range values {
		if !IsAddress(v) && (strings.Contains(v, "@") || isNoName(v)) || !parsers.HasDomain(v) {
			return o.readRecipients(row, values, status)
		}
	}
	return values
}

// readRecipients is Recipients where a value is more than an address.
func (o *Out) readRecipients(row *Row, values []string, status parsers.Status) (all []string) {
	for _, v := range values {
		found, ok := addressesIn(v)
		if !ok && (status == parsers.StatusDelivered || status == parsers.StatusUnknown) {
			o.Bad(row, "recipient that is no address")
		}
		all = append(all, found...)
	}
	return all
}

// isNoName reports a value without an "@" that is no name of a system either: what a spreadsheet
// shows where a column is too narrow, the end of a list that was cut, a name for display. Those
// of Exchange's directory begin with a slash.
func isNoName(value string) bool {
	return value != "" && value[0] != '/' && (strings.ContainsAny(value, " #?*") || strings.HasSuffix(value, "...") || strings.HasSuffix(value, "…"))
}

// addressesIn returns the addresses in a value, or what stands in their place. It is false if
// something in it is no address.
func addressesIn(value string) (all []string, ok bool) {
	elements, array := Elements(strings.TrimSpace(value))
	if !array {
		return addressesInText(value)
	}
	ok = true
	for _, element := range elements { // an array within it is no address
		found, good := addressesInText(element)
		all, ok = append(all, found...), ok && good
	}
	return all, ok
}

func addressesInText(value string) (all []string, ok bool) {
	value = WithoutBraces(strings.TrimRight(strings.TrimSpace(value), ",;: ")) // of a list, or of the text after it
	if plain := strings.TrimSuffix(strings.TrimPrefix(value, "<"), ">"); IsAddress(plain) || !strings.Contains(value, "@") {
		return []string{plain}, !isNoName(plain) && parsers.HasDomain(plain)
	}
	if HasMarks(value) {
		return []string{value}, false
	}
	var list mailheader.List
	list.Each(lines.BorrowBytes(value), func(address []byte) {
		if IsAddress(lines.Borrow(address)) {
			all = append(all, string(address))
		}
	})
	ok = len(all) > 0 && len(all) == list.Found && list.Missed == 0 && !list.Cut && !NamesFewer(value)
	if len(all) == 0 {
		all = append(all, value)
	}
	return all, ok
}

// HasMarks reports an address with brackets in the midst of its domain. RFC 5322 calls what is between
// a comment, but whoever writes jane@army(dot)ml means a dot.
func HasMarks(value string) bool {
	for {
		_, domain, ok := strings.Cut(value, "@")
		if !ok {
			return false
		}
		end := strings.IndexAny(domain, " ,;<>[({")
		if end > 0 && strings.IndexByte("[({", domain[end]) >= 0 {
			closed := end + strings.IndexAny(domain[end:], "])}")
			return closed > end && closed+1 < len(domain) && isPlain(domain[closed+1:closed+2])
		}
		value = domain
	}
}

// NamesFewer reports a list of recipients that ends with how many it does not name, as pages show
// long ones: "a@b.example +2", "a@b.example (and 2 others)", "a@b.example;...".
func NamesFewer(value string) bool {
	if end := strings.TrimRight(value, " \t"); strings.HasSuffix(end, "...") || strings.HasSuffix(end, "…") {
		return true
	}
	after := value[strings.LastIndexByte(value, '@')+1:]
	i := strings.IndexAny(after, " ,;")
	if i < 0 {
		return false
	}
	after = strings.ToLower(strings.Trim(after[i:], " ,;()[]<>"))
	if n, plus := strings.CutPrefix(after, "+"); plus && n != "" && n[0] >= '0' && n[0] <= '9' {
		return true
	}
	return strings.ContainsAny(after, "0123456789") && slices.ContainsFunc(others[:], func(word string) bool { return strings.Contains(after, word) })
}

// others are the words that pages have for recipients that they do not name.
var others = [...]string{"more", "other", "weitere", "autres", "más", "altri", "outros", "andere"}

// WithoutBraces takes off the braces in which PowerShell shows a list.
func WithoutBraces(value string) string {
	if within, ok := strings.CutPrefix(value, "{"); ok && strings.HasSuffix(within, "}") && !strings.Contains(within, ":") {
		return within[:len(within)-1]
	}
	return value
}

// Elements returns the addresses, or what stands in their place, in an array of JSON, as some
// exports write into a column of recipients; false if value is none.
func Elements(value string) (texts []string, ok bool) {
	if !strings.HasPrefix(value, "[") || !isValid(lines.BorrowBytes(value)) {
		return nil, false
	}
	for _, element := range gjson.Parse(value).Array() {
		texts = append(texts, AddressText(element))
	}
	return texts, true
}

// AddressText returns the address in a value of JSON: of an object, as mail APIs have
// them, that of its key.
func AddressText(v gjson.Result) string {
	if v.IsObject() {
		for _, key := range [...]string{"address", "email", "emailAddress.address"} {
			if a := v.Get(key); a.Type == gjson.String {
				return a.Str
			}
		}
	}
	return v.String()
}

// IsAddress reports whether a is local@domain, and nothing else: "a@x/b@y" and
// "smtp:a@x" are none, whatever an MTA may make of them.
func IsAddress(a string) bool {
	at := strings.LastIndexByte(a, '@')
	if at <= 0 || at == len(a)-1 {
		return false
	}
	local, domain := a[:at], a[at+1:]
	if local[0] == '"' {
		if !mailheader.IsAddress(lines.BorrowBytes(a)) {
			return false
		}
	} else if !isPlain(local) {
		return false
	}
	if domain[0] == '[' { // RFC 5321 section 4.1.3: an address literal
		return strings.HasSuffix(domain, "]")
	}
	return isDomain(strings.TrimSuffix(domain, ".")) && !strings.Contains(domain, "…") // a page cut it
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
