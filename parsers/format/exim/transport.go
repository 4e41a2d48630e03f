package exim

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A transport is the host and the answer in the fields.
type transport struct {
	name    []byte // H=
	address []byte // the address after it, without port
	relay   string
	reply   []byte // C=
	hasHost bool
	driver  []byte // T=, as the configuration names it
	// relays says that the host delivers for all: the router or the transport is
	// named so (Debian's "smarthost", "remote_smtp_smarthost"), or Exim logged in to it.
	relays bool
	looked bool // the router looked the host up in the DNS: it is the recipient's own
}

// throwsAway reports whether a transport has a name that says so, and spoke to no
// host: a file transport to /dev/null logs no more than that.
func (t *transport) throwsAway() bool {
	if t.address != nil {
		return false
	}
	switch string(bytes.ToLower(t.driver)) {
	case "nul", "null", "devnull", "dev_null", "null_transport", "blackhole", "discard", "bitbucket":
		return true
	}
	return false
}

// cutFields reads the fields up to the reason of a failure.
func cutFields(b []byte) (t transport, reason []byte) {
	for len(b) > 0 {
		if b[0] == ':' {
			return t, bytes.TrimLeft(b[1:], " ")
		}
		var w []byte
		if len(b) > 3 && b[1] == '=' && b[2] == '"' {
			key := b[0]
			if w, b = quoted(b[2:]); key == 'C' {
				t.reply = w
			}
			continue
		}
		w, b = word(b)
		ends := len(w) > 0 && w[len(w)-1] == ':' // the last field of a failure
		w = bytes.TrimSuffix(w, []byte(":"))
		switch {
		case bytes.HasPrefix(w, []byte("A=")) && t.hasHost:
			t.relays = t.relays || !t.looked
		case bytes.HasPrefix(w, []byte("R=")), bytes.HasPrefix(w, []byte("T=")):
			t.relays = t.relays || namesRelay(w)
			if w[0] == 'T' {
				t.driver = w[2:]
			}
			t.looked = t.looked || bytes.Contains(w, []byte("lookup"))
		case bytes.HasPrefix(w, []byte("H=")):
			t.name, t.hasHost = w[2:], true
		case len(w) > 0 && w[0] == '[' && t.hasHost && t.address == nil:
			if t.address = hostAddress(w); t.address != nil {
				t.relay = lines.Borrow(t.name) + string(bytes.TrimRight(w, "*"))
			}
		}
		if ends {
			return t, b
		}
	}
	return t, nil
}

// namesRelay reports that the name of a router or a transport is one that people
// give to those that hand mail to a smarthost.
func namesRelay(name []byte) bool {
	for _, word := range [...]string{"smarthost", "smart_host", "smart_route", "relay"} {
		if bytes.Contains(name, []byte(word)) {
			return true
		}
	}
	return false
}

// nextID returns the id under which another Exim goes on: "250 OK id=…".
func nextID(reply []byte) string {
	_, id, ok := bytes.Cut(reply, []byte("OK id="))
	if !ok {
		return ""
	}
	id, _ = word(id)
	return string(id)
}

// brokeAtEnd reports whether the connection was lost when the message was there
// and only the answer missing. If the server answered, it was not.
func brokeAtEnd(reason []byte) bool {
	return (bytes.Contains(reason, []byte("in response to end of data")) || bytes.Contains(reason, []byte("after end of data"))) &&
		!bytes.Contains(reason, []byte("SMTP error from remote mail server"))
}

// cutRefusal cuts a line that refuses a recipient, or takes it and throws it away,
// before and after the words that say so.
func cutRefusal(b []byte) (head, tail []byte, status parsers.Status, ok bool) {
	const command = " RCPT "
	for i := 0; ; {
		n := bytes.Index(b[i:], []byte(command))
		if n < 0 {
			return nil, nil, 0, false
		}
		i += n
		head, tail = b[:i], b[i+len(command):]
		switch {
		case bytes.HasSuffix(head, []byte(" rejected")):
			return head, tail, parsers.StatusRejected, true
		case bytes.Contains(tail, []byte(": discarded by ")):
			return head, tail, parsers.StatusDiscarded, true
		}
		i += len(command) - 1
	}
}
