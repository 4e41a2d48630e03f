package postfix

import "bytes"

// A lineKind is the shape of the text after a queue id.
type lineKind uint8

const (
	otherLine   lineKind = iota
	clientLine           // smtpd: a message begins
	uidLine              // pickup: a message begins
	messageID            // cleanup
	fromLine             // qmgr: active, or expired
	toLine               // a delivery agent
	removedLine          // qmgr, postsuper
	subjectLine          // cleanup: an action of header_checks on the Subject that refuses nothing
	refusedLine          // smtpd, cleanup: reject, hold and their kin
)

func kindOf(text []byte) lineKind {
	if len(text) < 4 {
		return otherLine
	}
	switch text[0] {
	case 'c':
		return ifPrefix(text, "client=", clientLine)
	case 'u':
		return ifPrefix(text, "uid=", uidLine)
	case 'f':
		if k := ifPrefix(text, "from=", fromLine); k != otherLine {
			return k
		}
	case 't':
		return ifPrefix(text, "to=", toLine)
	case 'm':
		if k := ifPrefix(text, "message-id=", messageID); k != otherLine {
			return k
		}
		if k := ifPrefix(text, "milter-reject: ", refusedLine); k != otherLine {
			return k
		}
		if k := ifPrefix(text, "milter-hold: ", refusedLine); k != otherLine {
			return k
		}
		return ifPrefix(text, "milter-discard: ", refusedLine)
	case 'd':
		if k := ifPrefix(text, "discard: ", refusedLine); k != otherLine {
			return k
		}
	case 'p':
		if k := ifPrefix(text, "proxy-reject: ", refusedLine); k != otherLine {
			return k
		}
	case 'r':
		if string(text) == "removed" {
			return removedLine
		}
		if k := ifPrefix(text, "resent-message-id=", messageID); k != otherLine {
			return k
		}
		if k := ifPrefix(text, "reject: ", refusedLine); k != otherLine {
			return k
		}
	case 'h':
		if k := ifPrefix(text, "hold: ", refusedLine); k != otherLine {
			return k
		}
	case 'b', 'i', 's', 'w':
	default:
		return otherLine
	}
	if _, ok := cutSubject(text); ok {
		return subjectLine
	}
	return otherLine
}

// isRemark reports a text that says what a server answered in an attempt, whose outcome has
// a line of its own, or that header_checks or body_checks found a header or a line of the
// body: both may hold any words.
//
//	host mx.army.ml[203.0.113.9] said: 450 4.7.1 <jane@army.ml>: Recipient address rejected: Greylisted (in reply to RCPT TO command)
//	info: header To: jane@army.ml from ws17[192.0.2.7]; from=<alice@corp.example> to=<jane@army.ml> proto=ESMTP helo=<ws17>
func isRemark(text []byte) bool {
	if begins(text, "host ") {
		return true
	}
	action, rest, ok := bytes.Cut(text, []byte(": "))
	if !ok || len(action) > len("warning") || string(action) == "reject" || string(action) == "discard" || string(action) == "hold" {
		return false
	}
	return begins(rest, "header ") || begins(rest, "body ") || begins(rest, "mime header ") || begins(rest, "nested header ")
}

// cutSubject returns the part of "ACTION: header Subject: text …" of header_checks (5)
// that comes after the name of the header.
func cutSubject(text []byte) (rest []byte, ok bool) {
	action, rest, ok := bytes.Cut(text, []byte(": header "))
	if !ok || len(action) > len("warning") {
		return nil, false
	}
	const name = "Subject: "
	if len(rest) < len(name) || !bytes.EqualFold(rest[:len(name)], []byte(name)) {
		return nil, false
	}
	return rest[len(name):], true
}

func ifPrefix(text []byte, prefix string, k lineKind) lineKind {
	if begins(text, prefix) {
		return k
	}
	return otherLine
}

func begins(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

// Queue ids: at least 6 upper-case hexadecimal digits (5 of the microseconds,
// then the inode), or with enable_long_queue_ids 10 and more of a base-52
// alphabet, "z" and the inode: 11 with the "z", whatever became of the inode. The
// upper bound keeps a scan of other text short.
const (
	minShortID = 6
	minLongID  = 11
	maxID      = 40
)

// cutQueueID splits "3AF09DE6ED: text" into the id and the text.
//
// A long id begins with the seconds since 1970, in 52 digits of which the
// first ten are 0 to 9: until the year 2090 that is one of those.
func cutQueueID(text []byte) (id, rest []byte, ok bool) {
	if len(text) == 0 || text[0]-'0' >= 10 && text[0]-'A' >= 6 {
		return nil, nil, false
	}
	var seen byte
	end := min(len(text), maxID)
	for i, c := range text[:end] {
		class := idClass[c]
		if class == idOther {
			end = i
			break
		}
		seen |= class
	}
	if end < minShortID || end+2 > len(text)-1 || text[end] != ':' || text[end+1] != ' ' || seen == idLetter|idHex && (end < minLongID || text[0] > '9') {
		return nil, nil, false
	}
	return text[:end], text[end+2:], true
}

// Classes of the characters of a queue id, as bits.
const (
	idHex    = 1 // 0 to 9, A to F
	idLetter = 3 // other letters, and those
	idOther  = 4
)

// idClass is the class of each character: a table costs less than branches
// that no processor can foresee.
const idClass = "\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x04\x04\x04\x04\x04\x04" +
	"\x04\x01\x01\x01\x01\x01\x01\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x04\x04\x04\x04\x04" +
	"\x04\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04" +
	"\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04\x04"

// cutAddress reads an address in angle brackets at the start of text, which
// begins after the "<". With info_log_address_format=external (the default
// since Postfix 3.5) local parts are quoted as in RFC 5321, so that ">" within
// quotes does not end it; older logs quote nothing, so where that reading does
// not end before one of ends, the first ">" that does is taken.
func cutAddress(text []byte, ends ...string) (address, rest []byte, ok bool) {
	if i := closingBracket(text); i >= 0 && endsWith(text[i+1:], ends) {
		return text[:i], text[i+1:], true
	}
	for i := 0; ; {
		j := bytes.IndexByte(text[i:], '>')
		if j < 0 {
			return nil, nil, false
		}
		i += j + 1
		if endsWith(text[i:], ends) {
			return text[:i-1], text[i:], true
		}
	}
}

// cutBracketed reads an address at the start of text, which some relays of logs
// take the brackets off; then it goes to the first of ends.
func cutBracketed(text []byte, ends ...string) (address, rest []byte, ok bool) {
	if len(text) > 0 && text[0] == '<' {
		return cutAddress(text[1:], ends...)
	}
	for i := 0; i < len(text) && text[i] != ' '; i++ {
		if text[i] == ',' && endsWith(text[i:], ends) {
			return text[:i], text[i:], true
		}
	}
	return nil, nil, false
}

// endsWith reports whether text begins with one of the ends; "" stands for the
// end of text.
func endsWith(text []byte, ends []string) bool {
	for _, e := range ends {
		if e == "" && len(text) == 0 || e != "" && begins(text, e) {
			return true
		}
	}
	return false
}

// closingBracket returns the index of the ">" that ends an address, outside
// quotes (RFC 5321 section 4.1.2: quoted-string with quoted pairs), or -1.
func closingBracket(text []byte) int {
	end := bytes.IndexByte(text, '>')
	if end < 0 || bytes.IndexByte(text[:end], '"') < 0 {
		return end
	}
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == '>' && !quoted:
			return i
		}
	}
	return -1
}

// A delivery line, cut into its fields.
type deliveryText struct {
	to, origTo, relay, dsn, status, reply []byte
}

// cutDelivery reads "to=<a>, orig_to=<b>, relay=R, conn_use=N, delay=D,
// delays=a/b/c/d, dsn=x.y.z, status=S (reply)". The fields stand in this order
// before the reply, which is the last and may hold anything. Of fields that a
// later Postfix adds between relay and status, as 3.11 those of TLS
// (postconf(5) smtp_log_tls_feature_status), only the shape is known.
func cutDelivery(text []byte) (d deliveryText, ok bool) {
	var rest []byte
	if d.to, rest, ok = cutBracketed(text[len("to="):], ", orig_to=", ", relay="); !ok || len(d.to) == 0 {
		return d, false
	}
	if begins(rest, ", orig_to=") {
		if d.origTo, rest, ok = cutBracketed(rest[len(", orig_to="):], ", relay="); !ok {
			return d, false
		}
	}
	if d.relay, rest, ok = cutField(rest[len(", relay="):]); !ok {
		return d, false
	}
	for _, name := range [...]string{"delay=", "delays="} {
		if begins(rest, name) {
			if _, rest, ok = cutField(rest[len(name):]); !ok {
				return d, false
			}
		}
	}
	for {
		eq := fieldName(rest)
		if eq == 0 {
			return d, false
		}
		key, value := rest[:eq], rest[eq+1:]
		switch string(key) {
		case "status":
			blank := bytes.IndexByte(value, ' ')
			if blank < 0 {
				d.status = value
			} else {
				d.status, d.reply = value[:blank], value[blank+1:]
			}
			return d, len(d.status) > 0
		case "dsn":
			if d.dsn, rest, ok = cutField(value); !ok {
				return d, false
			}
		default:
			if _, rest, ok = cutField(value); !ok {
				return d, false
			}
		}
	}
}

// fieldName returns the length of a word of lower-case letters and "_" that stands
// before a "=" at the start of b, 0 if there is none.
func fieldName(b []byte) int {
	for i, c := range b {
		if c-'a' >= 26 && c != '_' {
			if c == '=' {
				return i
			}
			break
		}
	}
	return 0
}

// cutField cuts a value without commas from the ", " after it.
func cutField(b []byte) (value, rest []byte, ok bool) {
	i := bytes.IndexByte(b, ',')
	if i < 0 || i+1 >= len(b) || b[i+1] != ' ' {
		return nil, nil, false
	}
	return b[:i], b[i+2:], true
}

// subjectOf reads the subject from "warning: header Subject: text from
// h[ip]; from=<s> to=<r> proto=P helo=<h>" or, for local mail, "… from local;
// from=<s> to=<r>". The text is the writer's: the client is sought from the
// right.
func subjectOf(text []byte) []byte {
	text, _ = cutSubject(text)
	end := bytes.LastIndex(text, []byte("; from=<"))
	if end < 0 {
		return text
	}
	if i := bytes.LastIndex(text[:end], []byte(" from ")); i >= 0 {
		end = i
	}
	return text[:end]
}

// clientText is what smtpd logs of the client of a message.
type clientText struct {
	host, login      []byte
	origID, origHost []byte // of the hop before, as XFORWARD says
}

// cutClient reads "name[address], sasl_method=M, sasl_username=U,
// sasl_sender=S, orig_queue_id=ID, orig_client=name[address]".
func cutClient(text []byte) (c clientText) {
	var field []byte
	c.host, text = cutList(text)
	for len(text) > 0 {
		field, text = cutList(text)
		eq := bytes.IndexByte(field, '=')
		if eq < 0 {
			continue
		}
		switch value := field[eq+1:]; string(field[:eq]) {
		case "sasl_username":
			c.login = value
		case "orig_queue_id":
			c.origID = value
		case "orig_client":
			c.origHost = value
		}
	}
	return c
}

// cutList cuts the first item from a list with ", " between; an item may hold
// commas.
func cutList(b []byte) (item, rest []byte) {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], ',')
		if i < 0 {
			return b, nil
		}
		if from += i + 1; from < len(b) && b[from] == ' ' {
			return b[:from-1], b[from+1:]
		}
	}
}

// bracketed returns the address of "name[address]" or "name[address]:port". The last "["
// counts, and the first "]" after it.
func bracketed(host []byte) []byte {
	if open := bytes.LastIndexByte(host, '['); open >= 0 {
		return closed(host[open+1:])
	}
	return nil
}

// closed returns the text before the first "]", nil if there is none.
func closed(text []byte) []byte {
	if end := bytes.IndexByte(text, ']'); end >= 0 {
		return text[:end]
	}
	return nil
}
