package parsers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"
)

// ErrNotRecognised tells that a source is of none of the formats.
var ErrNotRecognised = errors.New("no mail log format recognised")

// ErrInternal tells of a fault of the program itself. No input may cause one.
var ErrInternal = errors.New("internal error")

// pieceSize is how much of a file one worker takes at a time, in bytes: large
// enough that the sessions which pieces share are few.
const pieceSize = 16 << 20

// ReadOptions say how sources are read.
type ReadOptions struct {
	Formats  []Format
	Location *time.Location    // of stamps without a zone
	Year     int               // of the first stamp of each source without a year; 0: told from the file
	Map      map[string]string // column of each field, for formats with columns
	// DateOrder is that of Piece.
	DateOrder string
	Jobs      int // workers, at least 1
	// NewSink makes the sink of one worker. It is called before any reading.
	NewSink func() Sink
	// Begin, if not nil, is given the Reading when its sources are known and
	// before any is read.
	Begin func(*Reading)
}

// A Reading is what became of the sources.
type Reading struct {
	Sources []*SourceReading // in the order in which they were read
	Sinks   []Sink           // all that NewSink made
}

// A SourceReading is what became of one source.
type SourceReading struct {
	Name   string
	Format string // "" if none was recognised
	Bytes  int64  // after decompression
	Tally
	// Err is why the source, or its end, could not be read.
	Err error

	pieceLines []int64
	in         *Input // to open messages again
	format     Format
}

// Line returns the number of a line in its source, from 1.
func (r *Reading) Line(o Origin) int64 {
	s := r.Sources[o.Source]
	if s.in != nil && s.in.folder != "" {
		return 1 // each message is a file
	}
	line := o.Line
	for _, n := range s.pieceLines[:o.Piece] {
		line += n
	}
	return line
}

// A source is an input on its way through Read.
type source struct {
	in       *Input
	format   Format
	name     string // of format, for coverage
	first    time.Time
	yearless bool
	timed    bool
	out      *SourceReading
	index    int32

	mu      sync.Mutex
	rests   chan pieceRest
	pending int
}

type pieceRest struct {
	number int32
	rest   Rest
}

// maxAhead is how many rests of a stream may wait for the joiner.
const maxAhead = 1 << 14

// Read reads inputs on several cores. It fails only when ctx ends or the
// program itself is at fault; what is wrong with a source is told in its
// SourceReading.
func Read(ctx context.Context, inputs []*Input, o ReadOptions) (*Reading, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &reader{ctx: ctx, fail: cancel, o: o}
	r.prepare(inputs)
	tasks := r.plan()
	if o.Begin != nil {
		o.Begin(&r.reading)
	}
	var workers sync.WaitGroup
	for range max(1, o.Jobs) {
		sink := r.newSink()
		workers.Go(func() { r.work(tasks, sink) })
	}
	r.join(r.newSink())
	workers.Wait()
	for _, s := range r.sources {
		s.finish()
	}
	return &r.reading, context.Cause(ctx)
}

type reader struct {
	ctx     context.Context
	fail    context.CancelCauseFunc
	o       ReadOptions
	sources []*source
	reading Reading
}

func (r *reader) newSink() Sink {
	s := r.o.NewSink()
	r.reading.Sinks = append(r.reading.Sinks, s)
	return s
}

// prepare tells what each input is, leaves out copies, and sorts.
func (r *reader) prepare(inputs []*Input) {
	var good []*Input
	var failed []*SourceReading
	for _, in := range inputs {
		if r.ctx.Err() != nil {
			return
		}
		if _, err := in.Head(); err != nil && len(in.head) == 0 {
			failed = append(failed, &SourceReading{Name: in.name, Err: err})
			continue
		}
		good = append(good, in)
	}
	kept, copies := dropCopies(good)
	for _, in := range kept {
		s := &source{in: in, out: &SourceReading{Name: in.name, in: in}}
		s.recognise(r.o)
		s.out.format = s.format
		r.sources = append(r.sources, s)
	}
	inOrder(r.sources)
	for i, s := range r.sources {
		s.index = int32(i)
		r.reading.Sources = append(r.reading.Sources, s.out)
	}
	r.reading.Sources = append(r.reading.Sources, failed...)
	for _, in := range good {
		if of := copies[in]; of != nil {
			out := &SourceReading{Name: in.name}
			out.Problem(copyText(of))
			r.reading.Sources = append(r.reading.Sources, out)
		}
	}
}

func (s *source) recognise(o ReadOptions) {
	if s.in.folder != "" {
		s.recogniseFolder(o)
		return
	}
	head := s.in.head
	if len(head) == 0 {
		s.out.Problem("empty")
		return
	}
	s.sniff(head, o.Formats)
	if s.format == nil { // the beginning may be damaged
		s.sniff(s.in.middle(), o.Formats)
	}
	if s.format == nil && len(o.Formats) == 1 {
		s.format = o.Formats[0] // told by the user
	}
	if s.format == nil {
		s.out.Err = fmt.Errorf("%s: %w", s.in.name, unrecognised(head))
		return
	}
	s.name = s.format.Name()
	if f, ok := s.format.(interface{ Found([]byte) string }); ok {
		s.name = f.Found(head)
	}
	if f, ok := s.format.(LineFormat); ok {
		s.first, s.yearless, s.timed = f.FirstTime(head, o.Location)
		if s.yearless {
			s.first = s.firstOf(streamStart(head, s.in.modTime, o.Location, o.Year))
		}
	}
}

func (s *source) sniff(sample []byte, formats []Format) {
	best := 0
	for _, f := range formats {
		if score := f.Sniff(sample); score > best {
			best, s.format = score, f
		}
	}
}

// firstOf gives the first stamp the year of start.
func (s *source) firstOf(start time.Time) time.Time {
	return s.first.AddDate(start.Year()-s.first.Year(), 0, 0)
}

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
		s.out.pieceLines = make([]int64, len(pieces))
		s.rests = make(chan pieceRest, max(len(pieces), 1))
		if len(pieces) > 0 && pieces[0].whole {
			s.rests = make(chan pieceRest, maxAhead)
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
		close(s.rests)
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
	for from := int64(0); from < size; from += pieceSize {
		pieces = append(pieces, task{s: s, number: int32(len(pieces)), from: from, to: min(size, from+pieceSize), skip: skip, start: s.in.modTime})
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

// work reads tasks until there are none left.
func (r *reader) work(tasks chan task, sink Sink) {
	buf := lineBuffer()
	for t := range tasks {
		if r.ctx.Err() == nil {
			r.run(t, sink, buf)
		}
		t.s.done()
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
		err = r.runCut(t, f, sink)
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
	r.closePiece(t.s, t.number, p, bytesRead, overlong)
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

// closePiece ends a piece and passes its rest to the joiner.
func (r *reader) closePiece(s *source, number int32, p LineParser, bytesRead, overlong int64) {
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
	s.rests <- pieceRest{number, rest}
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
	var p LineParser
	var number int32
	var bytesRead, total int64
	end := func(overlong int64) {
		if p != nil {
			r.closePiece(t.s, number, p, bytesRead, overlong)
			p, number, total, bytesRead = nil, number+1, total+bytesRead, 0
		}
	}
	overlong, err := readLines(ahead, buf, func(b []byte) error {
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
	n := &countingReader{r: ahead, ctx: r.ctx}
	tally, err := f.Read(r.ctx, r.piece(t), n, sink)
	t.s.add(&tally, func(out *SourceReading) {
		out.Bytes += n.n
		out.pieceLines = []int64{tally.Lines}
	})
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

// join gives the rests of all pieces to the joiners, in the order of the log.
func (r *reader) join(sink Sink) {
	joiners := map[string]Joiner{}
	var order []*source
	for _, s := range r.sources {
		if s.format == nil {
			continue
		}
		f, ok := s.format.(LineFormat)
		if ok && joiners[f.Name()] == nil {
			joiners[f.Name()] = f.NewJoiner(sink)
			order = append(order, s)
		}
		r.joinSource(s, joiners[s.format.Name()])
	}
	for _, s := range order {
		func() {
			defer r.recover(s.in.name)
			t := joiners[s.format.Name()].Close()
			s.add(&t, func(*SourceReading) {})
		}()
	}
}

func (r *reader) joinSource(s *source, j Joiner) {
	defer r.recover(s.in.name)
	early := map[int32]Rest{}
	next := int32(0)
	for p := range s.rests {
		if r.ctx.Err() != nil {
			continue // let the workers end
		}
		early[p.number] = p.rest
		for early[next] != nil {
			j.Join(early[next])
			delete(early, next)
			next++
		}
	}
}

// finish says what there is to say of a source that was read.
func (s *source) finish() {
	if s.format == nil {
		return
	}
	s.out.Format = s.name
	if s.out.Records == 0 && s.out.Err == nil {
		s.out.Format = ""
		s.out.Err = fmt.Errorf("%s: %w", s.in.name, ErrNotRecognised)
	}
}
