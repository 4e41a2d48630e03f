package guard

import (
	"context"
	"encoding/binary"
	"errors"
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

// maxFrame bounds what a mail server sends at a time, in bytes: no body is asked for. The
// library would take half a gigabyte.
const maxFrame = 64 << 10

// A framed listener accepts connections whose frames are bounded.
type framed struct{ net.Listener }

// Accept implements net.Listener.
func (l framed) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &framedConn{Conn: conn}, nil
}

// A framedConn ends at a frame that is too long: four bytes with its length begin one.
type framedConn struct {
	net.Conn
	head []byte // of the frame at hand, up to four bytes
	left uint32 // of the frame, after its head
}

var errFrame = errors.New("a frame is too long")

// Read implements net.Conn.
func (c *framedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	for part := b[:n]; len(part) > 0; {
		if c.left > 0 {
			skip := min(uint32(len(part)), c.left)
			c.left -= skip
			part = part[skip:]
			continue
		}
		c.head, part = append(c.head, part[0]), part[1:]
		if len(c.head) == frameHead {
			if c.left = binary.BigEndian.Uint32(c.head); c.left > maxFrame {
				return 0, errFrame
			}
			c.head = c.head[:0]
		}
	}
	return n, err
}

// frameHead is the length of the head of a frame.
const frameHead = 4
