package pipeline

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A Send is the first mail of somebody to an address, and what followed.
type Send struct {
	audit.Attempt
	Time     time.Time
	Arrived  parsers.Arrived // what became of the first mail
	Messages int64           // to the address, the first one included
}

// Sends reads logs and returns who sent to whom for the first time, in the order of time.
// Mail that somebody else's alias sent on is left out, and so is what has no time. partial
// says that a part of the logs could not be read.
func Sends(ctx context.Context, from Sources, o Options, w World) (all []Send, partial bool, err error) {
	inputs, partial, err := Open(ctx, from, w)
	if err != nil {
		return nil, false, err
	}
	var sinks []*sendSink
	var mu sync.Mutex
	r := o.Read
	r.NewSink = func(read.Role) parsers.Sink {
		mu.Lock()
		defer mu.Unlock()
		s := &sendSink{o: &o, all: map[sendKey]*Send{}}
		sinks = append(sinks, s)
		return s
	}
	stop := w.ShowBytes(inputs)
	defer stop()
	reading, err := read.Read(ctx, inputs, r)
	if err != nil {
		return nil, false, err
	}
	gaps, err := ComplainOfSources(reading, from, w)
	if err != nil {
		return nil, false, err
	}
	for _, s := range sinks[1:] {
		sinks[0].merge(s)
	}
	for _, s := range sinks[0].all {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(x, y Send) int {
		return cmp.Or(x.Time.Compare(y.Time), cmp.Compare(x.Recipient, y.Recipient), cmp.Compare(x.Login, y.Login), cmp.Compare(x.Sender, y.Sender))
	})
	return all, partial || gaps, nil
}

// A sendKey is who wrote to whom.
type sendKey struct{ person, recipient string }

// A sendSink finds first sends. It implements parsers.Sink.
type sendSink struct {
	o   *Options
	all map[sendKey]*Send
}

// Add implements parsers.Sink.
func (s *sendSink) Add(d *parsers.Delivery) {
	isForwarded := d.OrigRecipient != "" && !d.Submitted && d.AuthUser == ""
	if d.Local || d.Time.IsZero() || isForwarded || d.Direction == parsers.DirectionInbound || d.Direction == parsers.DirectionInternal {
		return
	}
	if d.Time.Before(s.o.Since) || !s.o.Until.IsZero() && !d.Time.Before(s.o.Until) {
		return
	}
	x := Send{Attempt: audit.Attempt{Login: d.AuthUser, Sender: d.Sender, Recipient: cmp.Or(d.OrigRecipient, d.Recipient)}, Time: d.Time, Arrived: d.Arrived, Messages: int64(max(1, d.Count))}
	key := sendKey{x.Person(), strings.ToLower(x.Recipient)}
	if known := s.all[key]; known != nil {
		known.take(&x)
		return
	}
	key = sendKey{strings.Clone(key.person), strings.Clone(key.recipient)}
	x.Login, x.Sender, x.Recipient = strings.Clone(x.Login), strings.Clone(x.Sender), strings.Clone(x.Recipient)
	s.all[key] = &x
}

// Bounce implements parsers.Sink.
func (s *sendSink) Bounce(*parsers.Bounce) {}

// take adds what is known of the same person and address.
func (s *Send) take(x *Send) {
	s.Messages += x.Messages
	if x.Time.Before(s.Time) {
		s.Time, s.Arrived = x.Time, x.Arrived
	}
}

func (s *sendSink) merge(x *sendSink) {
	for key, send := range x.all {
		if known := s.all[key]; known != nil {
			known.take(send)
		} else {
			s.all[key] = send
		}
	}
}
