package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/parsers/format/shared/secret"
)

// mailTimeout is how long each step of handing over the mail may take: the greeting and
// login, and then the mail itself.
const mailTimeout = 60 * time.Second

// quitTimeout is how long the server's goodbye is waited for.
const quitTimeout = 2 * time.Second

// maxAnswers bounds what a mail server may send in a session, in bytes, with the
// certificates of TLS. At the bound the mail is not sent.
const maxAnswers = 128 << 10

// maxWords bounds how much of a text of a server or program is shown, in bytes.
const maxWords = 1 << 10

// errTalkative means that the server sent more than maxAnswers.
var errTalkative = fmt.Errorf("the server sent more than %d bytes", maxAnswers)

// A serverConn reads no more of a server than maxAnswers.
type serverConn struct {
	net.Conn
	left int // bytes
}

// Read implements net.Conn.
func (c *serverConn) Read(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTalkative
	}
	n, err := c.Conn.Read(b[:min(len(b), c.left)])
	c.left -= n
	return n, err
}

// An smtpSender hands mail over to a mail server.
type smtpSender struct {
	*config.Transport
	isPlain  bool          // without TLS, within this machine
	password string        // of Transport.User
	timeout  time.Duration // of each step
	tls      *tls.Config
}

// send sends a mail. It is sent when the server has taken it, whatever comes after: the
// end of ctx and a server that does not say goodbye are no reason to send it once more.
func (s *smtpSender) send(ctx context.Context, msg *gomail.Msg) error {
	waiting, done := context.WithCancel(ctx)
	defer done() // it closes the connection
	client, err := gomail.NewClient(s.Host, append(s.options(), gomail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
		c, err := s.dial(dialing, network, address)
		if err == nil {
			// The library does not look at a context while it waits for an answer.
			context.AfterFunc(waiting, func() { _ = c.Close() })
		}
		return c, err
	}))...)
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err == nil {
		err = client.SendWithSMTPClient(session, msg)
	}
	if !msg.IsDelivered() {
		return s.plain(ctx, err)
	}
	defer time.AfterFunc(quitTimeout, done).Stop()
	_ = session.Quit()
	return nil
}

// options demand TLS: only to this machine itself mail may go without.
func (s *smtpSender) options() []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(s.timeout), gomail.WithTLSPolicy(gomail.TLSMandatory),
		gomail.WithTLSConfig(s.tls), gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	switch {
	case s.Implicit:
		// It is secure when it is dialled; the library finds that out by itself.
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case s.isPlain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.User == "" {
		return options
	}
	auth := gomail.SMTPAuthAutoDiscover
	if s.isPlain {
		auth = gomail.SMTPAuthPlainNoEnc
	}
	return append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.User), gomail.WithPassword(s.password))
}

// dial connects, and talks TLS where that comes first.
func (s *smtpSender) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	bounded := &serverConn{Conn: c, left: maxAnswers}
	if !s.Implicit {
		return bounded, nil
	}
	secure := tls.Client(bounded, s.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return secure, nil
}

// plain returns err in words that may be shown: a server may repeat the secret, and talk
// without end.
func (s *smtpSender) plain(ctx context.Context, err error) error {
	text := err.Error()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case secret.IsIn(text, s.password):
		return fmt.Errorf("the server answered %d, with a text that repeats the secret", answerCode(err))
	case len(text) > maxWords:
		return errors.New(cut(text))
	}
	return err
}

// answerCode returns the code of the answer that an error is about, 0 if there is none.
func answerCode(err error) int {
	var answer *textproto.Error
	var sending *gomail.SendError
	switch {
	case errors.As(err, &answer):
		return answer.Code
	case errors.As(err, &sending):
		return sending.ErrorCode()
	}
	return 0
}

// cut returns a text without what is beyond maxWords.
func cut(text string) string {
	if len(text) > maxWords {
		text = strings.ToValidUTF8(text[:maxWords], "") + "…"
	}
	return text
}
