package parsers

import (
	"context"
	"errors"
	"fmt"
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
	// Resume, if not nil, makes the run go on where earlier ones ended.
	Resume *Resumption
}

// A Reading is what became of the sources.
type Reading struct {
	Sources []*SourceReading // in the order in which they were read
	Sinks   []Sink           // all that NewSink made, the joiner's last
	Open    Sink             // what Resumption.NewSink made
}

// A SourceReading is what became of one source.
type SourceReading struct {
	Name   string
	Format string // "" if none was recognised
	Bytes  int64  // after decompression
	Tally
	// Err is why the source, or its end, could not be read.
	Err error

	// Mailbox tells a source of messages that is no file.
	Mailbox bool

	// Unused tells a source that is gone and tells nothing of what is audited:
	// it is no part of coverage.
	Unused bool

	pieceLines []int64
	id         int64
	gone, anew bool
	supplants  bool
	past       *Past
	open       []byte
	in         *Input // to open messages again
	format     Format
}

// IsMailbox tells a source of messages; its Records are those, and its Lines say
// little.
func (s *SourceReading) IsMailbox() bool {
	_, ok := s.format.(MessageFormat)
	return ok || s.Mailbox
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

	past      *Past  // what earlier runs read of it
	from      int64  // bytes of text that they read
	unchanged bool   // there is nothing to read
	readTo    int64  // bytes of text that are read now
	tail      []byte // the last of them, where reading them again would cost

	mu      sync.Mutex
	rests   chan pieceRest
	pending int
}

// Bounds of what may wait for the joiner, so that memory does not grow with the
// input where joining is slower than reading: rests of a stream, and pieces for
// each worker.
const (
	maxAhead      = 16
	piecesAWorker = 2
)

// Read reads inputs on several cores. It fails only when ctx ends or the
// program itself is at fault; what is wrong with a source is told in its
// SourceReading.
func Read(ctx context.Context, inputs []*Input, o ReadOptions) (*Reading, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &reader{ctx: ctx, fail: cancel, o: o}
	r.prepare(inputs)
	r.resume()
	tasks := r.plan()
	r.slots = make(chan struct{}, piecesAWorker*max(1, o.Jobs))
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
		if r.o.Resume != nil && s.format != nil && s.out.Err == nil && context.Cause(ctx) == nil {
			s.out.Err = s.bequeath()
		}
	}
	r.handOn()
	return &r.reading, context.Cause(ctx)
}

type reader struct {
	ctx     context.Context
	fail    context.CancelCauseFunc
	o       ReadOptions
	sources []*source
	reading Reading
	opened  []Tally // what joiners told behind the end of the logs, of each source
	// slots holds one for each piece that was begun and is not joined. It is
	// taken before the piece is: the first that the joiner waits for has one.
	slots chan struct{}
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
	if r.o.Resume != nil {
		r.recall(&failed)
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
