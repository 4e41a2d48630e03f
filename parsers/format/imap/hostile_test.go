package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
)

func TestMain(m *testing.M) { parserstest.Main(m) }

const secretWord = "Tr0ub4dor-and-3"

// patient are limits that a server on this machine does not run into by being
// slow.
func patient() Limits {
	l := DefaultLimits()
	l.Pause, l.Backoff, l.Batch, l.Window, l.Messages = time.Millisecond, time.Millisecond, 100, 1000, 100_000
	return l
}

// hasty are limits for servers that keep silent.
func hasty() Limits {
	l := patient()
	l.Greeting, l.Read, l.Answer, l.Wasted = time.Second, time.Second, 1500*time.Millisecond, 1200*time.Millisecond
	return l
}

// kim reads the folder of sent mail of a server.
func kim(s *fakeimap.Server, security Security) Options {
	return Options{
		Server: Server{Host: "127.0.0.1", Port: s.Port, Security: security}, Jobs: 1, Limits: patient(), Selection: Selection{Sent: true},
		Accounts: []Account{{Name: "kim", User: "kim", Secret: password(secretWord)}},
	}
}

// recipients returns the recipients of deliveries, sorted.
func recipients(all []parsers.Delivery) (list []string) {
	for _, d := range all {
		list = append(list, d.Recipient)
	}
	slices.Sort(list)
	return list
}

func wantRecipients(n int, without ...int) (list []string) {
	for i := range n {
		if !slices.Contains(without, i) {
			list = append(list, fmt.Sprintf("r%d@partner.example", i))
		}
	}
	slices.Sort(list)
	return list
}

// sourceErrors returns what is said of the sources.
func sourceErrors(r *Reading) error {
	var errs []error
	for _, s := range r.Sources {
		errs = append(errs, s.Err)
	}
	return errors.Join(errs...)
}

// A trick is one thing that a hostile server does.
type trick struct {
	server   fakeimap.Server
	lost     []int  // messages that cannot be had
	nothing  bool   // no message can be had
	complain string // part of what is said; "" if nothing is wrong
}

// silence is what is said of a server that keeps silent.
const silence = "no answer in time"

// flood writes text again and again, until the client hangs up.
func flood(c *fakeimap.Conn, text string) bool {
	block := []byte(strings.Repeat(text, 1+(64<<10)/len(text)))
	for {
		if _, err := c.Write(block); err != nil {
			return true
		}
	}
}

// drip writes a character now and then, until the client hangs up.
func drip(c *fakeimap.Conn) bool {
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// stall says nothing until the client hangs up.
func stall(c *fakeimap.Conn) bool {
	_, _ = io.Copy(io.Discard, c)
	return true
}

// on does something at one command.
func on(command string, do func(c *fakeimap.Conn) bool) fakeimap.Server {
	return fakeimap.Server{Before: func(c *fakeimap.Conn, name string) bool { return name == command && do(c) }}
}

// instead sends something else for the message of UID 30.
func instead(of func(c *fakeimap.Conn, usual string) string) fakeimap.Server {
	return fakeimap.Server{Message: func(c *fakeimap.Conn, uid uint32, usual string) string {
		if uid != 30 {
			return usual
		}
		return of(c, usual)
	}}
}

func says(lines ...string) func(*fakeimap.Conn) bool {
	return func(c *fakeimap.Conn) bool {
		for _, l := range lines {
			c.Say("%s", l)
		}
		c.OK()
		return true
	}
}

func refuses(text string) func(*fakeimap.Conn) bool {
	return func(c *fakeimap.Conn) bool {
		c.Say("%s NO %s", c.Tag, text)
		return true
	}
}

func replace(from, to string) func(*fakeimap.Conn, string) string {
	return func(_ *fakeimap.Conn, usual string) string { return strings.Replace(usual, from, to, 1) }
}

// tricks are what hostile servers do; each row of the threats is there.
func tricks() map[string]trick {
	all := map[string]trick{}
	for _, some := range []map[string]trick{silent(), floods(), badMessages(), lies(), refusals()} {
		maps.Copy(all, some)
	}
	return all
}

// silent servers say nothing, or a little now and then.
func silent() map[string]trick {
	all := map[string]trick{}
	for name, do := range map[string]func(*fakeimap.Conn) bool{"stalls": stall, "drips": drip} {
		commands := []string{"UID FETCH", "GREETING", "CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "UID SEARCH"}
		if testing.Short() && name == "drips" {
			commands = commands[:2]
		}
		for _, command := range commands {
			s := on(command, do)
			if command == "CAPABILITY" {
				s.Greeting = "* OK ready"
			}
			all[name+" at "+command] = trick{server: s, nothing: true, complain: silence}
		}
	}
	half := func(then func(*fakeimap.Conn) bool) fakeimap.Server {
		return instead(func(c *fakeimap.Conn, usual string) string {
			_, _ = c.Write([]byte(usual[:len(usual)/2]))
			then(c)
			return ""
		})
	}
	all["stalls in a message"] = trick{server: half(stall), lost: []int{2, 3, 4}, complain: silence}
	all["drips in a message"] = trick{server: half(drip), lost: []int{2, 3, 4}, complain: silence}
	all["garbage in a message"] = trick{server: half(func(c *fakeimap.Conn) bool { return flood(c, "x") }), lost: []int{2}, complain: "uid 30"}
	return all
}

// floods are answers without an end, and none at all.
func floods() map[string]trick {
	all := map[string]trick{}
	commands := []string{"GREETING", "UID FETCH", "AUTHENTICATE", "LIST", "EXAMINE", "UID SEARCH"}
	if testing.Short() {
		commands = commands[:2]
	}
	for _, command := range commands {
		all["endless line at "+command] = trick{server: on(command, func(c *fakeimap.Conn) bool { return flood(c, "* OK "+strings.Repeat("x", 1000)) }), nothing: true, complain: "the server sent"}
		all["endless lines at "+command] = trick{server: on(command, func(c *fakeimap.Conn) bool { return flood(c, "* 5 EXISTS\r\n") }), nothing: true, complain: "kim"}
		all["huge literal at "+command] = trick{server: on(command, says("* LIST () \"/\" {9999999999}")), nothing: true, complain: "the server sent a literal"}
		all["garbage at "+command] = trick{server: on(command, func(c *fakeimap.Conn) bool { return flood(c, "\x00)(\"{}\r\n") }), nothing: true, complain: "kim"}
		all["goodbye at "+command] = trick{server: on(command, func(c *fakeimap.Conn) bool { c.Say("* BYE go away"); c.Close(); return true }), nothing: true, complain: "kim"}
	}
	return all
}

// badMessages are what is sent for one message among good ones.
func badMessages() map[string]trick {
	all := map[string]trick{}
	for name, of := range map[string]func(*fakeimap.Conn, string) string{
		"an endless list": func(_ *fakeimap.Conn, _ string) string {
			return "* 3 FETCH (FLAGS " + strings.Repeat("(", 1000) + "\r\n"
		},
		"a huge literal": func(_ *fakeimap.Conn, _ string) string {
			return "* 3 FETCH (UID 30 BODY[HEADER] {99999999999}\r\n"
		},
		"a negative literal":    func(_ *fakeimap.Conn, _ string) string { return "* 3 FETCH (UID 30 BODY[HEADER] {-1}\r\n" },
		"a number that is none": replace("UID 30", "UID 99999999999999999999"),
		"no header":             func(_ *fakeimap.Conn, _ string) string { return "* 3 FETCH (UID 30 RFC822.SIZE 5)\r\n" },
		"half a list":           replace("RFC822.SIZE", "FLAGS ("),
		"a literal too long": func(_ *fakeimap.Conn, _ string) string {
			return "* 3 FETCH (UID 30 BODY[HEADER] {300000}\r\n" + strings.Repeat("x", 300_000) + ")\r\n"
		},
		"NIL for its header":    func(_ *fakeimap.Conn, _ string) string { return "* 3 FETCH (UID 30 BODY[HEADER] NIL)\r\n" },
		"nothing":               func(_ *fakeimap.Conn, _ string) string { return "" },
		"another UID":           replace("UID 30", "UID 31"),
		"the UID zero":          replace("UID 30", "UID 0"),
		"a UID twice":           replace("UID 30", "UID 20"),
		"an unknown answer":     func(_ *fakeimap.Conn, _ string) string { return "* FROBNICATE\r\n" },
		"the end of connection": func(c *fakeimap.Conn, usual string) string { c.Close(); return "" },
		"half, then the end": func(c *fakeimap.Conn, usual string) string {
			_, _ = c.Write([]byte(usual[:len(usual)/2]))
			c.Close()
			return ""
		},
		"a refusal and no more": func(c *fakeimap.Conn, _ string) string {
			c.Say("%s NO [SERVERBUG] cannot", c.Tag)
			c.Close()
			return ""
		},
		"a tag that nobody sent": func(_ *fakeimap.Conn, _ string) string { return "x99 OK done\r\n" },
		"a demand for more":      func(_ *fakeimap.Conn, _ string) string { return "+ go on\r\n" },
	} {
		all["a message: "+name] = trick{server: instead(of), lost: []int{2}, complain: "uid 30"}
	}
	for name, of := range map[string]func(*fakeimap.Conn, string) string{
		"no number of bytes": replace("RFC822.SIZE ", "RFC822.SIZE x"),
		"a bad date":         replace("16-Nov-2026", "99-Foo-2026"),
		"no date":            replace(`"16-Nov-2026 09:00:00 +0000"`, "NIL"),
		"an empty date":      replace(`"16-Nov-2026 09:00:00 +0000"`, `""`),
		"an unknown item":    replace("RFC822.SIZE", "X-UNKNOWN"),
		"flags with it":      replace("RFC822.SIZE", `FLAGS (\Seen) RFC822.SIZE`),
	} {
		all["a message, with "+name] = trick{server: instead(of)}
	}
	return all
}

// lies are lists and counts that cannot be.
func lies() map[string]trick {
	all := map[string]trick{}
	for name, lines := range map[string][]string{
		"more than there are": {"* SEARCH 10 20 30 40 50 60 70"},
		"all numbers":         {"* ESEARCH UID ALL 1:4294967295"},
		"a star":              {"* ESEARCH UID ALL 1:*"},
		"zero":                {"* SEARCH 0"},
		"a word":              {"* SEARCH x"},
	} {
		all["a list of "+name] = trick{server: on("UID SEARCH", says(lines...)), nothing: true, complain: "cannot be read"}
	}
	all["a list of fewer than there are"] = trick{server: on("UID SEARCH", says("* SEARCH 10 20 30 40")), lost: []int{4}, complain: "the server said that there are 5 messages, and listed 4"}
	return all
}

// refusals are servers that will not, and folders that cannot be had.
func refusals() map[string]trick {
	all := map[string]trick{}
	all["refuses to log in"] = trick{server: on("AUTHENTICATE", refuses("no")), nothing: true, complain: "refused to log in kim: no"}
	all["refuses to list"] = trick{server: on("UID SEARCH", refuses("no")), nothing: true, complain: "refused to list messages: no"}
	all["refuses to open"] = trick{server: on("EXAMINE", refuses("no")), nothing: true, complain: "refused to open the folder: no"}
	all["refuses all messages"] = trick{server: on("UID FETCH", refuses("no")), nothing: true, complain: "5 of the messages could not be read"}
	all["no folders"] = trick{server: on("LIST", says()), nothing: true, complain: "no folder of sent mail"}
	all["a folder with a malformed name"] = trick{server: on("LIST", says(`* LIST () "/" "&Jjo!"`, `* LIST () "/" Sent`))}
	all["a folder that is none"] = trick{server: on("LIST", says(`* LIST () "/" Sent`, `* LIST (x "/" y`)), complain: "imap:kim/(1 more folders): the server's answer cannot be read"}
	all["many folders"] = trick{server: on("LIST", func(c *fakeimap.Conn) bool {
		var list strings.Builder
		for i := range 11_000 {
			fmt.Fprintf(&list, "* LIST () \"/\" f%d\r\n", i)
		}
		fmt.Fprint(c, list.String())
		c.Say(`* LIST (\Sent) "/" Sent`)
		c.OK()
		return true
	})}
	all["says hello as if logged in"] = trick{server: fakeimap.Server{Greeting: "* PREAUTH welcome"}, nothing: true, complain: "logged in already"}
	all["says goodbye for a greeting"] = trick{server: fakeimap.Server{Greeting: "* BYE busy"}, nothing: true, complain: "refused to greet: busy"}
	all["asks again and again"] = trick{server: on("AUTHENTICATE", func(c *fakeimap.Conn) bool { return flood(c, "+ \r\n") }), nothing: true, complain: "kim"}
	all["unasked answers"] = trick{server: on("UID FETCH", func(c *fakeimap.Conn) bool {
		var unasked strings.Builder
		for uid := range 5000 {
			fmt.Fprintf(&unasked, "* 1 FETCH (UID %d FLAGS () RFC822.SIZE 1 BODY[HEADER] {4}\r\nx\r\n\r)\r\n", 1000+uid)
		}
		fmt.Fprint(c, unasked.String())
		c.Say("* OK [ALERT] beware")
		c.Say("* 9 EXPUNGE")
		return false
	})}
	return all
}

// TestHostile: whatever a server does, the reading ends, says what is wrong,
// and emits the messages that were good.
func TestHostile(t *testing.T) {
	t.Parallel()
	for name, tt := range tricks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &tt.server
			s.Messages = sent(5)
			fakeimap.Start(t, s, false)
			o := kim(s, Plain)
			if tt.complain == silence {
				o.Limits = hasty()
			}
			r, all := collect(t, o)
			want := wantRecipients(5, tt.lost...)
			if tt.nothing {
				want = nil
			}
			if got := recipients(all); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			switch err := sourceErrors(r); {
			case tt.complain == "" && err != nil:
				t.Error(err)
			case tt.complain != "" && (err == nil || !strings.Contains(err.Error(), tt.complain)):
				t.Errorf("said %v, want %q", err, tt.complain)
			case err != nil && (strings.Contains(err.Error(), "goroutine") || len(err.Error()) > 2000):
				t.Errorf("said %v", err)
			}
		})
	}
}

// A collector keeps what it is given.
type collector struct {
	all     []parsers.Delivery
	bounces []parsers.Bounce
}

func (c *collector) Add(d *parsers.Delivery) { c.all = append(c.all, d.Clone()) }

func (c *collector) Bounce(b *parsers.Bounce) { c.bounces = append(c.bounces, *b) }

// sent writes n messages of sent mail, each to one recipient of its own.
func sent(n int) (messages []string) {
	for i := range n {
		messages = append(messages, fmt.Sprintf("From: Kim <kim@corp.example>\r\nTo: r%d@partner.example\r\nSubject: s\r\nMessage-ID: <%d@corp.example>\r\n"+
			"Date: Mon, 16 Nov 2026 09:%02d:00 +0000\r\n\r\nbody\r\n", i, i, i%60))
	}
	return messages
}

func password(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}

// collect reads and returns what was delivered.
func collect(t *testing.T, o Options) (*Reading, []parsers.Delivery) {
	t.Helper()
	r, all, _ := collectAll(t, o)
	return r, all
}

// collectAll reads, and returns what was emitted.
func collectAll(t *testing.T, o Options) (*Reading, []parsers.Delivery, []parsers.Bounce) {
	t.Helper()
	var sinks []*collector
	o.NewSink = func() parsers.Sink {
		c := &collector{}
		sinks = append(sinks, c)
		return c
	}
	r, err := Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var all []parsers.Delivery
	var bounces []parsers.Bounce
	for _, s := range sinks {
		all, bounces = append(all, s.all...), append(bounces, s.bounces...)
	}
	return r, all, bounces
}
