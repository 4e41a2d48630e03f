package guard

import (
	"bufio"
	"io"
	"net"
	"strings"

	"github.com/typoaudit/typoaudit/audit"
)

// Exim asks by ${readsocket{/run/typoaudit/exim}{…}{1s}}: three lines with the login, the
// sender and the recipient, and reads to the end of the connection. The answer is a line:
// that of the refusal, with its codes; a header; or an empty one, and the mail passes.

// ServeExim answers Exim, once a connection.
func (g *Guard) ServeExim(conn net.Conn) {
	p := &patient{Conn: conn}
	a, err := readExim(bufio.NewReaderSize(p, maxPolicyLine))
	if err != nil {
		g.Counters.Malformed.Add(1)
		return
	}
	_, _ = io.WriteString(p, g.answerExim(a)) // who asked may have gone
}

// readExim reads a question. Its last line may be without an end, as Exim sends what it is
// told to.
func readExim(lines *bufio.Reader) (a audit.Attempt, err error) {
	for _, field := range [...]*string{&a.Login, &a.Sender, &a.Recipient} {
		line, err := lines.ReadSlice('\n')
		if err != nil && (err != io.EOF || field != &a.Recipient) {
			return a, err
		}
		*field = strings.TrimRight(string(line), "\r\n")
	}
	if a.Recipient == "" {
		return a, errMalformed
	}
	return a, nil
}

func (g *Guard) answerExim(a audit.Attempt) string {
	d := g.Decide(Request{Attempt: a})
	switch d.Action {
	case Ask, Deny:
		return refusal + d.Text + "\n"
	case Mark:
		return HeaderName + ": " + d.Header + "\n"
	}
	return "\n"
}
