package parsers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"time"
)

// work reads tasks until there are none left.
func (r *reader) work(tasks chan task, sink Sink) {
	buf := lineBuffer()
	for {
		held := r.hold()
		t, ok := <-tasks
		if ok && r.ctx.Err() == nil {
			r.run(t, sink, buf)
		}
		if held && !(ok && t.leavesRest()) {
			<-r.slots
		}
		if !ok {
			return
		}
		t.s.done()
	}
}

// leavesRest tells a piece whose rest holds its slot until it is joined.
func (t task) leavesRest() bool {
	_, lines := t.s.format.(LineFormat)
	return lines && !t.whole
}

// hold takes a slot; it is false when the run is at its end anyway.
func (r *reader) hold() bool {
	select {
	case r.slots <- struct{}{}:
		return true
	case <-r.ctx.Done():
		return false
	}
}

// done closes the rests when the last piece is read.
func (s *source) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending--; s.pending == 0 {
		close(s.rests)
	}
}

// run reads one task. A panic ends the run, and shows no data.
func (r *reader) run(t task, sink Sink, buf []byte) {
	defer r.recover(t.s.in.name)
	var err error
	switch f := t.s.format.(type) {
	case LineFormat:
		err = r.runLines(t, f, sink, buf)
	case CutFormat:
		err = r.runCut(t, f, sink, buf)
	case FolderFormat:
		err = r.runMessages(t, f, sink, buf)
	case StreamFormat:
		err = r.runStream(t, f, sink)
	}
	if err != nil && r.ctx.Err() == nil {
		t.s.add(nil, func(out *SourceReading) { out.Err = errors.Join(out.Err, err) })
	}
}

func (r *reader) recover(name string) {
	if v := recover(); v != nil {
		r.fail(&panicError{name, v, debug.Stack()})
	}
}

// A panicError is a fault of the program. Its message shows no data of the
// input; the stack is for -v.
type panicError struct {
	name  string
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("%s: internal error while reading", e.name) }
func (e *panicError) Unwrap() error { return ErrInternal }

func (r *reader) piece(t task) Piece {
	return Piece{
		Source: t.s.index, Number: t.number, Name: t.s.in.name, Offset: t.from, Context: t.s.in.context,
		Start: t.start, Location: r.o.Location, Map: r.o.Map, DateOrder: r.o.DateOrder,
	}
}

func (r *reader) runLines(t task, f LineFormat, sink Sink, buf []byte) error {
	if t.whole {
		return r.runLineStream(t, f, sink, buf)
	}
	file, _, _, err := t.s.in.ReaderAt()
	if err != nil {
		r.send(t.s, pieceRest{number: t.number, slot: true})
		return err
	}
	defer file.Close()
	p := f.NewPiece(r.piece(t), sink)
	var bytesRead int64
	in := counted{newPieceReader(&offsetReader{file, t.skip, t.to}, t.from, t.to), &t.s.in.read}
	overlong, err := readLines(in, buf, func(b []byte) error {
		p.Parse(b)
		bytesRead += int64(len(b))
		return r.ctx.Err()
	})
	r.send(t.s, pieceRest{t.number, r.closePiece(t.s, t.number, p, bytesRead, overlong), true})
	if err != nil {
		return fmt.Errorf("%s: reading at offset %d: %w", t.s.in.name, t.from+bytesRead, plainError(err))
	}
	return nil
}

// offsetReader reads a file behind its byte order mark.
type offsetReader struct {
	f    io.ReaderAt
	skip int64
	size int64
}

func (o *offsetReader) ReadAt(b []byte, at int64) (int, error) { return o.f.ReadAt(b, at+o.skip) }

// closePiece ends a piece and returns its rest.
func (r *reader) closePiece(s *source, number int32, p LineParser, bytesRead, overlong int64) Rest {
	tally, rest := p.Close()
	if overlong > 0 {
		tally.Malformed += overlong
		tally.Problem(fmt.Sprintf("lines longer than %d bytes were cut", MaxLine))
	}
	s.add(&tally, func(out *SourceReading) {
		out.Bytes += bytesRead
		for int(number) >= len(out.pieceLines) {
			out.pieceLines = append(out.pieceLines, 0)
		}
		out.pieceLines[number] = tally.Lines
	})
	return rest
}

// add merges a tally into what is told of s.
func (s *source) add(t *Tally, more func(*SourceReading)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t != nil {
		s.out.Tally.Merge(*t)
	}
	more(s.out)
}

// runLineStream reads a compressed source or a pipe: it is decoded by a
// goroutine of its own, and parsed in pieces.
func (r *reader) runLineStream(t task, f LineFormat, sink Sink, buf []byte) error {
	in, err := t.s.in.Open()
	if err != nil {
		return err
	}
	ahead := readAhead(r.ctx, in)
	defer ahead.Close()
	text := &tailReader{r: ahead}
	if _, err := io.CopyN(io.Discard, text, t.s.from); err != nil {
		return fmt.Errorf("%s: reading what is known: %w", t.s.in.name, plainError(err))
	}
	var p LineParser
	number := t.s.firstPiece()
	var bytesRead, total int64
	end := func(overlong int64) {
		if p != nil {
			r.send(t.s, pieceRest{number: number, rest: r.closePiece(t.s, number, p, bytesRead, overlong)})
			p, number, total, bytesRead = nil, number+1, total+bytesRead, 0
		}
	}
	overlong, err := readLines(text, buf, func(b []byte) error {
		if p == nil {
			piece := r.piece(t)
			piece.Number = number
			if number > 0 && t.s.timed {
				piece.Start = t.s.lastTime(piece.Start)
			}
			p = f.NewPiece(piece, sink)
		}
		p.Parse(b)
		if bytesRead += int64(len(b)); bytesRead >= pieceSize {
			end(0)
		}
		return r.ctx.Err()
	})
	end(overlong)
	t.s.readTo, t.s.tail = text.n, text.last()
	if err != nil {
		return fmt.Errorf("%s: reading behind %d bytes of text: %w", t.s.in.name, total, plainError(err))
	}
	return nil
}

// lastTime returns the time that the source has reached, for the year of the
// next piece.
func (s *source) lastTime(otherwise time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out.Last.IsZero() {
		return otherwise
	}
	return s.out.Last
}

func (r *reader) runStream(t task, f StreamFormat, sink Sink) error {
	in, err := t.s.in.Open()
	if err != nil {
		return err
	}
	ahead := readAhead(r.ctx, in)
	defer ahead.Close()
	text := &tailReader{r: ahead}
	n := &countingReader{r: text, ctx: r.ctx}
	tally, err := f.Read(r.ctx, r.piece(t), n, sink)
	t.s.add(&tally, func(out *SourceReading) {
		out.Bytes += n.n
		out.pieceLines = []int64{tally.Lines}
	})
	t.s.readTo, t.s.tail = text.n, text.last()
	if err != nil {
		return fmt.Errorf("%s: reading behind %d bytes of text: %w", t.s.in.name, n.n, plainError(err))
	}
	return nil
}

type countingReader struct {
	r   io.Reader
	n   int64
	ctx context.Context
}

func (c *countingReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// finish says what there is to say of a source that was read.
func (s *source) finish() {
	if s.format == nil || s.out.gone {
		return
	}
	s.out.Format = s.name
	if s.out.Records == 0 && s.out.Err == nil {
		s.out.Format = ""
		s.out.Err = fmt.Errorf("%s: %w", s.in.name, ErrNotRecognised)
	}
}
