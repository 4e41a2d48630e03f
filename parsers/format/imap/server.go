package imap

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// A Security is how a connection is kept from being read by others.
type Security uint8

// The securities. The zero value is TLS from the first byte.
const (
	ImplicitTLS Security = iota
	StartTLS             // a plain connection that becomes TLS (RFC 9051 section 6.2.1)
	Plain                // none: only to a loopback address
)

// A Server is where the mailboxes are.
type Server struct {
	Host     string
	Port     int // 0: 993, or 143 if TLS does not come first
	Security Security
	Roots    *x509.CertPool // of the authorities that are trusted; nil: those of the system
}

// Address returns host and port, as net.Dial takes them.
func (s *Server) Address() string {
	port := s.Port
	switch {
	case port != 0:
	case s.Security == ImplicitTLS:
		port = 993
	default:
		port = 143
	}
	return net.JoinHostPort(s.Host, strconv.Itoa(port))
}

// dial returns a connection that is secure as the server's Security says, and
// may carry a secret.
func (s *Server) dial(ctx context.Context, l Limits) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, l.Greeting)
	defer cancel()
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Address())
	if err != nil {
		return nil, dialError(s.Address(), err)
	}
	secure, err := s.secure(ctx, c)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return secure, nil
}

// dialError says why there is no connection, without the library's repetition of
// addresses.
func dialError(address string, err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		err = wire.ErrStalled
	}
	return fmt.Errorf("connect to %s: %w", address, err)
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// secure puts TLS on a connection, unless it is plain and stays on this machine.
func (s *Server) secure(ctx context.Context, c net.Conn) (net.Conn, error) {
	switch s.Security {
	case Plain:
		if a, ok := c.RemoteAddr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
			return nil, fmt.Errorf("connect to %s: without TLS only this machine itself is asked", s.Address())
		}
		return c, nil
	case StartTLS:
		if err := s.askForTLS(ctx, c); err != nil {
			return nil, err
		}
		t, err := s.handshake(ctx, c)
		if err != nil {
			return nil, err
		}
		return &greeted{Conn: t, greeting: strings.NewReader("* OK secure now\r\n")}, nil
	}
	return s.handshake(ctx, c)
}

// askForTLS asks for TLS until ctx ends.
func (s *Server) askForTLS(ctx context.Context, c net.Conn) error {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	err := startTLS(c)
	if inTime := stop(); inTime && err == nil {
		return nil
	}
	if err == nil || isTimeout(err) {
		err = wire.ErrStalled
	}
	return fmt.Errorf("ask %s for TLS: %w", s.Address(), err)
}

func (s *Server) handshake(ctx context.Context, c net.Conn) (*tls.Conn, error) {
	t := tls.Client(c, &tls.Config{ServerName: s.Host, RootCAs: s.Roots, NextProtos: []string{"imap"}, MinVersion: tls.VersionTLS12})
	if err := t.HandshakeContext(ctx); err != nil {
		if isTimeout(err) || ctx.Err() != nil {
			err = wire.ErrStalled
		}
		return nil, fmt.Errorf("talk TLS with %s: %w", s.Address(), err)
	}
	return t, nil
}

// greeted is a connection that was greeted before it became secure. What the
// server said then is dropped, and the client is greeted again, by us.
type greeted struct {
	*tls.Conn
	greeting *strings.Reader
}

// Read implements net.Conn: first it returns the greeting.
func (g *greeted) Read(b []byte) (int, error) {
	if g.greeting.Len() > 0 {
		return g.greeting.Read(b)
	}
	return g.Conn.Read(b)
}

var (
	errNoStartTLS = errors.New("the server does not offer it, or somebody between us and it took the offer out")
	errPreAuth    = errors.New("the server says that somebody is logged in already")
)

// maxGreeting bounds what is read before TLS begins, in bytes.
const maxGreeting = 16 << 10

// startTLS asks for TLS. It reads byte by byte, so that nothing which came in
// plain text is taken for part of the TLS stream: bytes injected after the answer
// break the handshake.
func startTLS(c net.Conn) error {
	const tag = "s1"
	r := &io.LimitedReader{R: c, N: maxGreeting}
	greeting, err := readLine(r)
	switch {
	case err != nil:
		return err
	case hasWord(greeting, "* PREAUTH"):
		return errPreAuth
	case !hasWord(greeting, "* OK"):
		return errNoStartTLS
	}
	if _, err := io.WriteString(c, tag+" STARTTLS\r\n"); err != nil {
		return err
	}
	for {
		line, err := readLine(r)
		switch {
		case err != nil:
			return err
		case hasWord(line, tag+" OK"):
			return nil
		case hasWord(line, tag), hasWord(line, "* BYE"):
			return errNoStartTLS
		}
	}
}

// hasWord reports whether line begins with words, in any case.
func hasWord(line []byte, words string) bool {
	if len(line) < len(words) || !bytes.EqualFold(line[:len(words)], []byte(words)) {
		return false
	}
	return len(line) == len(words) || line[len(words)] == ' '
}

// readLine reads up to a line end and not a byte beyond.
func readLine(r io.Reader) ([]byte, error) {
	var line []byte
	var b [1]byte
	for {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			if errors.Is(err, io.EOF) {
				err = errClosed
			}
			return nil, err
		}
		if b[0] == '\n' {
			return bytes.TrimSuffix(line, []byte("\r")), nil
		}
		line = append(line, b[0])
	}
}
