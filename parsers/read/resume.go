package read

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// match finds the previous states of the entries, and adds the entries that are
// missing. It returns the sources that could not be looked at.
func (r *reader) match() (failed []*Source) {
	o := r.o.Resume
	found := map[int64]bool{}
	kept := r.entries[:0]
	for _, e := range r.entries {
		if e.isMailbox() {
			kept = append(kept, e)
			continue
		}
		p, err := o.find(e.in)
		switch {
		case err != nil:
			failed = append(failed, &Source{Name: e.in.Name(), Err: err})
			if p != nil {
				found[p.ID] = true // it is there, and cannot be read
			}
			continue
		case p != nil && found[p.ID]: // two copies that grew apart
			p = nil
		}
		switch {
		case e.format == nil:
		case p != nil:
			found[p.ID] = true
			e.resume(p)
		}
		kept = append(kept, e)
	}
	r.entries = kept
	failed = append(failed, r.findCopies(found)...)
	for _, e := range r.entries {
		if e.previous == nil && e.format != nil && !e.isMailbox() {
			e.out.id = o.Next
			o.Next++
		}
	}
	r.entries = append(r.entries, o.missing(found, r.o.Formats)...)
	r.noteTruncated()
	return failed
}

// isMailbox reports whether e holds messages. It is then read whole by every run,
// and nothing of it is kept: mail stays where it is, and a mail program may move
// or remove it.
func (e *entry) isMailbox() bool {
	_, ok := e.format.(parsers.MessageFormat)
	return ok
}

// noteTruncated says where a log was emptied and written again: lines that
// were written to it between the last run, or the copy that was made, and then are
// lost.
func (r *reader) noteTruncated() {
	before := map[string][]*entry{} // by the names that they had
	for _, e := range r.entries {
		if e.previous != nil {
			before[e.previous.Name] = append(before[e.previous.Name], e)
		}
	}
	for _, e := range r.entries {
		if e.previous != nil || e.in == nil || len(before[e.out.Name]) == 0 || r.reachesBack(e) {
			continue
		}
		for _, was := range before[e.out.Name] {
			inPlace := was.previous.Inode != 0 && was.previous.Inode == e.in.Inode()
			switch {
			case inPlace && !was.out.missing:
				e.out.Problem(fmt.Sprintf("truncated after it was copied to %s: what was written in between is lost", was.out.Name))
			case was.out.missing:
				e.out.replaced = true
				e.out.Problem(lostText)
			}
		}
	}
}

// An excerptFormat reads excerpts of one log that goes on, such as the journal. Begins
// returns the time of the first record of a head.
type excerptFormat interface {
	Begins(head []byte) (time.Time, bool)
}

// lostText is the remark about a log whose forerunner was not found.
const lostText = "another file than before, and that one is not found: what was written to it since is lost"

// reachesBack reports whether e is an excerpt that begins before the end of what was read
// under its name: the one before need not be found, since nothing between them is lost.
func (r *reader) reachesBack(e *entry) bool {
	if e.in.Cursor() != "" {
		return true
	}
	f, ok := e.format.(excerptFormat)
	if !ok {
		return false
	}
	head, _ := e.in.Head() // its error was reported when the input was recognised
	begins, ok := f.Begins(head)
	return ok && slices.ContainsFunc(r.entries, func(was *entry) bool {
		return was.previous != nil && was.previous.Name == e.out.Name && !begins.After(was.previous.Tally.Last)
	})
}

// findUnchanged finds the entries that have nothing new.
func (r *reader) findUnchanged() {
	for _, e := range r.entries {
		if e.previous == nil || e.in == nil {
			continue
		}
		same, err := e.isUnchanged()
		if e.out.reread = e.from == 0 && !same && err == nil; same || err != nil {
			e.unchanged, e.out.Err = true, err
			e.resumeFrom(e.previous)
		}
	}
}

// isUnchanged reports whether the text of e ends where it was read to. A packed
// file that changed is read again to see.
func (e *entry) isUnchanged() (bool, error) {
	if e.in.IsPacked() {
		return e.previous.isOfPacked(e.in), nil
	}
	f, err := e.in.OpenFile()
	if err != nil || f == nil {
		return false, err
	}
	defer f.Close()
	size, err := f.Size()
	return err == nil && size == e.previous.Size, err
}

// firstPiece is the number of the first piece that is read now.
func (e *entry) firstPiece() int32 {
	if e.from == 0 || e.previous == nil {
		return 0
	}
	return int32(len(e.previous.PieceLines))
}

// resumeJoiner gives j the sessions of e that earlier runs left open.
func (r *reader) resumeJoiner(e *entry, j parsers.Joiner) {
	c, ok := j.(carry.Carrier)
	if !ok || e.previous == nil || len(e.previous.Open) == 0 || !e.out.missing && e.from == 0 {
		return
	}
	indices := map[int64]int32{}
	for _, e := range r.entries {
		if e.out.id != 0 {
			indices[e.out.id] = e.index
		}
	}
	resuming := carry.NewResuming(e.previous.Open, indices)
	if c.Resume(resuming); resuming.Err != nil {
		e.out.Problem("what was open when it was last read is not known any more")
	}
}

// settle ends a joiner. With a history, deliveries that it emits after the end of
// the logs may change: they are packed for the next run, and for this report alone.
func (r *reader) settle(e *entry, j parsers.Joiner, sink *joinSink) error {
	if r.o.Resume != nil {
		if c, ok := j.(carry.Carrier); ok {
			r.pack(c)
		}
		settled := sink.sink
		sink.sink, sink.ended = r.openSink(0), true
		defer func() { sink.sink, sink.ended = settled, false }()
	}
	wait := r.emitShared(e, j, sink)
	var t parsers.Tally
	err := Contain(e.out.Name, func() { t = j.Close() })
	err = cmp.Or(err, wait())
	if s, ok := j.(parsers.SpillingJoiner); ok {
		err = cmp.Or(err, s.Err())
	}
	t.Deliveries, t.NoSender, t.Incomplete = 0, 0, 0 // they are each source's own
	t.Malformed, t.NotUnderstood, t.Errors, t.Bare = 0, nil, nil, parsers.Bare{}
	e.add(&t, func(*Source) {})
	return err
}

// openSink returns one of the role Open.
func (r *reader) openSink(i int) parsers.Sink {
	for i >= len(r.open) {
		r.open = append(r.open, r.o.NewSink(Open))
	}
	return r.open[i]
}

// pack packs the open sessions of a joiner, for each source.
func (r *reader) pack(c carry.Carrier) {
	ids := make([]int64, len(r.entries))
	for i, e := range r.entries {
		ids[i] = e.out.id
	}
	carrying := carry.NewCarrying(r.o.Resume.Run, ids)
	carrying.Viewer = r.o.Resume.Viewer
	c.Carry(carrying)
	for id, packed := range carrying.Packs {
		for _, e := range r.entries {
			if e.out.id == id {
				e.out.open = packed
			}
		}
	}
}

// completeStates sets the tally and the open sessions of each state, which are
// known after joining only.
func (r *reader) completeStates() {
	for i, e := range r.entries {
		p := e.out.state
		if p == nil {
			continue
		}
		p.Tally, p.Open = e.out.Tally, e.out.open
		open := &r.opened[i]
		p.Tally.Deliveries -= open.Deliveries
		p.Tally.NoSender -= open.NoSender
		p.Tally.NoTime -= open.NoTime
		p.Tally.Incomplete -= open.Incomplete
		p.Tally.Unnamed -= open.Unnamed
		p.Tally.Malformed -= open.Malformed
		p.Tally.Bare.Deliveries -= open.Bare.Deliveries
		p.Tally.NotUnderstood = p.Tally.NotUnderstood.Less(open.NotUnderstood)
	}
}
