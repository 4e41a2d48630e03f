package parsers

// A pieceRest is the rest of a piece, nil if it could not be read.
type pieceRest struct {
	number int32
	rest   Rest
	slot   bool // it holds one of reader.slots
}

// send passes a rest to the joiner.
func (r *reader) send(s *source, p pieceRest) {
	select {
	case s.rests <- p:
	case <-r.ctx.Done():
	}
}

// join gives the rests of all pieces to the joiners, in the order of the log.
func (r *reader) join(sink Sink) {
	joiners := map[string]Joiner{}
	var order []*source
	told := &joined{sink: sink, bySource: make([]Tally, len(r.sources)), open: make([]Tally, len(r.sources))}
	for _, s := range r.sources {
		if s.format == nil {
			continue
		}
		f, ok := s.format.(LineFormat)
		if ok && joiners[f.Name()] == nil {
			joiners[f.Name()] = f.NewJoiner(told)
			order = append(order, s)
		}
		r.joinSource(s, joiners[s.format.Name()])
	}
	for _, s := range order {
		func() {
			defer r.recover(s.in.Name())
			r.settle(s, joiners[s.format.Name()], told)
		}()
	}
	for i, t := range told.bySource {
		r.sources[i].add(&t, func(*SourceReading) {})
	}
	r.opened = told.open
}

// joined counts what joiners tell for the source that each delivery is of.
type joined struct {
	sink           Sink
	bySource, open []Tally
	ended          bool // the logs are at their end: what is told now is open
}

// Add implements Sink.
func (j *joined) Add(d *Delivery) {
	j.bySource[d.Origin.Source].told(d)
	if j.ended {
		j.open[d.Origin.Source].told(d)
	}
	j.sink.Add(d)
}

// told counts a delivery.
func (t *Tally) told(d *Delivery) {
	n := int64(max(1, d.Count))
	t.Deliveries += n
	if !d.SenderKnown {
		t.NoSender += n
	}
	if d.Incomplete {
		t.Incomplete += n
	}
}

func (r *reader) joinSource(s *source, j Joiner) {
	defer r.recover(s.in.Name())
	r.resumeJoiner(s, j)
	early := map[int32]pieceRest{}
	next := s.firstPiece()
	for p := range s.rests {
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
