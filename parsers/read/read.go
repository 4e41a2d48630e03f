// Package read drives the formats over the inputs of an audit on several cores.
//
// Read goes through these phases:
//
//	prepare  recognise each input, leave out copies, bring logs into the order of their lines
//	match    find the states that earlier runs left of them (with Options.Resume)
//	plan     cut them into tasks: pieces of a file, parts of a folder, whole streams
//	work     parse the tasks, on several cores; each worker has a sink of its own
//	join     settle the messages that several pieces share, in the order of the log
//	keep     note how far each source was read, for the next run
package read

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// ErrNotRecognised is the error of a source that is of none of the formats.
var ErrNotRecognised = errors.New("no mail log format recognised")

// ErrInternal is the error of a fault of the program itself. No input may cause
// one.
var ErrInternal = errors.New("internal error")

// pieceSize is how much of a file one worker takes at a time, in bytes: large
// enough that the sessions which pieces share are few.
const pieceSize = 16 << 20

// A Role is the purpose of a sink.
type Role uint8

// The roles of sinks.
const (
	// Worker is the role of a sink that takes the deliveries that one worker
	// parses: those of a piece come together.
	Worker Role = iota
	// Joiner is the role of the one sink that takes the deliveries of messages
	// that several pieces share.
	Joiner
	// Open is the role of the sinks that take, with Options.Resume, the
	// deliveries that are open at the end of the logs: they are part of this
	// report, and the next run emits them again.
	Open
)

// Options say how sources are read.
type Options struct {
	Formats  []parsers.Format
	Location *time.Location    // of stamps without a zone
	Year     int               // of the first stamp of each source without a year; 0: inferred from the file
	Now      time.Time         // to see that a file cannot be of then; zero: not looked at
	Map      map[string]string // column of each field, for formats with columns
	// DateOrder is that of parsers.Piece.
	DateOrder string
	Jobs      int // workers, at least 1
	// NewSink makes the sinks: one for each worker and one for the joiner before
	// anything is read, and one or several for open deliveries if there are any. Those
	// of workers take what is open at the end where there is no Resume.
	NewSink func(Role) parsers.Sink
	// Spill makes room outside memory for messages whose end is still to come, which a
	// long queue has very many of. Nil, or an error: there is none.
	Spill func() (parsers.Spill, error)
	// Begin, if not nil, is given the Reading when its sources are known and
	// before any is read.
	Begin func(*Reading)
	// Sniffed, if not nil, keeps the format of each head, by its hash, from one Read to the
	// next: who reads the same logs every moment recognises them once.
	Sniffed map[uint64]parsers.Format
	// Resume, if not nil, makes the run continue where earlier ones ended.
	Resume *Resumption
	// Shard, if not nil, leaves what pieces share to be joined elsewhere. It goes without
	// Resume.
	Shard *Sharding
}

// Bounds of the work that may wait for the joiner, so that memory does not grow
// with the input where joining is slower than reading: rests of a stream, and
// pieces for each worker.
const (
	maxAhead      = 16
	piecesAWorker = 2
)

// Read reads inputs on several cores. It fails only when ctx ends or the
// program itself is at fault; the fault of a source is in its Source.
func Read(ctx context.Context, inputs []*source.Input, o Options) (*Reading, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &reader{ctx: ctx, fail: cancel, o: o}
	r.prepare(inputs)
	r.findUnchanged()
	tasks := r.plan()
	r.slots = make(chan struct{}, piecesAWorker*max(1, o.Jobs))
	if o.Begin != nil {
		o.Begin(&r.reading)
	}
	var workers sync.WaitGroup
	for range max(1, o.Jobs) {
		sink := r.newSink(Worker)
		r.workers = append(r.workers, sink)
		workers.Go(func() { r.work(tasks, sink) })
	}
	r.join(r.newSink(Joiner))
	workers.Wait()
	r.missPassed()
	r.missPages()
	for _, e := range r.entries {
		e.finish(o.Formats)
		if r.o.Resume != nil && e.format != nil && e.out.Err == nil && context.Cause(ctx) == nil {
			e.out.Err = e.keepState()
		}
	}
	r.completeStates()
	if r.o.Shard == nil {
		r.remark()
		return &r.reading, context.Cause(ctx)
	}
	for _, e := range r.entries {
		e.describe()
	}
	return &r.reading, context.Cause(ctx)
}

type reader struct {
	ctx     context.Context
	fail    context.CancelCauseFunc
	o       Options
	entries []*entry
	reading Reading
	workers []parsers.Sink  // the sinks of the workers
	open    []parsers.Sink  // of the role Open, as many as were needed
	opened  []parsers.Tally // counts of joiners after the end of the logs, of each entry
	// slots holds one for each piece that was begun and is not joined. It is
	// taken before the piece is: the first that the joiner waits for has one.
	slots chan struct{}
}

func (r *reader) newSink(role Role) parsers.Sink {
	s := r.o.NewSink(role)
	r.reading.Sinks = append(r.reading.Sinks, s)
	return s
}

// An entry is a source on its way through Read.
type entry struct {
	in       *source.Input // nil for a source that is missing
	format   parsers.Format
	name     string // of format, for coverage
	first    time.Time
	above    int64         // bytes of the lines above its records: see sniffBelow
	printed  *printedTable // nil if it is none
	yearless bool
	timed    bool
	last     time.Time // of its last line, where that is asked for; zero if not known
	hosts    []string  // that its head names, sorted
	others   []string  // those whose lines other sources have
	out      *Source
	index    int32

	previous  *State // how far earlier runs read it
	from      int64  // bytes of text that they read
	unchanged bool   // there is nothing to read
	readTo    int64  // bytes of text that are read now
	tail      []byte // the last of them, where reading them again would cost

	mu      sync.Mutex
	rests   chan pieceRest
	pending int
}

// prepare recognises each input, leaves out copies, and sorts.
func (r *reader) prepare(inputs []*source.Input) {
	good, failed := r.lookAt(inputs)
	kept, copies := source.DropCopies(good)
	for _, in := range kept {
		e := &entry{in: in, out: &Source{Name: in.Name(), in: in}}
		e.recognise(r.o)
		e.out.format = e.format
		r.entries = append(r.entries, e)
	}
	if r.o.Resume != nil {
		failed = append(failed, r.match()...)
	}
	r.arrange()
	r.reading.Sources = append(r.reading.Sources, failed...)
	var left []*Source
	for _, in := range good {
		if of := copies[in]; of != nil {
			out := &Source{Name: in.Name()}
			out.Problem(fmt.Sprintf("same content as %s: counted once", of.Name()))
			left = append(left, out)
		}
	}
	slices.SortStableFunc(left, compareNames)
	r.reading.Sources = append(r.reading.Sources, left...)
}

// compareNames orders sources that were not looked into, as those of several shards are.
func compareNames(a, b *Source) int { return cmp.Compare(a.Name, b.Name) }

// arrange puts the sources into the order of the log, which is that of their numbers.
func (r *reader) arrange() {
	inOrder(r.entries)
	noteScattered(r.entries)
	for i, e := range r.entries {
		e.index = int32(i)
		r.reading.Sources = append(r.reading.Sources, e.out)
	}
}

// lookAt reads the heads of inputs.
func (r *reader) lookAt(inputs []*source.Input) (good []*source.Input, failed []*Source) {
	for _, in := range inputs {
		if r.ctx.Err() != nil {
			return good, failed
		}
		if head, err := in.Head(); err != nil && len(head) == 0 {
			failed = append(failed, &Source{Name: in.Name(), Err: err})
			continue
		}
		good = append(good, in)
	}
	slices.SortStableFunc(failed, compareNames)
	return good, failed
}
