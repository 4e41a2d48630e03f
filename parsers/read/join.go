package read

import "github.com/typoaudit/typoaudit/parsers"

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

// join gives the rests of all pieces to the joiners, in the order of the log.
func (r *reader) join(sink parsers.Sink) {
	joiners := map[string]parsers.Joiner{}
	var order []*entry
	counted := &joinSink{sink: sink, bySource: make([]parsers.Tally, len(r.entries)), open: make([]parsers.Tally, len(r.entries))}
	for _, e := range r.entries {
		if e.format == nil {
			continue
		}
		f, ok := e.format.(parsers.LineFormat)
		if ok && joiners[f.Name()] == nil {
			joiners[f.Name()] = f.NewJoiner(counted)
			order = append(order, e)
		}
		r.joinEntry(e, joiners[e.format.Name()])
	}
	for _, e := range order {
		func() {
			defer r.recover(e.out.Name)
			r.settle(e, joiners[e.format.Name()], counted)
		}()
	}
	for i, t := range counted.bySource {
		r.entries[i].add(&t, func(*Source) {})
	}
	r.opened = counted.open
}

// A joinSink counts the deliveries that joiners emit, for the source that each
// is of.
type joinSink struct {
	sink           parsers.Sink
	bySource, open []parsers.Tally
	ended          bool // the logs are at their end: deliveries emitted now are open
}

// Add implements parsers.Sink.
func (j *joinSink) Add(d *parsers.Delivery) {
	j.bySource[d.Origin.Source].Count(d)
	if j.ended {
		j.open[d.Origin.Source].Count(d)
	}
	j.sink.Add(d)
}

// Bounce implements parsers.Sink. Logs have none.
func (j *joinSink) Bounce(b *parsers.Bounce) { j.sink.Bounce(b) }

func (r *reader) joinEntry(e *entry, j parsers.Joiner) {
	defer r.recover(e.out.Name)
	r.resumeJoiner(e, j)
	early := map[int32]pieceRest{}
	next := e.firstPiece()
	for p := range e.rests {
		if r.ctx.Err() != nil {
			continue // let the workers end
		}
		early[p.number] = p
		for p, ok := early[next]; ok; p, ok = early[next] {
			if p.rest != nil {
				j.Join(p.rest)
			}
			if p.slot {
				<-r.slots
			}
			delete(early, next)
			next++
		}
	}
}
