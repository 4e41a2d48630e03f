package parsers

import "fmt"

// recall finds out what earlier runs know of the sources, and adds those that
// are gone.
func (r *reader) recall(failed *[]*SourceReading) {
	o := r.o.Resume
	found := map[int64]bool{}
	kept := r.sources[:0]
	for _, s := range r.sources {
		if s.keepsMail() {
			kept = append(kept, s)
			continue
		}
		p, err := o.find(s.in)
		switch {
		case err != nil:
			*failed = append(*failed, &SourceReading{Name: s.in.name, Err: err})
			if p != nil {
				found[p.ID] = true // it is there, and not to be had
			}
			continue
		case p != nil && found[p.ID]: // two copies that grew apart
			p = nil
		}
		switch {
		case s.format == nil:
		case p != nil:
			found[p.ID] = true
			s.resume(p)
		default:
			s.out.id = o.Next
			o.Next++
		}
		kept = append(kept, s)
	}
	r.sources = append(kept, o.gone(found, r.o.Formats)...)
	r.tellTruncated()
}

// keepsMail tells a mailbox. It is read whole by every run, and nothing of it is
// handed on: mail stays where it is, and a mail program may move or remove it.
func (s *source) keepsMail() bool {
	_, ok := s.format.(MessageFormat)
	return ok
}

// tellTruncated says where a log was emptied and written anew: what was written
// to it between the last run, or the copy that was made, and then is lost.
func (r *reader) tellTruncated() {
	for _, s := range r.sources {
		if s.past != nil || s.in == nil {
			continue
		}
		for _, was := range r.sources {
			if was.past == nil || was.past.Name != s.out.Name {
				continue
			}
			inPlace := was.past.Inode != 0 && was.past.Inode == s.in.inode()
			switch {
			case inPlace && !was.out.gone:
				s.out.Problem(fmt.Sprintf("truncated after it was copied to %s: what was written in between is lost", was.out.Name))
			case was.out.gone:
				s.out.supplants = true
				s.out.Problem("another file than before, and that one is not found: what was written to it since is lost")
			}
		}
	}
}

// resume tells which sources have nothing new.
func (r *reader) resume() {
	for _, s := range r.sources {
		if s.past == nil || s.in == nil {
			continue
		}
		same, err := s.stayed()
		if s.out.anew = s.from == 0 && !same && err == nil; same || err != nil {
			s.unchanged, s.out.Err = true, err
			s.goOnFrom(s.past)
		}
	}
}

// stayed tells whether the text of s ends where it was read to. A packed file
// that changed is read again to see.
func (s *source) stayed() (bool, error) {
	in := s.in
	if in.kind != plain {
		return in.size == s.past.Disk && in.modTime.Equal(s.past.Changed), nil
	}
	f, skip, ok, err := in.ReaderAt()
	if err != nil || !ok {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && info.Size()-skip == s.past.Size, err
}

// firstPiece is the number of the first piece that is read now.
func (s *source) firstPiece() int32 {
	if s.from == 0 || s.past == nil {
		return 0
	}
	return int32(len(s.past.PieceLines))
}

// resumeJoiner gives j what earlier runs left open of s.
func (r *reader) resumeJoiner(s *source, j Joiner) {
	c, ok := j.(Carrier)
	if !ok || s.past == nil || len(s.past.Open) == 0 || !s.out.gone && s.from == 0 {
		return
	}
	indices := map[int64]int32{}
	for _, s := range r.sources {
		if s.out.id != 0 {
			indices[s.out.id] = s.index
		}
	}
	resuming := NewResuming(s.past.Open, indices)
	if c.Resume(resuming); resuming.Err != nil {
		s.out.Problem("what was open when it was last read is not known any more")
	}
}

// settle ends a joiner. With a history, what it tells behind the end of the logs
// may change: it is packed for the next run, and for this report alone.
func (r *reader) settle(s *source, j Joiner, told *joined) {
	if r.o.Resume != nil {
		if c, ok := j.(Carrier); ok {
			r.carry(c)
		}
		if r.reading.Open == nil {
			r.reading.Open = r.o.Resume.NewSink()
		}
		settled := told.sink
		told.sink, told.ended = r.reading.Open, true
		defer func() { told.sink, told.ended = settled, false }()
	}
	t := j.Close()
	t.Deliveries, t.NoSender, t.Incomplete = 0, 0, 0 // they are each source's own
	s.add(&t, func(*SourceReading) {})
}

// carry packs what a joiner has open, for each source.
func (r *reader) carry(c Carrier) {
	ids := make([]int64, len(r.sources))
	for i, s := range r.sources {
		ids[i] = s.out.id
	}
	carrying := NewCarrying(r.o.Resume.Run, ids)
	c.Carry(carrying)
	for id, packed := range carrying.Packs {
		for _, s := range r.sources {
			if s.out.id == id {
				s.out.open = packed
			}
		}
	}
}

// handOn completes what a later run must know.
func (r *reader) handOn() {
	for i, s := range r.sources {
		p := s.out.past
		if p == nil {
			continue
		}
		p.Tally, p.Open = s.out.Tally, s.out.open
		open := &r.opened[i]
		p.Tally.Deliveries -= open.Deliveries
		p.Tally.NoSender -= open.NoSender
		p.Tally.Incomplete -= open.Incomplete
	}
}
