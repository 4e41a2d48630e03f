package parsers

import (
	"fmt"
	"io"
	"time"
)

// A task is a piece of a file, or a whole stream.
type task struct {
	s        *source
	number   int32
	from, to int64
	skip     int64
	start    time.Time
	whole    bool
}

// plan cuts the sources into tasks.
func (r *reader) plan() chan task {
	var all []task
	for _, s := range r.sources {
		if s.format == nil {
			continue
		}
		pieces := r.cut(s)
		s.pending = len(pieces)
		s.out.pieceLines = append(s.out.pieceLines, make([]int64, len(pieces))...)
		s.rests = make(chan pieceRest, max(len(pieces), 1))
		if len(pieces) > 0 && pieces[0].whole {
			s.rests = make(chan pieceRest, maxAhead)
		}
		if len(pieces) == 0 {
			close(s.rests)
		}
		all = append(all, pieces...)
	}
	tasks := make(chan task, len(all))
	for _, t := range all {
		tasks <- t
	}
	close(tasks)
	return tasks
}

func (r *reader) cut(s *source) (pieces []task) {
	if s.unchanged || s.out.gone {
		return nil
	}
	if s.in.folder != "" {
		return s.cutFolder()
	}
	whole := []task{{s: s, whole: true, start: s.startOfStream(r.o)}}
	cutter, ok := s.format.(CutFormat)
	if _, lines := s.format.(LineFormat); !ok && !lines {
		return whole
	}
	f, skip, ok, err := s.in.ReaderAt()
	if err != nil {
		s.out.Err = err
		return nil
	}
	if !ok {
		return whole
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		s.out.Err = fmt.Errorf("%s: %w", s.in.name, plainError(err))
		return nil
	}
	size := info.Size() - skip // what is written from now on is the next run's
	if cutter != nil {
		return s.cutAtRecords(cutter, io.NewSectionReader(f, skip, size), size, skip)
	}
	if r.o.Resume != nil {
		if size, err = wholeLines(&offsetReader{f, skip, size}, size); err != nil {
			s.out.Err = fmt.Errorf("%s: %w", s.in.name, plainError(err))
			return nil
		}
	}
	s.readTo = size
	for from := s.from; from < size; from += pieceSize {
		pieces = append(pieces, task{s: s, number: s.firstPiece() + int32(len(pieces)), from: from, to: min(size, from+pieceSize), skip: skip, start: s.in.modTime})
	}
	if s.yearless {
		starts := make([]int64, len(pieces))
		for i, p := range pieces {
			starts[i] = p.from
		}
		years := startYears(io.NewSectionReader(f, skip, size), size, starts, s.in.modTime, r.o.Location, r.o.Year)
		for i := range pieces {
			pieces[i].start = years[i]
		}
	}
	return pieces
}

func (s *source) startOfStream(o ReadOptions) time.Time {
	if s.yearless {
		return streamStart(s.in.head, s.in.modTime, o.Location, o.Year)
	}
	return s.in.modTime
}
