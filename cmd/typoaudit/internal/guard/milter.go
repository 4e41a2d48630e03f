//go:build !386 && !arm && !mips && !mipsle

package guard

import (
	"context"
	"net"
	"time"

	"github.com/d--j/go-milter"

	"github.com/typoaudit/typoaudit/audit"
)

// A mail server asks a milter at MAIL, at each RCPT, and at the end of the message, where a
// header can be added. It names the login in the macro {auth_authen}, which Postfix and
// Sendmail send with MAIL by default.

// unasked are the stages that a mail server need not ask at.
const unasked = milter.OptNoConnect | milter.OptNoHelo | milter.OptNoData | milter.OptNoHeaders | milter.OptNoEOH | milter.OptNoBody | milter.OptNoUnknown

// messageTime is how long a mail may take from its last recipient to its end.
const messageTime = time.Hour

// ServeMilter answers a mail server by the milter protocol, until ctx ends.
func (g *Guard) ServeMilter(ctx context.Context, l net.Listener) error {
	s := milter.NewServer(
		milter.WithMilter(func() milter.Milter { return &mail{guard: g} }),
		milter.WithAction(milter.OptAddHeader), milter.WithProtocol(unasked),
		milter.WithReadTimeout(messageTime), milter.WithWriteTimeout(patience),
	)
	defer s.Close()
	return unlessEnded(ctx, s.Serve(framed{g.Bound(ctx, l)}))
}

// A mail is one that a milter is asked about.
type mail struct {
	milter.NoOpMilter
	guard         *Guard
	login, sender string
	instance      string
	marks         []string
}

// MailFrom implements milter.Milter.
func (m *mail) MailFrom(from, _ string, x milter.Modifier) (*milter.Response, error) {
	*m = mail{guard: m.guard, login: x.Get(milter.MacroAuthAuthen), sender: from, instance: m.guard.newInstance()}
	return milter.RespContinue, nil
}

// RcptTo implements milter.Milter.
func (m *mail) RcptTo(to, _ string, _ milter.Modifier) (*milter.Response, error) {
	d := m.guard.Decide(Request{Attempt: audit.Attempt{Login: m.login, Sender: m.sender, Recipient: to}, Instance: m.instance})
	switch d.Action {
	case Ask, Deny:
		const code = 550
		r, err := milter.RejectWithCodeAndReason(code, enhancedCode+" "+d.Text)
		if err != nil {
			break
		}
		return r, nil
	case Mark:
		m.marks = append(m.marks, d.Header)
	}
	return milter.RespContinue, nil
}

// maxMarks is how many headers are added to one mail.
const maxMarks = 10

// EndOfMessage implements milter.Milter.
func (m *mail) EndOfMessage(x milter.Modifier) (*milter.Response, error) {
	for _, mark := range m.marks[:min(maxMarks, len(m.marks))] {
		if err := x.AddHeader(HeaderName, mark); err != nil {
			break // the mail is to pass
		}
	}
	m.marks = nil
	return milter.RespAccept, nil
}
