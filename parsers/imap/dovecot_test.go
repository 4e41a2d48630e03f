package imap

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// A collector keeps what it is given.
type collector struct{ all []parsers.Delivery }

func (c *collector) Add(d *parsers.Delivery) { c.all = append(c.all, d.Clone()) }

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

// quick are limits for servers on this machine.
func quick() Limits {
	l := DefaultLimits()
	l.Pause = time.Millisecond
	return l
}

// collect reads and returns what was delivered.
func collect(t *testing.T, o Options) (*Reading, []parsers.Delivery) {
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
	for _, s := range sinks {
		all = append(all, s.all...)
	}
	return r, all
}

const special = `namespace inbox {
  inbox = yes
  separator = /
  mailbox Outgoing {
    special_use = \Sent
    auto = create
  }
}`

func TestDovecotSpecialUse(t *testing.T) {
	d := parserstest.StartDovecot(t, special)
	d.Deliver(t, "kim", ".Outgoing", sent(3))
	r, all := collect(t, Options{
		Server: Server{Host: "127.0.0.1", Port: d.Port, Security: Plain}, Jobs: 2, Limits: quick(), Selection: Selection{Sent: true},
		Accounts: []Account{{Name: "kim", User: "kim", Secret: password(parserstest.Password)}},
	})
	for _, s := range r.Sources {
		if s.Err != nil {
			t.Error(s.Err)
		}
	}
	if len(all) != 3 || len(r.Sources) != 1 || r.Sources[0].Name != "imap:kim/Outgoing" {
		t.Errorf("%+v %+v\n%s", all, r.Sources[0], d.Log())
	}
}
