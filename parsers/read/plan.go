package read

import (
	"io"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A task is a piece of a file, or a whole stream.
type task struct {
	e        *entry
	number   int32
	from, to int64
	start    time.Time
	whole    bool
}

// plan cuts the entries into tasks.
func (r *reader) plan() chan task {
	var all []task
	for _, e := range r.entries {
		if e.format == nil {
			continue
		}
		pieces := r.cut(e)
		e.pending = len(pieces)
		e.out.pieceLines = append(e.out.pieceLines, make([]int64, len(pieces))...)
		e.rests = make(chan pieceRest, max(len(pieces), 1))
		if len(pieces) > 0 && pieces[0].whole {
			e.rests = make(chan pieceRest, maxAhead)
		}
		if len(pieces) == 0 {
			close(e.rests)
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

// cut cuts an entry into tasks. Lines that are written to a file from now on are
// left to the next run.
func (r *reader) cut(e *entry) []task {
	if e.unchanged || e.out.missing {
		return nil
	}
	if e.in.Folder() != "" {
		return e.cutFolder()
	}
	whole := []task{{e: e, whole: true, start: e.startOfStream(r.o)}}
	cutter, _ := e.format.(parsers.CutFormat)
	if _, isLines := e.format.(parsers.LineFormat); cutter == nil && !isLines {
		return whole
	}
	f, err := e.in.OpenFile()
	if err != nil {
		e.out.Err = err
		return nil
	}
	if f == nil {
		return whole
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		e.out.Err = err
		return nil
	}
	if cutter != nil {
		return e.cutAtRecords(cutter, f, size)
	}
	return r.cutAtLines(e, f, size)
}

// cutAtLines cuts a file into pieces of equal size: a line belongs to the piece
// in which it begins.
func (r *reader) cutAtLines(e *entry, f *source.File, size int64) (pieces []task) {
	if r.o.Resume != nil {
		var err error
		if size, err = lines.Whole(f, size); err != nil {
			e.out.Err = source.NewError(e.in.Name(), err)
			return nil
		}
	}
	e.readTo = size
	for from := e.from; from < size; from += pieceSize {
		pieces = append(pieces, task{e: e, number: e.firstPiece() + int32(len(pieces)), from: from, to: min(size, from+pieceSize), start: e.in.ModTime()})
	}
	if e.yearless {
		starts := make([]int64, len(pieces))
		for i, p := range pieces {
			starts[i] = p.from
		}
		years := startYears(f, size, starts, e.in.ModTime(), r.o.Location, r.o.Year)
		for i := range pieces {
			pieces[i].start = years[i]
		}
	}
	return pieces
}

// cutAtRecords cuts a file into pieces that begin where a record does.
func (e *entry) cutAtRecords(format parsers.CutFormat, f *source.File, size int64) (pieces []task) {
	e.readTo = size
	cut := format.Cuts(io.NewSectionReader(f, 0, size), size)
	for from := int64(0); from < size; {
		to := size
		if from+pieceSize < size {
			to = cut(from + pieceSize)
		}
		pieces = append(pieces, task{e: e, number: int32(len(pieces)), from: from, to: to, start: e.in.ModTime()})
		from = to
	}
	return pieces
}

// filesPiece is how many files of a folder one worker takes at a time.
const filesPiece = 256

func (e *entry) cutFolder() (pieces []task) {
	n := int64(e.in.Messages())
	for from := int64(0); from < n; from += filesPiece {
		pieces = append(pieces, task{e: e, number: int32(len(pieces)), from: from, to: min(n, from+filesPiece), start: e.in.ModTime()})
	}
	return pieces
}
