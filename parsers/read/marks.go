package read

import (
	"cmp"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A Mark is a place of a log at which an earlier read ended.
//
// Rotation by copying makes a copy, and empties the log a moment later. Who reads the log in
// between has read more than the copy has, so that the copy does not go as far as the State.
// The marks say how far it goes along with what was read.
type Mark struct {
	Size int64  // bytes of text
	Tail uint64 // hash of the up to 64 KiB before
}

// Of the marks of a log the last ones are kept, and of those before as many as lie
// markRatio times as far from the end as the one after them.
const (
	lastMarks = 16
	markRatio = 1.5
)

// marksAfter returns the marks of a log that earlier runs read up to p, and this one
// farther.
func marksAfter(p *State, size int64) (kept []Mark) {
	all := append(slices.Clone(p.Marks), Mark{p.Size, p.Tail})
	far := int64(0)
	for i := len(all) - 1; i >= 0; i-- {
		if before := size - all[i].Size; len(all)-i <= lastMarks || float64(before) >= markRatio*float64(far) {
			kept, far = append(kept, all[i]), before
		}
	}
	slices.Reverse(kept)
	return kept
}

// findCopies finds, among the entries that continue no state, the copies of logs that were
// read beyond the end of the copy before they were emptied. found has the states that
// entries continue.
func (r *reader) findCopies(found map[int64]bool) (failed []*Source) {
	for _, e := range r.entries {
		_, isLines := e.format.(parsers.LineFormat)
		if e.previous != nil || e.isMailbox() || !isLines {
			continue
		}
		p, err := r.copiedFrom(e, found)
		switch {
		case err != nil:
			failed = append(failed, &Source{Name: e.in.Name(), Err: err})
		case p != nil:
			found[p.ID] = true
			e.resume(p)
		}
	}
	r.entries = slices.DeleteFunc(r.entries, func(e *entry) bool {
		return slices.ContainsFunc(failed, func(s *Source) bool { return s.Name == e.in.Name() })
	})
	return failed
}

// copiedFrom returns the State as which e was read already, which goes beyond it; nil if
// there is none. The log must have been emptied in place.
func (r *reader) copiedFrom(e *entry, found map[int64]bool) (*State, error) {
	head, _ := e.in.Head() // its error was reported when the input was recognised
	tails := tails{in: e.in, head: head}
	for i := range r.o.Resume.Previous {
		p := &r.o.Resume.Previous[i]
		if found[p.ID] || len(p.Marks) == 0 || e.format.Name() != p.Reader || !r.isEmptied(p, e) {
			continue
		}
		size, err := e.in.TextSize()
		if err != nil {
			return nil, source.NewError(e.in.Name(), err)
		}
		last := slices.IndexFunc(p.Marks, func(m Mark) bool { return m.Size > size })
		if last < 0 {
			last = len(p.Marks)
		}
		if size >= p.Size || last == 0 {
			continue
		}
		if sum, ok, err := tails.at(p.Marks[last-1].Size); err != nil || !ok || sum != p.Marks[last-1].Tail {
			if err != nil {
				return nil, err
			}
			continue
		}
		return p.cutTo(size, p.Marks[:last], &tails)
	}
	return nil, nil
}

// isEmptied reports whether the file that was read as p is among the entries, under its
// name, with another content.
func (r *reader) isEmptied(p *State, but *entry) bool {
	return p.Inode != 0 && slices.ContainsFunc(r.entries, func(e *entry) bool {
		return e != but && e.previous == nil && e.in.Inode() == p.Inode && e.in.Name() == p.Name
	})
}

// cutTo returns p as the state of a copy that ends at size.
func (p *State) cutTo(size int64, marks []Mark, t *tails) (*State, error) {
	sum, ok, err := t.at(size)
	if err != nil || !ok {
		return nil, cmp.Or(err, error(source.ErrReplaced))
	}
	c := *p
	c.Size, c.Tail, c.Marks = size, sum, slices.Clone(marks)
	c.HeadLen = min(size, int64(len(t.head)))
	c.Head = xxhash.Sum64(t.head[:c.HeadLen])
	return &c, nil
}
