package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// usualResponses are read without the client.
func usualResponses() []string {
	return []string{
		"* 1 FETCH (UID 7 RFC822.SIZE 812 INTERNALDATE \"23-Nov-2026 09:18:31 +0100\" BODY[HEADER.FIELDS (FROM TO)] {14}\r\nTo: a)b{3}\r\n\r\n)\r\n",
		"* 12 FETCH (RFC822.SIZE 0 UID 4294967295 BODY[HEADER.FIELDS (From \"To\")] {0}\r\n)\r\n",
		"* 1 FETCH (INTERNALDATE \" 3-Nov-2026 09:18:31 -0330\" UID 7 BODY[HEADER.FIELDS (TO)] {4}\r\nabcd RFC822.SIZE 1)\r\n",
	}
}

// otherMessages are messages in other forms.
func otherMessages() []string {
	return []string{
		"* 1 FETCH (UID 7 FLAGS (\\Seen (a \"b)\") {2}\r\n)( ) BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
		"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] \"To: \\\"x\\\"\")\r\n",
		"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO \"]\")]<0> {2}\r\nab)\r\n",
		"* 1 fetch (uid 7 rfc822.size 12 internaldate \"23-Nov-2026 09:18:31 +0100\" body[header.fields (to)] {2}\r\nab)\r\n",
		"* 1 FETCH (UID 7 MODSEQ (12) X-GM-LABELS (\"\\\\Sent\" foo) BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
		"* 1 FETCH (UID 7 BODY[TEXT]<0> {3}\r\nxyz BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
	}
}

// looseMessages are messages that the grammar does not allow, and that say what was
// asked for.
func looseMessages() []string {
	return []string{
		"* 1 FETCH (UID 7 INTERNALDATE \"yesterday\" BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
		"* 1 FETCH (UID 7 INTERNALDATE NIL RFC822.SIZE x BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
		"* 1 FETCH (UID 7 INTERNALDATE \"\" BODY[HEADER.FIELDS (TO)] {2}\r\nab ) \r\n",
		"* 1 FETCH  ( UID  7  RFC822.SIZE -1 BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
		"* 7 UIDFETCH (RFC822.SIZE 5 BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
	}
}

// badMessages cannot be read.
func badMessages() []string {
	return []string{
		"* 1 FETCH (UID 7 FLAGS (\\Seen\r\n", "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] {9}\r\nab)\r\n", "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] \"ab)\r\n",
		"* 1 FETCH UID 7\r\n", "* 1 FETCH (UID 7 BODY[HEADER.FIELDS\r\n", "* 1 FETCH (UID 7 FLAGS " + strings.Repeat("(", 1000) + "\r\n", "* 1 FETCH (UID 7) x\r\n",
		"* 1 FETCH (UID seven)\r\n", "* 1 FETCH (UID 7 \"FLAGS\"\r\n",
	}
}

func TestReadMessage(t *testing.T) {
	t.Parallel()
	for _, answer := range usualResponses() {
		var m Message
		if !m.readUsual([]byte(answer)) {
			t.Errorf("%q: not taken as usual", answer)
		}
		compare(t, []byte(answer), &m)
	}
	for _, answer := range otherMessages() {
		var m Message
		if new(Message).readUsual([]byte(answer)) || !m.read([]byte(answer)) {
			t.Errorf("%q: taken as usual, or not read", answer)
		}
		compare(t, []byte(answer), &m)
	}
	for _, answer := range looseMessages() {
		var m Message
		if !m.read([]byte(answer)) || m.UID != 7 || string(m.Header) != "ab" || !m.Received.IsZero() {
			t.Errorf("%q: got %+v, want the message 7", answer, m)
		}
	}
	for _, answer := range badMessages() {
		if new(Message).readUsual([]byte(answer)) || new(Message).read([]byte(answer)) {
			t.Errorf("%q: taken", answer)
		}
	}
}

// FuzzMessage: what is taken as usual is what is read in any form, and what the client
// reads, if that can.
func FuzzMessage(f *testing.F) {
	for _, answers := range [][]string{usualResponses(), otherMessages(), looseMessages(), badMessages()} {
		for _, answer := range answers {
			f.Add([]byte(answer))
		}
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		var usual, m Message
		if !usual.readUsual(answer) {
			m.read(answer)
			return
		}
		if !m.read(answer) || m.UID != usual.UID || m.Size != usual.Size || !m.Received.Equal(usual.Received) || !bytes.Equal(m.Header, usual.Header) {
			t.Errorf("%q: got %+v, and as usual %+v", answer, m, usual)
		}
		compare(t, answer, &usual)
	})
}

// compare reads an answer by the client, and fails if it finds another message.
func compare(t *testing.T, answer []byte, m *Message) {
	t.Helper()
	client := imapclient.New(newScripted("* OK [CAPABILITY IMAP4rev1] hello\r\n", string(answer)+"T1 OK done\r\n"), nil)
	if err := client.WaitGreeting(); err != nil {
		t.Fatal(err)
	}
	all, err := client.Fetch(imap.UIDSetNum(imap.UID(m.UID)), &imap.FetchOptions{UID: true}).Collect()
	if err != nil || len(all) == 0 {
		return // such as a UID after the header, which it cannot place
	}
	got := Message{UID: uint32(all[0].UID), Size: all[0].RFC822Size, Received: all[0].InternalDate}
	for _, b := range all[0].BodySection {
		if b.Section.Specifier == imap.PartSpecifierText {
			got.Body = b.Bytes
		} else {
			got.Header = b.Bytes
		}
	}
	if got.UID != m.UID || got.Size != m.Size || !got.Received.Equal(m.Received) || !bytes.Equal(got.Header, m.Header) || !bytes.Equal(got.Body, m.Body) {
		t.Errorf("%q: got %+v, and by the client %+v", answer, *m, got)
	}
}

// A scripted connection greets, and answers once something is asked.
type scripted struct {
	net.Conn // nil: what is not overridden is not used
	io.Reader
	ask func()
}

func newScripted(greeting, answer string) *scripted {
	asked := make(chan struct{})
	return &scripted{
		Reader: io.MultiReader(strings.NewReader(greeting), waiter(asked), strings.NewReader(answer)),
		ask:    sync.OnceFunc(func() { close(asked) }),
	}
}

// A waiter is empty, once that is known.
type waiter chan struct{}

func (w waiter) Read([]byte) (int, error) {
	<-w
	return 0, io.EOF
}

func (s *scripted) Read(b []byte) (int, error) { return s.Reader.Read(b) }

func (s *scripted) Write(b []byte) (int, error) {
	if bytes.IndexByte(b, '\n') >= 0 {
		s.ask()
	}
	return len(b), nil
}

func (s *scripted) Close() error                     { return nil }
func (s *scripted) SetReadDeadline(time.Time) error  { return nil }
func (s *scripted) SetWriteDeadline(time.Time) error { return nil }

// TestSift: wherever the pieces of a stream are cut, each message is taken or named,
// and the client sees what it needs of the rest, and nothing that it may not know.
func TestSift(t *testing.T) {
	t.Parallel()
	message := func(uid, length int) string {
		return fmt.Sprintf("* 4 FETCH (UID %d BODY[HEADER.FIELDS (TO)] {%d}\r\n%s)\r\n", uid, length, strings.Repeat("x", length))
	}
	taken := usualResponses()[0] + message(10, 70_000) + looseMessages()[0] + message(11, MaxLiteral) + usualResponses()[1]
	bad := badMessages()[0] + message(12, MaxLiteral+1) + message(13, 1_000_000)
	dropped := "* 2 FETCH (UID 8 FLAGS ())\r\n* FROBNICATE\r\n* OK [UIDNEXT 0] x\r\n* OK [PERMANENTFLAGS (] x\r\n* VANISHED 3,5:7\r\n* LIST () \"/\" x\r\n* FLAGS\r\n* ID (\"x\"\r\n* NO [INUSE] wait\r\n"
	shown := "* 3 EXISTS\r\n* OK [UIDNEXT 8] x\r\n* OK hm\r\n* SEARCH 1 2\r\n"
	end := "T1 OK [MESSAGELIMIT 5 7] done\r\n"
	background := "T0 OK [X] of a command that nobody waits for\r\n"
	after := usualResponses()[2]
	stream := background + taken + bad + dropped + shown + end + after
	sizes := []int{1, 2, 7, 50, 1000, readSize, len(stream)}
	if testing.Short() { // a call for each byte of a megabyte takes long
		sizes = sizes[3:]
	}
	for _, size := range sizes {
		c := New(&scripted{Reader: &choppy{strings.NewReader(stream), size}}, time.Minute)
		c.Begin(time.Minute, Budget{10 << 20, 1000})
		var uids []uint32
		c.Divert(func(m *Message) { uids = append(uids, m.UID) })
		for _, command := range []string{"T0 CAPABILITY\r\n", "T1 UID FETCH 1:* x\r\n"} {
			c.stream.sent([]byte(command))
		}
		seen, err := io.ReadAll(onlyRead{c})
		if string(seen) != background+shown+end {
			t.Errorf("by %d bytes: the client saw %q, %v", size, seen, err)
		}
		if !slices.Equal(uids, []uint32{7, 10, 7, 11, 4294967295}) {
			t.Errorf("by %d bytes: took %d", size, uids)
		}
		named := ""
		for _, b := range c.Restore() {
			named += fmt.Sprintf("%d: %s. ", b.UID, b.Reason)
		}
		if want := "7: an answer that cannot be read. 12: a literal of more than 262144 bytes. 13: a literal of more than 262144 bytes. "; named != want {
			t.Errorf("by %d bytes: named %q", size, named)
		}
		tagged, untagged := c.Statuses()
		if want := (Status{"OK", "MESSAGELIMIT", "5 7", "done"}); tagged != want || untagged.Code != "INUSE" || c.Vanished() != 4 {
			t.Errorf("by %d bytes: got %+v, %+v, %d vanished", size, tagged, untagged, c.Vanished())
		}
		if len(c.stream.space()) > readSize {
			t.Errorf("by %d bytes: %d bytes are kept", size, len(c.stream.buf))
		}
	}
}

// TestHugeLiteral: a literal that nobody can wait for ends the connection, and the
// message is named.
func TestHugeLiteral(t *testing.T) {
	t.Parallel()
	c := New(&scripted{Reader: strings.NewReader(usualResponses()[0] + "* 1 FETCH (UID 30 BODY[HEADER] {99999999999}\r\nx")}, time.Minute)
	c.Begin(time.Minute, SmallBudget())
	n := 0
	c.Divert(func(*Message) { n++ })
	_, _ = io.ReadAll(onlyRead{c})
	var limit *LimitError
	if bad := c.Restore(); n != 1 || len(bad) != 1 || bad[0].UID != 30 || !errors.As(c.Fault(), &limit) {
		t.Errorf("got %d messages, %+v, fault %v", n, bad, c.Fault())
	}
}

// TestFolders: names come as the server sent them.
func TestFolders(t *testing.T) {
	t.Parallel()
	for response, want := range map[string]string{
		"* LIST (\\Sent \\HasNoChildren) \"/\" \"a \\\"b\"\r\n": `a "b|/|\Sent \HasNoChildren`, "* list () NIL inbox\r\n": "inbox||", "* LIST () \".\" {3}\r\na\"b\r\n": `a"b|.|`,
		"* LIST () \"/\" \"&Jjo!\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n": "&Jjo!|/|", "* LIST () \"/\" NIL\r\n": "NIL|/|", "* LIST () \"/\" \"Envoy\xe9s\"\r\n": "Envoy\xe9s|/|",
		"* LIST \"/\" x\r\n": "||", "* LIST (\\Sent \"/\" x\r\n": "||", "* LIST () \"/\r\n": "||", "* LIST () \"/\"\r\n": "||", "* LIST () \"/\" \"x\r\n": "||",
	} {
		f := readFolder([]byte(response))
		if got := f.Raw + "|" + f.Delim + "|" + strings.Join(f.Attrs, " "); !isList([]byte(response)) || got != want {
			t.Errorf("%q: got %q, want %q", response, got, want)
		}
	}
	if f := readFolder([]byte("* LIST (\\sent) NIL x\r\n")); !f.Has("\\Sent") || f.Has("\\Junk") {
		t.Errorf("%+v", f)
	}
}

func TestReadStatus(t *testing.T) {
	t.Parallel()
	for response, want := range map[string]Status{
		"T1 NO [authenticationfailed] no\r\n": {"NO", "AUTHENTICATIONFAILED", "", "no"}, "* BYE\r\n": {Kind: "BYE"}, "a BAD  x\r\n": {Kind: "BAD", Text: " x"},
		"T1 OK [x": {Kind: "OK", Text: "[x"}, "* 5 EXISTS\r\n": {}, "+ OK\r\n": {}, "garbage": {}, "": {},
	} {
		if got, _, _ := readStatus([]byte(response)); got != want {
			t.Errorf("%q: got %+v, want %+v", response, got, want)
		}
	}
}

// FuzzSift: wherever a stream is cut, the client sees the same of it, and the same is
// taken.
func FuzzSift(f *testing.F) {
	f.Add([]byte("* LIST () \"/\" x\r\n* 1 FETCH (UID 7 BODY[HEADER] {3}\r\nabc)\r\nT1 OK [MESSAGELIMIT 1 2] x\r\n"), uint8(3))
	f.Add([]byte("* BYE [UNAVAILABLE] x\r\n* 7 UIDFETCH (BODY[HEADER] {300000}\r\nab"), uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		read := func(size int) string {
			c := New(&scripted{Reader: &choppy{bytes.NewReader(stream), size}}, time.Minute)
			c.Begin(time.Minute, Budget{1 << 20, 1000})
			var b strings.Builder
			c.DivertFolders(func(f Folder) { fmt.Fprintf(&b, "%q ", f) })
			c.stream.sent([]byte("T1 X"))
			c.Divert(func(m *Message) { fmt.Fprintf(&b, "%d %q %q ", m.UID, m.Header, m.Body) })
			seen, _ := io.ReadAll(onlyRead{c})
			bad := c.Restore()
			tagged, untagged := c.Statuses()
			if c.Fault() != io.EOF {
				return "" // beyond a limit: how much was seen before is chance
			}
			return fmt.Sprintf("%s %v %q %q %q", b.String(), bad, tagged, untagged, seen)
		}
		if whole, cut := read(1<<20), read(int(size)+1); whole != cut {
			t.Errorf("%q: got %s at once, %s in pieces", stream, whole, cut)
		}
	})
}

// TestSubstitute: one name is put for another, in one command.
func TestSubstitute(t *testing.T) {
	t.Parallel()
	var sent bytes.Buffer
	c := New(&written{&scripted{}, &sent}, time.Minute)
	c.Substitute(`"a"`, `"&b"`)
	for _, line := range []string{"T1 NOOP\r\n", "T2 EXAMINE \"a\"\r\n", "T3 EXAMINE \"a\"\r\n"} {
		if n, err := c.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("got %d, %v", n, err)
		}
	}
	if got, want := sent.String(), "T1 NOOP\r\nT2 EXAMINE \"&b\"\r\nT3 EXAMINE \"a\"\r\n"; got != want {
		t.Errorf("got %q", got)
	}
}

// written keeps what is written.
type written struct {
	net.Conn
	to io.Writer
}

func (w *written) Write(b []byte) (int, error) { return w.to.Write(b) }

// choppy reads so many bytes at once at most.
type choppy struct {
	io.Reader
	size int
}

func (c *choppy) Read(b []byte) (int, error) { return c.Reader.Read(b[:min(len(b), c.size)]) }

type onlyRead struct{ io.Reader }

// TestTakePanics: a panic of what takes a message ends the connection, and comes
// again where the command ends.
func TestTakePanics(t *testing.T) {
	t.Parallel()
	c := New(&scripted{Reader: strings.NewReader(usualResponses()[0] + usualResponses()[1])}, time.Minute)
	c.Begin(time.Minute, SmallBudget())
	calls := 0
	c.Divert(func(*Message) { calls++; panic("bad") })
	_, _ = io.ReadAll(onlyRead{c})
	defer func() {
		if got := recover(); got != "bad" || calls != 1 || c.Fault() == nil {
			t.Errorf("got panic %v after %d calls, fault %v; want that of the only call", got, calls, c.Fault())
		}
	}()
	c.Restore()
}

// BenchmarkSift: what the sieve costs, with the messages that it reads.
func BenchmarkSift(b *testing.B) {
	stream := []byte(strings.Repeat(usualResponses()[0], 300))
	s := newSieve()
	s.divert(func(*Message) {})
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := s.sift(copy(s.space(), stream)); err != nil {
			b.Fatal(err)
		}
	}
}
