package sendmail

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// field reads "key=value, " from a list. The reply ends before the last stat=,
// which goes to the end; an item without "=" has no key. More blanks may stand between.
func field(b []byte) (key, value, rest []byte) {
	eq := bytes.IndexByte(b, '=')
	end := bytes.Index(b, []byte(", "))
	if eq < 0 || end >= 0 && end < eq {
		if end < 0 {
			return nil, b, nil
		}
		return nil, b[:end], bytes.TrimLeft(b[end+2:], " ")
	}
	key = b[:eq]
	b = b[eq+1:]
	switch string(key) {
	case "stat", "reject":
		return key, b, nil
	case "reply":
		end = bytes.LastIndex(b, []byte(", stat="))
	default:
		end = bytes.Index(b, []byte(", "))
	}
	if string(key) == "dsn" { // the blank after it may be lost where a log was copied
		end = bytes.IndexByte(b, ',')
	}
	if end < 0 {
		return key, b, nil
	}
	return key, b[:end], bytes.TrimLeft(b[end+1:], " ")
}

// cutAddress reads the first address of "<a@x>,<b@y>, next=" or "a@x,b@y, …":
// without its brackets, and the rest after the comma.
func cutAddress(b []byte) (address, rest []byte) {
	inQuotes, inBrackets := false, false
	i := 0
scan:
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && i+1 < len(b):
			i++
			if inQuotes && b[i] == '\\' && i+1 < len(b) { // one that is written twice escapes the next character
				i++
			}
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '<':
			inBrackets = true
		case c == '>':
			inBrackets = false
		case c == ',' && !inBrackets:
			break scan
		}
	}
	i = min(i, len(b))
	address = b[:i]
	if len(address) > 0 && address[0] == '<' {
		if end := bytes.LastIndexByte(address, '>'); end > 0 {
			address = address[1:end]
		}
	} else if open := bytes.LastIndexByte(address, '<'); open > 0 && address[len(address)-1] == '>' && address[0] != '"' { // a name before it, as it was typed
		address = address[open+1 : len(address)-1]
	}
	rest = b[i:]
	rest = bytes.TrimPrefix(rest, []byte(","))
	return address, bytes.TrimPrefix(rest, []byte(" "))
}

// listEnd returns where the list of addresses ends: at the first ", " outside
// quotes and brackets.
func listEnd(b []byte) int {
	for at := 0; at < len(b); {
		_, rest := cutAddress(b[at:])
		next := len(b) - len(rest)
		if next >= 2 && b[next-1] == ' ' && b[next-2] == ',' {
			return next - 2
		}
		at = next
	}
	return len(b)
}

// unescape undoes Sendmail's octal numbers and doubled backslashes. The string
// is borrowed: the next call may change it.
func (p *piece) unescape(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 {
		return lines.Borrow(b)
	}
	out := p.buf[:0]
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] != '\\' || i+1 == len(b):
			out = append(out, b[i])
		case b[i+1] == '\\':
			out = append(out, '\\')
			i++
		case i+3 < len(b) && b[i+1]-'0' < 4 && b[i+2]-'0' < 8 && b[i+3]-'0' < 8:
			out = append(out, (b[i+1]-'0')<<6|(b[i+2]-'0')<<3|(b[i+3]-'0'))
			i += 3
		default:
			out = append(out, b[i])
		}
	}
	p.buf = out
	return lines.Borrow(out)
}

func number(b []byte) (n int64) {
	for _, c := range b {
		if c-'0' >= 10 || n > 1<<50 {
			return n
		}
		n = 10*n + int64(c-'0')
	}
	return n
}

// bracketed returns the address of "name [192.0.2.7]" or "[192.0.2.7]".
func bracketed(relay []byte) []byte {
	open := bytes.LastIndexByte(relay, '[')
	if open < 0 {
		return nil
	}
	end := bytes.IndexByte(relay[open:], ']')
	if end < 0 {
		return nil
	}
	return relay[open+1 : open+end]
}

// relayName writes "mx1.army.ml. [192.0.2.20]" as "mx1.army.ml[192.0.2.20]".
func relayName(relay []byte) string {
	name, address, ok := bytes.Cut(relay, []byte(" ["))
	name = bytes.TrimSuffix(name, []byte("."))
	if !ok {
		return string(name)
	}
	return string(name) + "[" + string(address)
}
