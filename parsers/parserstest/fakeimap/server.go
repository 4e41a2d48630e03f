// Package fakeimap is an IMAP server that misbehaves as a test wants it to.
package fakeimap

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// An Server is a small IMAP server that misbehaves as a test wants it to.
// Left alone it serves one folder, Sent, with Messages, whose UIDs are 10, 20,
// 30 and so on.
type Server struct {
	Port     int
	Greeting string // "" for a usual one, with all capabilities
	Messages []string
	UIDs     []uint32    // of Messages; nil for 10, 20, 30, …
	Received []time.Time // when it got Messages; those beyond, on 16 November 2026
	Validity func() uint32
	// Before, if not nil, is called before a command is answered: with its
	// name in capitals, such as "UID FETCH". It returns whether it answered
	// itself.
	Before func(c *Conn, name string) (answered bool)
	// Message, if not nil, returns the text that is sent for a message instead of
	// usual.
	Message func(c *Conn, uid uint32, usual string) string

	tls      *tls.Config
	mu       *sync.Mutex // a pointer, so that a server that was not started yet may be copied
	commands []string
	conns    int
	listed   []string // what was said of folders
}

// An Conn is a connection to an Server.
type Conn struct {
	net.Conn
	Tag     string // of the command at hand
	Line    string // the command at hand, without its tag
	Number  int    // of the connection, from 1
	Sent    int    // messages sent in it
	server  *Server
	secured bool
	reader  *bufio.Reader
}

// Say writes a line.
func (c *Conn) Say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if strings.HasPrefix(line, "* LIST") {
		c.server.mu.Lock()
		c.server.listed = append(c.server.listed, line)
		c.server.mu.Unlock()
	}
	fmt.Fprint(c, line+"\r\n")
}

// has reports whether a folder was listed.
func (s *Server) has(folder string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.ReplaceAll(strings.Trim(folder, `"`), `\\`, `\`)
	return len(s.listed) == 0 || slices.ContainsFunc(s.listed, func(line string) bool { return strings.Contains(line, name) })
}

// ReadLine reads the next line of the client, such as the answer to a demand for more;
// it is "" when there is none.
func (c *Conn) ReadLine() string {
	line, _ := c.reader.ReadString('\n')
	return strings.TrimRight(line, "\r\n")
}

// OK ends the command at hand.
func (c *Conn) OK() { c.Say("%s OK done", c.Tag) }

// Start starts s on a port of loopback until the test ends; with TLS from
// the first byte if secure.
func Start(t *testing.T, s *Server, secure bool) {
	t.Helper()
	s.mu = &sync.Mutex{}
	authority, err := servers.LoopbackCertificates()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := tls.X509KeyPair(authority.Cert, authority.Key)
	if err != nil {
		t.Fatal(err)
	}
	s.tls = &tls.Config{Certificates: []tls.Certificate{cert}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	if secure {
		l = tls.NewListener(l, s.tls)
	}
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		defer mu.Unlock()
		for c := range open {
			c.Close()
		}
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			s.mu.Lock()
			s.conns++
			n := s.conns
			s.mu.Unlock()
			go s.serve(&Conn{Conn: c, Number: n, server: s, secured: secure})
		}
	}()
}

// CAFile writes the authority that signed its certificate, and returns the path.
func (s *Server) CAFile(t *testing.T) string {
	t.Helper()
	authority, err := servers.LoopbackCertificates()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, authority.CA, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Commands returns the commands that were received so far, a line each, without
// tags; those in plain text are marked by "plain: ".
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.commands...)
}

// Connections returns how many there were.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

const imapCapabilities = "IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER SPECIAL-USE LIST-EXTENDED STARTTLS"

func (s *Server) serve(c *Conn) {
	defer c.Close()
	if s.Before == nil || !s.Before(c, "GREETING") {
		greeting := s.Greeting
		if greeting == "" {
			greeting = "* OK [CAPABILITY " + imapCapabilities + "] ready"
		}
		c.Say("%s", greeting)
	}
	c.reader = bufio.NewReader(c.Conn)
	for {
		line, err := c.reader.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		s.note(c, line)
		var rest string
		c.Tag, rest, _ = strings.Cut(line, " ")
		c.Line = rest
		name, arguments, _ := strings.Cut(rest, " ")
		if name = strings.ToUpper(name); name == "UID" {
			sub, more, _ := strings.Cut(arguments, " ")
			name, arguments = name+" "+strings.ToUpper(sub), more
		}
		if s.Before != nil && s.Before(c, name) {
			continue
		}
		if name == "STARTTLS" && !c.secured {
			c.OK()
			secured := tls.Server(c.Conn, s.tls)
			c.Conn, c.secured = secured, true
			c.reader = bufio.NewReader(secured)
			continue
		}
		s.answer(c, name, arguments)
	}
}

func (s *Server) note(c *Conn, line string) {
	if !c.secured {
		line = "plain: " + line
	}
	s.mu.Lock()
	s.commands = append(s.commands, line)
	s.mu.Unlock()
}

func (s *Server) answer(c *Conn, name, arguments string) {
	switch name {
	case "CAPABILITY":
		c.Say("* CAPABILITY " + imapCapabilities)
	case "LIST":
		c.Say(`* LIST (\HasNoChildren) "/" INBOX`)
		c.Say(`* LIST (\HasNoChildren \Sent) "/" Sent`)
	case "EXAMINE":
		if !s.has(arguments) {
			c.Say("%s NO [NONEXISTENT] no such folder", c.Tag)
			return
		}
		validity := uint32(1)
		if s.Validity != nil {
			validity = s.Validity()
		}
		c.Say("* %d EXISTS", len(s.Messages))
		c.Say("* OK [UIDVALIDITY %d] valid", validity)
		c.Say("* OK [UIDNEXT %d] next", s.uid(len(s.Messages)))
	case "UID SEARCH":
		found := "* SEARCH"
		for i := range s.Messages {
			if inSearch(arguments, i+1, s.uid(i), s.received(i)) {
				found += " " + strconv.Itoa(int(s.uid(i)))
			}
		}
		c.Say("%s", found)
	case "UID FETCH":
		set, items, _ := strings.Cut(arguments, " ")
		if strings.Contains(items, "BODYSTRUCTURE") {
			c.Say(`* 1 FETCH (UID %s BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 6 1 NIL NIL NIL NIL))`, set)
			break
		}
		fields := items[strings.Index(items, "BODY"):strings.LastIndex(items, ")")]
		for i, m := range s.Messages {
			if inSet(set, s.uid(i)) && !s.send(c, i, m, strings.Replace(fields, ".PEEK", "", 1)) {
				return
			}
		}
	case "LOGOUT":
		c.Say("* BYE bye")
	}
	c.OK()
}

// send sends a message, and reports whether to go on.
func (s *Server) send(c *Conn, i int, m, fields string) bool {
	head, _, _ := strings.Cut(m, "\r\n\r\n")
	head += "\r\n\r\n"
	text := fmt.Sprintf("* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE \"%s\" %s {%d}\r\n%s)\r\n", i+1, s.uid(i), len(m), s.received(i).Format("02-Jan-2006 15:04:05 -0700"), fields, len(head), head)
	if s.Message != nil {
		text = s.Message(c, s.uid(i), text)
	}
	_, err := c.Write([]byte(text))
	c.Sent++
	return err == nil
}

// received returns when the server got the message of an index.
func (s *Server) received(i int) time.Time {
	if i < len(s.Received) {
		return s.Received[i]
	}
	return time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
}

// uid returns the UID of the message of an index; beyond the last one it is
// the next.
func (s *Server) uid(i int) uint32 {
	if s.UIDs != nil && i < len(s.UIDs) {
		return s.UIDs[i]
	}
	return uint32(i+1) * 10
}
