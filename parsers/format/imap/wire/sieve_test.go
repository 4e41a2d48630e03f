package wire

import (
	"bytes"
	"io"
	"net"
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

// otherResponses are left to the client.
func otherResponses() []string {
	return []string{
		"", "*", "* ", "* OK done\r\n", "* 5 EXISTS\r\n", "a1 OK done\r\n", "+ go\r\n", "* 1 FETCH ()\r\n",
		"* 1 FETCH (UID 7)\r\n", "* 1 FETCH (UID 7 FLAGS (\\Seen) BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
		"* 1 FETCH (BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n", "* 1 FETCH (UID 0 BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
		"* 1 FETCH (UID 4294967296 BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n", "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] NIL)\r\n",
		"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] \"To: x\")\r\n", "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] {3}\r\nab)\r\n",
		"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)]<0> {2}\r\nab)\r\n", "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] {2}\r\nab) \r\n",
		"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] {2}\r\nab BODY[HEADER.FIELDS (CC)] {2}\r\nab)\r\n",
		"* 1 FETCH (UID 7 UID 8 BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n", "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (TO)] {99999999999999999999}\r\nab)\r\n",
		"* 1 FETCH (UID 7 INTERNALDATE \"yesterday, at about noon ..\" BODY[HEADER.FIELDS (TO)] {2}\r\nab)\r\n",
	}
}

func TestUsual(t *testing.T) {
	t.Parallel()
	for _, answer := range usualResponses() {
		var m Message
		if !m.readUsual([]byte(answer)) {
			t.Errorf("%q: left to the client", answer)
			continue
		}
		compare(t, []byte(answer), &m)
	}
	for _, answer := range otherResponses() {
		if new(Message).readUsual([]byte(answer)) {
			t.Errorf("%q: taken", answer)
		}
	}
}

// FuzzUsual: what is read without the client is what the client reads, if that
// can read it.
func FuzzUsual(f *testing.F) {
	for _, answer := range append(usualResponses(), otherResponses()...) {
		f.Add([]byte(answer))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		var m Message
		if m.readUsual(answer) {
			compare(t, answer, &m)
		}
	})
}

// compare reads an answer by the client, and fails if it finds another message.
func compare(t *testing.T, answer []byte, m *Message) {
	t.Helper()
	client := imapclient.New(newScripted("* OK [CAPABILITY IMAP4rev1] hello\r\n", string(answer)+"T1 OK done\r\n"), nil)
	if err := client.WaitGreeting(); err != nil {
		t.Fatal(err)
	}
	o := &imap.FetchOptions{UID: true}
	cmd := client.Fetch(imap.UIDSetNum(imap.UID(m.UID)), o)
	defer func() { _ = cmd.Close() }()
	data := cmd.Next()
	var got Message
	if data == nil || !got.Read(data) {
		return // such as a UID after the header, which it cannot place
	}
	if got.UID != m.UID || got.Size != m.Size || !got.Received.Equal(m.Received) || !bytes.Equal(got.Header, m.Header) {
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

// TestSift: wherever the pieces of a stream are cut, each message is taken
// either by the sieve or by the client, and the client sees all the rest.
func TestSift(t *testing.T) {
	t.Parallel()
	large := "* 4 FETCH (UID 10 BODY[HEADER.FIELDS (TO)] {70000}\r\n" + strings.Repeat("x", 70000) + ")\r\n"
	other := "* 2 FETCH (UID 8 BODY[HEADER.FIELDS (TO)] NIL)\r\n* 3 EXISTS\r\n"
	end := "T1 OK done\r\n" + usualResponses()[2]
	stream := usualResponses()[0] + other + large + usualResponses()[1] + end
	for _, size := range []int{1, 2, 7, 50, 1000, readSize} {
		c := New(&scripted{Reader: &choppy{strings.NewReader(stream), size}}, time.Minute)
		c.Begin(time.Minute, SmallBudget())
		var uids []uint32
		c.Divert(func(m *Message) { uids = append(uids, m.UID) })
		seen, _ := io.ReadAll(onlyRead{c})
		if string(seen) != other+large+end || len(uids) != 2 || uids[0] != 7 || uids[1] != 4294967295 {
			t.Errorf("by %d bytes: %d of %d bytes seen, taken %d", size, len(seen), len(other+large+end), uids)
		}
	}
}

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
