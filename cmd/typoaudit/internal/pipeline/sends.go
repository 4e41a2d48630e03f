package pipeline

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A Send is the mail of somebody to an address, from the first to the last.
type Send struct {
	audit.Attempt
	First, Last Sent
	Messages    int64
}

// Sent is one mail.
type Sent struct {
	Time    time.Time
	Arrived parsers.Arrived
}

// Sends is the mail of logs: who wrote to whom, in the order of the first mail.
type Sends struct {
	All     []Send
	Partial bool            // part of the logs could not be read
	hours   map[int64]int64 // deliveries of each hour, since 1970
}

// Until returns the time before which a share of the deliveries was sent.
func (s *Sends) Until(share float64) time.Time {
	var all int64
	hours := slices.Sorted(maps.Keys(s.hours))
	for _, h := range hours {
		all += s.hours[h]
	}
	left := int64(share * float64(all))
	for _, h := range hours {
		if left -= s.hours[h]; left < 0 {
			return time.Unix(h*secondsAnHour, 0).UTC()
		}
	}
	return time.Time{}
}

const secondsAnHour = 60 * 60

// ReadSends reads logs and returns who sent to whom. Mail that an alias sent on is left
// out, and so is what has no time.
func ReadSends(ctx context.Context, from Sources, o Options, w World) (*Sends, error) {
	inputs, partial, err := Open(ctx, from, w)
	if err != nil {
		return nil, err
	}
	var sinks []*sendSink
	var mu sync.Mutex
	r := o.Read
	r.NewSink = func(read.Role) parsers.Sink {
		mu.Lock()
		defer mu.Unlock()
		s := &sendSink{o: &o, all: map[sendKey]*Send{}, hours: map[int64]int64{}}
		sinks = append(sinks, s)
		return o.Tenant.View(s)
	}
	stop := w.ShowBytes(inputs)
	defer stop()
	reading, err := read.Read(ctx, inputs, r)
	if err != nil {
		return nil, err
	}
	gaps, err := ComplainOfSources(reading, from, w)
	if err != nil {
		return nil, err
	}
	for _, s := range sinks[1:] {
		sinks[0].merge(s)
	}
	out := &Sends{Partial: partial || gaps, hours: sinks[0].hours}
	for _, s := range sinks[0].all {
		out.All = append(out.All, *s)
	}
	slices.SortFunc(out.All, func(x, y Send) int {
		return cmp.Or(x.First.Time.Compare(y.First.Time), cmp.Compare(x.Recipient, y.Recipient), cmp.Compare(x.Login, y.Login), cmp.Compare(x.Sender, y.Sender))
	})
	return out, nil
}

// A sendKey is who wrote to whom.
type sendKey struct{ person, recipient string }

// A sendSink finds first sends. It implements parsers.Sink.
type sendSink struct {
	o     *Options
	all   map[sendKey]*Send
	hours map[int64]int64
}

// Add implements parsers.Sink.
func (s *sendSink) Add(d *parsers.Delivery) {
	if !d.Time.IsZero() {
		s.hours[d.Time.Unix()/secondsAnHour]++
	}
	isForwarded := d.OrigRecipient != "" && !d.Submitted && d.AuthUser == ""
	if d.Local || d.Time.IsZero() || isForwarded || d.Direction == parsers.DirectionInbound || d.Direction == parsers.DirectionInternal {
		return
	}
	if d.Time.Before(s.o.Since) || !s.o.Until.IsZero() && !d.Time.Before(s.o.Until) {
		return
	}
	x := Send{Attempt: audit.Attempt{Login: d.AuthUser, Sender: d.Sender, Recipient: cmp.Or(d.OrigRecipient, d.Recipient)}, First: Sent{d.Time, d.Arrived}, Last: Sent{d.Time, d.Arrived}, Messages: int64(max(1, d.Count))}
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
	if x.First.Time.Before(s.First.Time) {
		s.First = x.First
	}
	if x.Last.Time.After(s.Last.Time) {
		s.Last = x.Last
	}
}

func (s *sendSink) merge(x *sendSink) {
	for hour, n := range x.hours {
		s.hours[hour] += n
	}
	for key, send := range x.all {
		if known := s.all[key]; known != nil {
			known.take(send)
		} else {
			s.all[key] = send
		}
	}
}
