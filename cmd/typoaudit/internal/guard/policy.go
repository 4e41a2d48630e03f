package guard

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/typoaudit/typoaudit/audit"
)

// The protocol of Postfix's policy services (SMTPD_POLICY_README): a request is lines of
// name=value, ended by an empty one; the answer is a line action=…, and an empty one.
//
//	request=smtpd_access_policy
//	protocol_state=RCPT
//	sender=bob@corp.example
//	recipient=jane@army.ml
//	instance=123.456.7
//	sasl_username=bob
//
// DUNNO leaves the mail to what else Postfix checks.

// Bounds of a request, in bytes and lines: Postfix sends some 30 short ones. A longer one
// is malformed, and ends the connection.
const (
	maxPolicyLine  = 4 << 10
	maxPolicyLines = 128
)

var errMalformed = errors.New("malformed request")

// ServePolicy answers Postfix.
func (g *Guard) ServePolicy(conn net.Conn) {
	p := &patient{Conn: conn}
	lines := bufio.NewReaderSize(p, maxPolicyLine)
	for {
		attributes, err := readPolicy(lines)
		if errors.Is(err, errMalformed) {
			g.Counters.Malformed.Add(1)
			_, _ = io.WriteString(p, dunno) // whoever it is, mail is to flow
			return
		}
		if err != nil {
			return
		}
		if _, err := io.WriteString(p, g.answerPolicy(attributes)); err != nil {
			return
		}
	}
}

const dunno = "action=DUNNO\n\n"

// policyAttributes are those of a request that count.
type policyAttributes struct{ request, state, login, sender, recipient, instance string }

// readPolicy reads one request. Attributes that nobody asks for are skipped. The error is
// io.EOF between two requests.
func readPolicy(lines *bufio.Reader) (a policyAttributes, err error) {
	fields := map[string]*string{
		"request": &a.request, "protocol_state": &a.state, "sasl_username": &a.login, "sender": &a.sender, "recipient": &a.recipient, "instance": &a.instance,
	}
	for n := 0; ; n++ {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull || n == maxPolicyLines:
			return a, errMalformed
		case err != nil && n+len(line) > 0:
			return a, io.ErrUnexpectedEOF
		case err != nil:
			return a, err
		}
		text := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		if text == "" {
			if n == 0 || a.request == "" {
				return a, errMalformed
			}
			return a, nil
		}
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return a, errMalformed
		}
		if field := fields[name]; field != nil {
			*field = value
		}
	}
}

// answerPolicy answers a request.
func (g *Guard) answerPolicy(a policyAttributes) string {
	if a.request != "smtpd_access_policy" || a.state != "RCPT" {
		return dunno
	}
	d := g.Decide(Request{Attempt: audit.Attempt{Login: a.login, Sender: a.sender, Recipient: a.recipient}, Instance: a.instance})
	switch d.Action {
	case Ask, Deny:
		// REJECT would answer 554, or what access_map_reject_code says.
		return "action=" + refusal + d.Text + "\n\n"
	case Mark:
		return "action=PREPEND " + HeaderName + ": " + d.Header + "\n\n"
	}
	return dunno
}
