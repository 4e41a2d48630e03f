package header

import "bytes"

// IsFromLine reports whether line, without its end, separates messages in an mbox by
// itself: it is "From " alone, as Thunderbird writes of a Gmail account, or "From -", as
// Netscape wrote, or it has a date as ctime(3) writes it, which words such as a zone may
// follow:
//
//	From alice@corp.example  Mon Nov 23 09:12:44 2026
//	From alice at corp.example Mon Nov 23 09:12:44 MET 2026 remote from mx1
func IsFromLine(line []byte) bool {
	const from = "From "
	if !bytes.HasPrefix(line, []byte(from)) {
		return false
	}
	words := bytes.Fields(line[len(from):])
	for i, word := range words {
		if rest := words[i+1:]; isOneOf(word, "Mon Tue Wed Thu Fri Sat Sun") && len(rest) > 3 && isOneOf(rest[0], "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec") && digit(rest[1][0]) && HasTime(rest[2]) && hasYear(rest[3:]) {
			return true
		}
	}
	return len(words) == 0 || len(words) == 1 && string(words[0]) == "-"
}

func isOneOf(word []byte, names string) bool {
	return len(word) == len("Mon") && bytes.Contains([]byte(names), word)
}

// hasYear reports whether one of the words is a year.
func hasYear(words [][]byte) bool {
	for _, word := range words {
		if len(word) == len("2026") && digit(word[0]) && digit(word[1]) && digit(word[2]) && digit(word[3]) {
			return true
		}
	}
	return false
}

// HasTime reports whether a line has hours and minutes in it.
func HasTime(line []byte) bool {
	for i := bytes.IndexByte(line, ':'); i >= 0; {
		if i >= 2 && i+2 < len(line) && digit(line[i-2]) && digit(line[i-1]) && digit(line[i+1]) && digit(line[i+2]) {
			return true
		}
		next := bytes.IndexByte(line[i+1:], ':')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

func digit(c byte) bool { return c-'0' < 10 }

// IsLine reports whether b begins with a header field, or with a quoted From_ line:
// some programs leave one there.
func IsLine(b []byte) bool {
	if bytes.HasPrefix(b, []byte(">From ")) {
		return true
	}
	const longest = 128 // no name of a field is longer
	i := bytes.IndexByte(b[:min(len(b), longest)], ':')
	return i > 0 && IsName(b[:i])
}

// NextLine returns what follows the first line of b, and whether that still is of a
// header.
func NextLine(b []byte) (rest []byte, more bool) {
	_, b, ok := bytes.Cut(b, []byte("\n"))
	return b, ok && len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || IsLine(b))
}

// HasField reports whether b begins with a field of this name, which is in lower case
// and has its colon.
func HasField(b []byte, name string) bool {
	return len(b) >= len(name) && lower(b[0]) == name[0] && equalFold(b[:len(name)], name)
}

// maxLines is how many lines IsOfMessage looks at.
const maxLines = 64

// IsOfMessage reports whether b begins with the header of a message: two of the fields
// that messages have are in it.
func IsOfMessage(b []byte) bool {
	found := 0
	for more, n := true, 0; more && n < maxLines; n++ {
		for i, name := range [...]string{"from:", "to:", "date:", "subject:", "message-id:", "received:", "return-path:"} {
			if HasField(b, name) {
				found |= 1 << i
			}
		}
		if found&(found-1) != 0 {
			return true
		}
		b, more = NextLine(b)
	}
	return false
}
