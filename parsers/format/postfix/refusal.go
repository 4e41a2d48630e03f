package postfix

import "bytes"

// A refusal is the end of a reject line: "; from=<s> to=<r> proto=P helo=<h>".
type refusal struct {
	action   []byte // reject, milter-reject, discard, …
	stage    []byte // RCPT, DATA, END-OF-MESSAGE, header, …
	client   []byte // name[address]
	reply    []byte // the answer to the client
	from, to []byte
	hasTo    bool
	login    []byte
}

// cutRefusal reads what smtpd, cleanup and postscreen log when they refuse.
// The HELO name and the recipient that the reply repeats are the client's, so
// the tail is the first that reads as one to the end of the line, outside the
// angle brackets of the reply.
func cutRefusal(text []byte) (r refusal, ok bool) {
	var rest []byte
	if r.action, rest, ok = bytes.Cut(text, []byte(": ")); !ok {
		return r, false
	}
	if r.stage, rest, ok = bytes.Cut(rest, []byte(" ")); !ok {
		return r, false
	}
	switch string(r.stage) {
	case "header", "body", "mime-error":
		return cutContentRefusal(r, rest)
	case "END-OF-MESSAGE:", "DATA:": // of a filter before the queue: without the client
		return r.cutReply(rest)
	}
	client, ok := bytes.CutPrefix(rest, []byte("from "))
	if !ok {
		return r, false
	}
	bracket := bytes.IndexByte(client, ']')
	if bracket < 0 {
		return r, false
	}
	r.client = client[:bracket+1]
	return r.cutReply(client[bracket+1:])
}

// cutReply reads the reply to the client and the tail after it. A tail whose
// sender has a ">" within is taken only where there is no other.
func (r refusal) cutReply(body []byte) (refusal, bool) {
	for _, strict := range [...]bool{true, false} {
		for i := 0; ; {
			end := bytes.IndexByte(body[i:], ';')
			if end < 0 {
				break
			}
			end += i
			if open := bytes.IndexByte(body[i:end], '<'); open >= 0 {
				i += open + 1
				if j := closingBracket(body[i:]); j >= 0 {
					i += j + 1
				}
				continue
			}
			if r.cutTail(body[end:], strict) {
				r.reply = bytes.TrimLeft(body[:end], ": ")
				return r, true
			}
			i = end + 1
		}
	}
	return r, false
}

// cutContentRefusal reads "header Subject: text from h[ip]; from=<s> to=<r>
// proto=P helo=<h>: reply" of header_checks and body_checks. The text is the
// writer's, so the tail is sought from the right.
func cutContentRefusal(r refusal, rest []byte) (refusal, bool) {
	for end := len(rest); end > 0; {
		i := bytes.LastIndex(rest[:end], []byte("; from=<"))
		if i < 0 {
			break
		}
		if r.cutTail(rest[i:], false) {
			return r, true
		}
		end = i
	}
	return r, false
}

// cutTail reads "; from=<s> to=<r> proto=…"; postscreen puts commas between.
// With strict, the first ">" outside quotes ends the sender.
func (r *refusal) cutTail(text []byte, strict bool) bool {
	rest, ok := bytes.CutPrefix(text, []byte("; from=<"))
	if !ok {
		return false
	}
	ends := []string{" to=<", ", to=<", " proto=", ", proto=", ""}
	if i := closingBracket(rest); strict && (i < 0 || !endsWith(rest[i+1:], ends)) {
		return false
	}
	if r.from, rest, ok = cutAddress(rest, ends...); !ok {
		return false
	}
	rest = bytes.TrimPrefix(rest, []byte(","))
	to, ok := bytes.CutPrefix(rest, []byte(" to=<"))
	if !ok {
		r.to, r.hasTo = nil, false
		return true
	}
	r.to, rest, r.hasTo = cutAddress(to, " proto=", ", proto=", "")
	r.login = loginAfter(rest)
	return r.hasTo
}

// loginAfter returns who logged in, as the end of a tail says: "proto=P helo=<h>
// sasl_username=<alice>".
func loginAfter(tail []byte) []byte {
	_, helo, ok := bytes.Cut(tail, []byte(" helo=<"))
	if !ok {
		return nil
	}
	end := bytes.IndexByte(helo, '>')
	if end < 0 {
		return nil
	}
	login, ok := bytes.CutPrefix(helo[end+1:], []byte(" sasl_username=<"))
	if !ok || !bytes.HasSuffix(login, []byte(">")) {
		return nil
	}
	return login[:len(login)-1]
}
