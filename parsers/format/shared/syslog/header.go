package syslog

import (
	"bytes"
	"time"
)

// stampLength is that of "Nov 23 09:18:31".
const stampLength = 15

// cutPriority takes off "<PRI>" (RFC 5424 section 6.2.1).
func cutPriority(line []byte) ([]byte, bool) {
	for i := 1; i < len(line) && i <= 4; i++ {
		if line[i] == '>' && i > 1 {
			return line[i+1:], len(line) > i+1 && line[i+1] != '<'
		}
		if !isDigit(line[i]) {
			break
		}
	}
	return nil, false
}

func isDigit(c byte) bool { return c-'0' < 10 }

// traditional reads "Nov 23 09:18:31 host tag[pid]: text".
func (d *Decoder) traditional(line []byte, rec *Record) (Wrapper, []byte) {
	const stamp = stampLength
	if len(line) < stamp+1 || line[stamp] != ' ' && line[stamp] != '.' {
		return WrapperNone, nil
	}
	t, ok := d.clock.traditional(line[:stamp])
	if !ok {
		return WrapperNone, nil
	}
	nanos, n, ok := fraction(line[stamp:])
	rest := line[stamp+n:]
	if !ok || len(rest) == 0 || rest[0] != ' ' {
		return WrapperNone, nil
	}
	t = t.Add(time.Duration(nanos))
	rest = rest[1:]
	if year, after, ok := cutYear(rest); ok {
		rec.setTime(t.AddDate(year-t.Year(), 0, 0))
		return WrapperDated, d.hostAndTag(after, rec)
	}
	t, rest = cutZone(t, rest)
	rec.setTime(t)
	text := d.hostAndTag(rest, rec)
	if u := &d.usual; n == 0 && len(u.host) > 0 && bytes.HasPrefix(line[stamp:], u.host) {
		u.wrapper, u.time = WrapperTraditional, t
		u.head = append(append(u.head, line[:stamp]...), u.host...)
	}
	return WrapperTraditional, text
}

// iso reads "2026-11-23T09:18:31.266625+00:00 host tag[pid]: text", and CRI's
// "2026-11-23T09:18:31.1Z stdout F text".
func (d *Decoder) iso(line []byte, rec *Record) (Wrapper, []byte) {
	end := bytes.IndexByte(line, ' ')
	if end == len("2026-11-23") { // a blank instead of the T
		if i := bytes.IndexByte(line[end+1:], ' '); i >= 0 {
			end += 1 + i
		}
	}
	if end < 0 {
		return WrapperNone, nil
	}
	t, ok := d.clock.iso(line[:end])
	if !ok {
		return WrapperNone, nil
	}
	t, rest := cutZone(t, line[end+1:])
	if startsDate(rest) { // what a program stamped itself, whose date is no host
		return WrapperNone, nil
	}
	rec.setTime(t)
	if inner, ok := cutCRI(rest); ok {
		return WrapperCRI, inner
	}
	if startsHeader(rest) { // docker logs -t
		return WrapperISO, rest
	}
	text := d.hostAndTag(rest, rec)
	if u := &d.usual; len(u.host) > 0 && bytes.HasPrefix(line[end:], u.host) {
		u.wrapper = WrapperISO
	}
	return WrapperISO, text
}

// startsDate reports "2026-11-23 0": a stamp with a blank instead of the T.
func startsDate(text []byte) bool {
	const date = len("2026-11-23")
	return len(text) > date+1 && text[4] == '-' && text[7] == '-' && text[date] == ' ' && isDigit(text[0]) && isDigit(text[date+1])
}

// hostAndTag reads "host tag[pid]: text", and makes the host the usual one.
func (d *Decoder) hostAndTag(rest []byte, rec *Record) []byte {
	d.usual.wrapper = WrapperNone
	d.usual.forget()
	text := rec.hostAndTag(rest)
	if len(rec.Program) > 0 && len(rec.Host) > 0 {
		d.usual.setHost(rec.Host)
	}
	return text
}

func cutCRI(rest []byte) ([]byte, bool) {
	for _, stream := range [...]string{"stdout ", "stderr "} {
		if inner, ok := bytes.CutPrefix(rest, []byte(stream)); ok && len(inner) > 2 && (inner[0] == 'F' || inner[0] == 'P') && inner[1] == ' ' {
			return inner[2:], true
		}
	}
	return nil, false
}

// setTime keeps the time of the outermost wrapper: it says when the line was
// received here, in a zone that is known.
func (r *Record) setTime(t time.Time) {
	if r.Time.IsZero() {
		r.Time = t
	}
}

// hostAndTag reads "host tag[pid]: text"; the innermost host and tag count.
func (r *Record) hostAndTag(rest []byte) []byte {
	i := bytes.IndexByte(rest, ' ')
	if i < 0 {
		r.Host, r.Program = rest, nil
		return nil
	}
	if program, text, ok := cutTag(rest); ok { // no host, as journald forwards to a file
		r.Program, r.pid = program, rest[len(program):]
		return text
	}
	r.Host = rest[:i]
	if isFacility(r.Host) {
		r.Host = nil
	} else if j := bytes.IndexByte(rest[i+1:], ' '); j >= 0 && isFacility(rest[i+1:i+1+j]) {
		i += 1 + j
	}
	program, text, ok := cutTag(rest[i+1:])
	if !ok {
		r.Program = nil
		return rest[i+1:]
	}
	r.Program, r.pid = program, rest[i+1+len(program):]
	return text
}

// pidBefore returns the number of "[123]: text", and of RFC 5424's " 123 MSGID".
func pidBefore(b []byte) []byte {
	n := 1
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	if n < 2 || n == len(b) || (b[0] != '[' || b[n] != ']') && (b[0] != ' ' || b[n] != ' ') {
		return nil
	}
	return b[1:n]
}

// givenPID returns what pidBefore reads a number of, that a record gives apart from its
// text, in.
func givenPID(number string) []byte {
	if number == "" {
		return nil
	}
	return []byte("[" + number + "]")
}

// maxTag bounds the tag; RFC 3164 allows 32 characters, Postfix's
// syslog_name makes longer ones.
const maxTag = 128

// cutTag reads "tag[pid]: text" or "tag: text".
func cutTag(b []byte) (program, text []byte, ok bool) {
	head := b[:min(len(b), maxTag)]
	end := bytes.IndexByte(head, ':')
	if end < 0 {
		return cutTagWithoutColon(head, b)
	}
	tag := head[:end]
	text = b[end+1:]
	if open := bytes.IndexByte(tag, '['); open >= 0 {
		if tag[end-1] != ']' {
			return cutTagWithoutColon(head, b)
		}
		tag = tag[:open]
	} else if len(text) > 0 && text[0] != ' ' {
		return nil, nil, false
	}
	if !isTag(tag) {
		return nil, nil, false
	}
	return tag, skipSolaris(text), true
}

// isTag tells apart a program's name from other text before a colon.
func isTag(tag []byte) bool {
	for _, c := range tag {
		switch c {
		case ' ', '\t', '=', '<', '"', '{', ']':
			return false
		}
	}
	return len(tag) > 0
}

// cutTagWithoutColon reads "tag[pid] text", and "tag[pid] <Info>: text" of macOS.
func cutTagWithoutColon(head, b []byte) (program, text []byte, ok bool) {
	open := bytes.IndexByte(head, '[')
	end := bytes.IndexByte(head, ']')
	if open < 1 || end < open || !isTag(head[:open]) || end+1 < len(b) && b[end+1] != ' ' && b[end+1] != ':' {
		return nil, nil, false
	}
	text = bytes.TrimPrefix(b[end+1:], []byte(":"))
	if level, ok := bytes.CutPrefix(text, []byte(" <")); ok {
		if word, after, ok := bytes.Cut(level, []byte(">: ")); ok && isSeverity(word) {
			text = after
		}
	}
	return head[:open], skipSolaris(text), true
}

// skipSolaris takes off "[ID 197553 mail.info] " of Solaris' syslogd.
func skipSolaris(text []byte) []byte {
	if len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	if len(text) > 4 && string(text[:4]) == "[ID " {
		if _, rest, ok := bytes.Cut(text, []byte("] ")); ok {
			return rest
		}
	}
	return text
}

// rfc5424 reads "TIMESTAMP HOST APP PROCID MSGID SD MSG" (RFC 5424 section 6).
func (d *Decoder) rfc5424(line []byte, rec *Record) (Wrapper, []byte) {
	var field [5][]byte
	var process []byte // from the blank before PROCID on
	whole := line
	for i := range field {
		if i == 3 {
			process = whole[len(whole)-len(line)-1:]
		}
		var ok bool
		if field[i], line, ok = bytes.Cut(line, []byte(" ")); !ok {
			return WrapperNone, nil
		}
	}
	if t, ok := d.clock.iso(field[0]); ok {
		rec.setTime(t)
	} else if string(field[0]) != "-" {
		return WrapperNone, nil
	}
	rec.Host, rec.Program, rec.pid = notNil(field[1]), notNil(field[2]), process
	rec.cutIdent()
	text, ok := cutStructured(line)
	if !ok {
		return WrapperNone, nil
	}
	return WrapperRFC5424, bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
}

// notNil reads RFC 5424's "-" for a value that is not there.
func notNil(b []byte) []byte {
	if string(b) == "-" {
		return nil
	}
	return b
}

// cutStructured takes off STRUCTURED-DATA: "-" or "[id k="v"]…", where "]" in
// a value is escaped.
func cutStructured(b []byte) ([]byte, bool) {
	if len(b) == 0 {
		return nil, false
	}
	if b[0] == '-' {
		return bytes.TrimPrefix(b[1:], []byte(" ")), true
	}
	quoted := false
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\':
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == ']' && !quoted && (i+1 == len(b) || b[i+1] == ' '):
			return bytes.TrimPrefix(b[i+1:], []byte(" ")), b[0] == '['
		}
	}
	return nil, false
}

// bare reads "postfix/smtp[3]: text", as a container logs to its output.
func bare(line []byte, rec *Record) (Wrapper, []byte) {
	program, text, ok := cutTag(line)
	if !ok || !bytes.ContainsAny(program, "/") && !hasPID(line, program) {
		return WrapperNone, nil
	}
	rec.Program, rec.pid = program, line[len(program):]
	return WrapperBare, text
}

// isBare reports a line that begins with "postfix/smtp[3]: ": without the colon it may
// be a host and its address.
func isBare(line []byte) bool {
	program, _, ok := cutTag(line)
	return ok && hasPID(line, program) && bytes.Contains(line[:min(len(line), maxTag)], []byte("]: "))
}

func hasPID(line, program []byte) bool {
	n := len(program)
	return n+1 < len(line) && line[n] == '[' && isDigit(line[n+1])
}

// maxRepeat bounds what "message repeated N times" is believed: a forged or
// damaged number must not make millions of deliveries.
const maxRepeat = 1_000_000

// unrepeat reads rsyslog's "message repeated N times: [ text]".
func (r *Record) unrepeat() {
	rest, ok := bytes.CutPrefix(r.Text, []byte("message repeated "))
	if !ok {
		return
	}
	n, i := 0, 0
	for ; i < len(rest) && isDigit(rest[i]) && n < maxRepeat; i++ {
		n = 10*n + int(rest[i]-'0')
	}
	inner, ok := bytes.CutPrefix(rest[i:], []byte(" times: ["))
	if !ok || n < 1 || n > maxRepeat {
		return
	}
	r.Text = bytes.TrimLeft(bytes.TrimSuffix(inner, []byte("]")), " ")
	r.Repeat = n
}
