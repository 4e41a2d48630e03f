package syslog

import (
	"bytes"
	"strconv"
	"time"
)

// Shapes of lines that are rarer than those of RFC 3164, 3339 and 5424.

// dated reads stamps with a year: "Nov 23 2026 09:18:31 host tag: text", with a
// colon after the time or without, and those that begin with the day of the
// week: "Mon Nov 23 09:18:31 2026 host …", "Mon 2026-11-23 09:18:31 UTC host …".
func (d *Decoder) dated(line []byte, rec *Record) (Wrapper, []byte) {
	if rest, ok := cutWeekday(line); ok {
		if isDigit(rest[0]) {
			return d.iso(rest, rec)
		}
		return d.traditional(rest, rec)
	}
	const day, stamp = len("Nov 23 "), len("Nov 23 2026 09:18:31")
	if len(line) <= stamp+1 {
		return WrapperNone, nil
	}
	year, clockText, ok := cutYear(line[day:])
	if !ok {
		return WrapperNone, nil
	}
	t, ok := d.clock.traditional(append(append(make([]byte, 0, stampLength), line[:day]...), clockText[:len("09:18:31")]...))
	if !ok {
		return WrapperNone, nil
	}
	rest := bytes.TrimPrefix(line[stamp:], []byte(":"))
	if len(rest) == 0 || rest[0] != ' ' {
		return WrapperNone, nil
	}
	t, rest = cutZone(t.AddDate(year-t.Year(), 0, 0), rest[1:])
	rec.setTime(t)
	return WrapperDated, d.hostAndTag(rest, rec)
}

// cutWeekday takes off "Mon ".
func cutWeekday(line []byte) ([]byte, bool) {
	for _, day := range [...]string{"Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "} {
		if rest, ok := bytes.CutPrefix(line, []byte(day)); ok && len(rest) > 0 {
			return rest, true
		}
	}
	return nil, false
}

// cutYear takes off "2026 ".
func cutYear(b []byte) (year int, rest []byte, ok bool) {
	const digits = len("2026")
	if len(b) <= digits || b[digits] != ' ' || b[0] != '1' && b[0] != '2' {
		return 0, nil, false
	}
	year, err := strconv.Atoi(string(b[:digits]))
	return year, b[digits+1:], err == nil
}

// cutZone takes a zone off "CET host tag: text" or "+0100 host tag: text". What
// hours a name stands for depends on who says it: of those only UTC's own are
// believed, and the rest are left to the location.
func cutZone(t time.Time, rest []byte) (time.Time, []byte) {
	i := bytes.IndexByte(rest, ' ')
	if i < 3 || i > len("+01:00") {
		return t, rest
	}
	word, after := rest[:i], rest[i+1:]
	if word[0] == '+' || word[0] == '-' {
		zone, err := time.Parse("-0700", string(bytes.ReplaceAll(word, []byte(":"), nil)))
		if err != nil {
			return t, rest
		}
		return inZone(t, zone.Location()), after
	}
	for _, c := range word {
		if c-'A' >= 26 {
			return t, rest
		}
	}
	next, _, more := bytes.Cut(after, []byte(" "))
	if !more || bytes.IndexByte(next, ':') >= 0 && !isFacility(next) || bytes.IndexByte(next, '[') >= 0 {
		return t, rest // it is the host
	}
	if w := string(word); w == "UTC" || w == "GMT" {
		return inZone(t, time.UTC), after
	}
	return t, after
}

// inZone returns the time that a clock in zone shows as t's.
func inZone(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}

// unix reads "1795425511.266625 host tag[pid]: text".
func (d *Decoder) unix(line []byte, rec *Record) (Wrapper, []byte) {
	const seconds = len("1795425511")
	if len(line) <= seconds || line[seconds] != '.' {
		return WrapperNone, nil
	}
	sec, err := strconv.ParseInt(string(line[:seconds]), 10, 64)
	nanos, n, ok := fraction(line[seconds:])
	if rest := line[seconds+n:]; err == nil && ok && len(rest) > 0 && rest[0] == ' ' {
		rec.setTime(time.Unix(sec, int64(nanos)).UTC())
		return WrapperISO, d.hostAndTag(rest[1:], rec)
	}
	return WrapperNone, nil
}

// maxName bounds what stands before a line: a path (POSIX PATH_MAX is 4096, and
// nobody's is so long), or the name of a service.
const maxName = 256

// cutPrefix takes off what a tool put before a line: "path:", "path:12:" or "path-12-" of
// grep, "service  | " of docker compose, the sign of diff, a quote. What follows must begin
// like a line of a log.
func cutPrefix(line []byte) ([]byte, bool) {
	if rest := line[1:]; bytes.IndexByte([]byte(`+-"'`), line[0]) >= 0 && startsHeader(rest) {
		return rest, true
	}
	head := line[:min(len(line), maxName)]
	for i, c := range head {
		if rest, ok := cutNumber(line[i:]); ok && startsHeader(rest) {
			return rest, true
		}
		if c != ':' && c != '|' {
			continue
		}
		rest := line[i+1:]
		if c == ':' {
			n := 0
			for n < len(rest) && isDigit(rest[n]) {
				n++
			}
			if n > 0 && n < len(rest) && rest[n] == ':' {
				rest = rest[n+1:]
			}
		} else {
			rest = bytes.TrimPrefix(rest, []byte(" "))
		}
		return rest, startsHeader(rest) || len(rest) > 0 && rest[0] == '<' || c == '|' && isBare(rest)
	}
	return nil, false
}

// cutNumber takes off "-12-", as grep puts it before the lines around those that it found.
func cutNumber(b []byte) ([]byte, bool) {
	if b[0] != '-' {
		return nil, false
	}
	n := 1
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	if n == 1 || n == len(b) || b[n] != '-' {
		return nil, false
	}
	return b[n+1:], true
}

// isFacility reports "mail.info", as some daemons write before the tag; AIX puts
// a colon between (RFC 5424 section 6.2.1 lists both parts).
func isFacility(word []byte) bool {
	i := bytes.IndexAny(word, ".:|")
	if i < 0 {
		return false
	}
	switch string(word[:i]) {
	case "mail", "daemon", "user", "syslog", "auth", "authpriv", "kern", "cron", "news", "uucp", "lpr", "ftp",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7":
	default:
		return false
	}
	switch string(word[i+1:]) {
	case "emerg", "panic", "alert", "crit", "err", "error", "warn", "warning", "notice", "info", "debug":
		return true
	}
	return false
}
