package postfix

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
)

// class is where the relay of a delivery is.
type class uint8

const (
	remote     class = iota
	local            // stored here
	piped            // given to a program here
	near             // a filter or gateway on a loopback or private address
	submission       // a foreign server, by the ports where clients submit mail: it delivers for all
	nowhere
)

func statusOf(word []byte) (s parsers.Status, probe, ok bool) {
	switch string(word) {
	case "sent":
		return parsers.StatusDelivered, false, true
	case "deferred", "SOFTBOUNCE": // soft_bounce=yes: it bounced, and is tried again
		return parsers.StatusDeferred, false, true
	case "bounced":
		return parsers.StatusBounced, false, true
	case "expired":
		return parsers.StatusExpired, false, true
	case "deliverable", "undeliverable", "undeliverable-but-not-cached":
		return parsers.StatusUnknown, true, true
	}
	return 0, false, false
}

// classOf returns where a relay is.
func classOf(relay []byte) class {
	switch string(relay) {
	case "none":
		return nowhere
	case "local", "virtual":
		return local
	}
	open := bytes.LastIndexByte(relay, '[')
	if open < 0 {
		return piped // pipe(8) logs the name of its transport
	}
	address := closed(relay[open+1:])
	if len(address) > 0 && (address[0] == '/' || bytes.HasPrefix(address, []byte("private/")) || bytes.HasPrefix(address, []byte("public/"))) {
		return local // LMTP over a socket
	}
	if queue.IsPrivate(address) {
		return near
	}
	if bytes.HasSuffix(relay, []byte("]:587")) || bytes.HasSuffix(relay, []byte("]:465")) {
		return submission
	}
	return remote
}

// blockedBy is how the filter of Proxmox says that it did not pass a message on; in its own lines
// stands what it did instead.
const blockedBy = "(250 2.7.0 BLOCKED ("

// verdictOf returns what the organisation's own filter did with a message that it
// took and did not pass on, StatusUnknown if it did. Amavis: "250 2.7.0 Ok,
// discarded, id=1", "250 2.5.0 Ok, id=1, BOUNCE", "250 2.5.0 Ok, id=1,
// DISCARD(bounce.suppressed)". Proxmox: "250 2.7.0 BLOCKED (ID)".
func verdictOf(reply []byte) parsers.Status {
	switch {
	case bytes.Contains(reply, []byte(" queued as ")):
	case bytes.HasPrefix(reply, []byte(blockedBy)), bytes.HasPrefix(reply, []byte("(250 2.7.")) && bytes.Contains(reply, []byte(" discarded")), bytes.Contains(reply, []byte(", DISCARD(")):
		return parsers.StatusDiscarded
	case bytes.HasSuffix(reply, []byte(", BOUNCE)")):
		return parsers.StatusBounced
	case bytes.Contains(reply, []byte(" quarantined")):
		return parsers.StatusHeld
	}
	return parsers.StatusUnknown
}

// brokeAtEnd reports that the connection was lost when the message was already
// there and only the answer missing (Postfix's own words; what a server says
// begins with "host … said:").
func brokeAtEnd(reply []byte) bool {
	return (bytes.HasPrefix(reply, []byte("(lost connection with ")) || bytes.HasPrefix(reply, []byte("(conversation with "))) &&
		bytes.Contains(reply, []byte(" while sending end of data"))
}

// nextID returns the queue id under which the next hop goes on: "queued as ID"
// at the end of a server's reply, "forwarded as ID" of local(8), "OK (ID)" and "BLOCKED (ID)" of the
// filter of Proxmox.
func nextID(reply []byte) []byte {
	reply = bytes.TrimSuffix(reply, []byte(")"))
	for _, words := range [...]string{"(250 2.5.0 OK (", blockedBy} {
		if id, ok := bytes.CutPrefix(reply, []byte(words)); ok {
			return bytes.TrimSuffix(id, []byte(")"))
		}
	}
	i := bytes.LastIndexByte(reply, ' ')
	if i < 0 || !bytes.HasSuffix(reply[:i], []byte("queued as")) && string(reply[:i]) != "(forwarded as" {
		return nil
	}
	id := reply[i+1:]
	if len(id) < minShortID || len(id) > maxID {
		return nil
	}
	for _, c := range id {
		if idClass[c] == idOther {
			return nil
		}
	}
	return id
}

// failureOf reads why a delivery failed, as far as it says something of the domain.
// Only with relay=none are the words Postfix's own.
func failureOf(d deliveryText, c class) parsers.Failure {
	switch {
	case c == nowhere && bytes.HasPrefix(d.reply, []byte("(Host or domain name not found.")) && !bytes.HasSuffix(d.reply, []byte("try again)")),
		c == nowhere && bytes.HasPrefix(d.reply, []byte("(Host found but no data record of requested type")):
		return parsers.FailureNoDomain
	case c == nowhere && bytes.HasSuffix(d.reply, []byte("does not accept mail (nullMX))")):
		return parsers.FailureNullMX
	case string(d.dsn) == "5.1.1":
		return parsers.FailureNoUser
	}
	return parsers.FailureOther
}
