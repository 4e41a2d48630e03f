package pipeline

import (
	"context"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// lookFurtherBack notes since when the lookalikes that no report had are written to,
// where the history and the logs go further back than the evidence.
func (p *pass) lookFurtherBack(ctx context.Context, r *result.Result) error {
	if p.memory == nil || p.sinks.ledgering.Since.IsZero() {
		return nil
	}
	back := &backSink{until: p.sinks.ledgering.Since, found: map[string]*sighting{}}
	for i := range r.Lookalikes {
		if l := &r.Lookalikes[i]; l.New {
			back.found[l.Domain] = &sighting{}
		}
	}
	if len(back.found) == 0 {
		return nil
	}
	if err := p.replayBefore(ctx, back); err != nil {
		return err
	}
	for i := range r.Lookalikes {
		if s := back.found[r.Lookalikes[i].Domain]; s != nil {
			r.Lookalikes[i].SeenBefore(s.messages, s.first)
		}
	}
	return nil
}

// replayBefore gives the deliveries from before the evidence to a sink, those of earlier
// runs and those of this one.
func (p *pass) replayBefore(ctx context.Context, back *backSink) error {
	last := read.DayOf(back.until)
	again := map[int64]bool{}
	for _, s := range p.reading.Sources {
		again[s.ID()] = s.Reread()
	}
	replayer := read.NewReplayer(p.reading)
	for _, pack := range p.memory.packs {
		if pack.Day > last {
			continue
		}
		if err := replayer.Replay(pack.Sealed, back); err != nil {
			return err
		}
	}
	return p.memory.store.Packs(ctx, math.MinInt32+1, last, last, func(pack history.Pack) error {
		if again[pack.Source] {
			return nil
		}
		return replayer.Replay(pack.Sealed, back)
	})
}

// A sighting sums the mail to a domain.
type sighting struct {
	messages int64
	first    time.Time
}

// A backSink finds the mail to some domains from before a time.
type backSink struct {
	until time.Time
	found map[string]*sighting // by the domain in canonical form
}

// Add implements parsers.Sink.
func (b *backSink) Add(d *parsers.Delivery) {
	if d.Local || d.Time.IsZero() || !d.Time.Before(b.until) || d.Direction == parsers.DirectionInbound || d.Direction == parsers.DirectionInternal {
		return
	}
	s := b.of(d.Recipient[strings.LastIndexByte(d.Recipient, '@')+1:])
	if s == nil {
		return
	}
	s.messages += int64(max(1, d.Count))
	if s.first.IsZero() || d.Time.Before(s.first) {
		s.first = d.Time
	}
}

func (b *backSink) of(host string) *sighting {
	host = strings.ToLower(host)
	isASCII := !strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf })
	if s := b.found[host]; s != nil || isASCII {
		return s
	}
	name, err := domain.Parse(host)
	if err != nil {
		return nil
	}
	return b.found[name.String()]
}

// Bounce implements parsers.Sink.
func (b *backSink) Bounce(*parsers.Bounce) {}
