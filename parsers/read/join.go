package read

import (
	"cmp"
	"sync"

	"github.com/typoaudit/typoaudit/parsers"
)

// A pieceRest is the rest of a piece, nil if it could not be read.
type pieceRest struct {
	number int32
	rest   parsers.Rest
	slot   bool // it holds one of reader.slots
}

// send passes a rest to the joiner.
func (r *reader) send(e *entry, p pieceRest) {
	select {
	case e.rests <- p:
	case <-r.ctx.Done():
	}
}

// join gives the rests of all pieces to the joiners. In a shard it packs them.
func (r *reader) join(sink parsers.Sink) {
	if r.o.Shard != nil {
		r.packAll()
		return
	}
	if err := r.joinAll(sink, r.ownRests); err != nil {
		r.fail(err)
	}
}

// joinAll gives the rests of all sources to the joiners, in the order of the log, and settles
// what is left. So ends every run, whether its rests are those of its own workers or those of
// shards: rests gives a joiner, which is nil where the format has none, those of a source.
func (r *reader) joinAll(sink parsers.Sink, rests func(e *entry, j parsers.Joiner) error) error {
	j := r.newJoining(sink)
	for _, e := range r.entries {
		if e.format == nil {
			continue
		}
		var err error
		crashed := Contain(e.out.Name, func() { err = rests(e, j.of(e)) })
		if err = cmp.Or(err, crashed); err != nil {
			return err
		}
	}
	return j.close()
}

// ownRests gives j the rests of this run.
func (r *reader) ownRests(e *entry, j parsers.Joiner) error {
	r.resumeJoiner(e, j)
	r.inOrder(e, func(p pieceRest) { j.Join(p.rest) })
	return nil
}

// A joining has the joiners of all formats.
type joining struct {
	r       *reader
	joiners map[string]parsers.Joiner
	order   []*entry // the first of each
	counted *joinSink
}

func (r *reader) newJoining(sink parsers.Sink) *joining {
	return &joining{r: r, joiners: map[string]parsers.Joiner{}, counted: newJoinSink(sink, len(r.entries))}
}

// of returns the joiner of e, nil if its format has none.
func (j *joining) of(e *entry) parsers.Joiner {
	f, ok := e.format.(parsers.LineFormat)
	if ok && j.joiners[f.Name()] == nil {
		joiner := f.NewJoiner(j.counted)
		if s, ok := joiner.(parsers.SpillingJoiner); ok && j.r.o.Spill != nil {
			s.SpillTo(j.r.o.Spill)
		}
		j.joiners[f.Name()] = joiner
		j.order = append(j.order, e)
	}
	return j.joiners[e.format.Name()]
}

// close settles what is left, and adds what the joiners emitted to the tallies.
func (j *joining) close() error {
	r := j.r
	for _, e := range j.order {
		var err error
		crashed := Contain(e.out.Name, func() { err = r.settle(e, j.joiners[e.format.Name()], j.counted) })
		if err = cmp.Or(err, crashed); err != nil {
			return err
		}
	}
	for i, t := range j.counted.bySource {
		r.entries[i].add(&t, func(*Source) {})
	}
	r.opened = j.counted.open
	return nil
}

// emitShared begins to emit what a joiner shares, on all cores: where a queue is long, that is much. The
// workers are done, and so their sinks take it, or with a history those of the role Open. It
// returns a function that waits for the end.
func (r *reader) emitShared(e *entry, j parsers.Joiner, counted *joinSink) (wait func() error) {
	shared, ok := j.(parsers.SharedJoiner)
	if !ok || len(r.workers) < 2 {
		return func() error { return nil }
	}
	parts := shared.Share(len(r.workers))
	sinks, errs := make([]*joinSink, len(parts)), make([]error, len(parts))
	var emitting sync.WaitGroup
	for i, emit := range parts {
		sink := r.workers[i]
		if r.o.Resume != nil {
			sink = r.openSink(i + 1) // the joiner has the first one
		}
		sinks[i] = counted.beside(sink)
		emitting.Go(func() { errs[i] = Contain(e.out.Name, func() { emit(sinks[i]) }) })
	}
	return func() error {
		emitting.Wait()
		for _, s := range sinks {
			counted.merge(s)
		}
		return cmp.Or(errs...)
	}
}

// A joinSink counts the deliveries that joiners emit, for the source that each
// is of.
type joinSink struct {
	sink           parsers.Sink
	bySource, open []parsers.Tally
	ended          bool // the logs are at their end: deliveries emitted now are open
}

// newJoinSink returns one for so many sources.
func newJoinSink(sink parsers.Sink, n int) *joinSink {
	return &joinSink{sink: sink, bySource: make([]parsers.Tally, n), open: make([]parsers.Tally, n)}
}

// beside returns one for another sink, of which the counts are merged later.
func (j *joinSink) beside(sink parsers.Sink) *joinSink {
	b := newJoinSink(sink, len(j.bySource))
	b.ended = j.ended
	return b
}

func (j *joinSink) merge(b *joinSink) {
	for i := range b.bySource {
		j.bySource[i].Merge(b.bySource[i])
		j.open[i].Merge(b.open[i])
	}
}

// Add implements parsers.Sink.
func (j *joinSink) Add(d *parsers.Delivery) {
	j.count(&j.bySource[d.Origin.Source], d)
	if j.ended {
		j.count(&j.open[d.Origin.Source], d)
	}
	j.sink.Add(d)
}

// Missed implements parsers.MissSink.
func (j *joinSink) Missed(o parsers.Origin, reason string) {
	j.bySource[o.Source].Missed(o, "", reason)
	if j.ended {
		j.open[o.Source].Missed(o, "", reason)
	}
}

// Unnamed implements parsers.MissSink.
func (j *joinSink) Unnamed(o parsers.Origin) {
	j.bySource[o.Source].Unnamed++
	if j.ended {
		j.open[o.Source].Unnamed++
	}
}

func (j *joinSink) count(t *parsers.Tally, d *parsers.Delivery) {
	t.Count(d)
	t.MissUnread(d)
}

// Bounce implements parsers.Sink. Logs have none.
func (j *joinSink) Bounce(b *parsers.Bounce) { j.sink.Bounce(b) }

// inOrder yields the rests of the pieces of e in their order, as far as these could be read.
func (r *reader) inOrder(e *entry, yield func(pieceRest)) {
	early := map[int32]pieceRest{}
	next := e.firstPiece()
	for p := range e.rests {
		if r.ctx.Err() != nil {
			continue // let the workers end
		}
		early[p.number] = p
		for p, ok := early[next]; ok; p, ok = early[next] {
			if p.rest != nil {
				yield(p)
			}
			if p.slot {
				<-r.slots
			}
			delete(early, next)
			next++
		}
	}
}
