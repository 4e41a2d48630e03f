package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/tempfile"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A Follower follows the journal of this machine: a child writes its entries, in the Journal
// Export Format, into a file without a name, which is read as a log is.
type Follower struct {
	// Follow runs the child: it writes entries as an Exporter does, and goes on until it
	// ends or ctx does.
	Follow Exporter
	// Gap is what lies between the end of a child and the next one, at first.
	Gap time.Duration
	// Check is how often it is looked whether the journal has entries that the child does not
	// write, 0 for never. One that hangs is ended.
	Check time.Duration

	mu      sync.Mutex // held while the file grows, and while it must not
	file    *os.File
	size    int64
	rest    []byte // of an entry that is not whole
	cursor  string // of the last entry in the file
	stop    context.CancelFunc
	stopped chan struct{}
	failed  error // of the child, nil while it runs
	full    bool  // the next entry begins another file

	held bool // by the only one who calls Hold and Input
}

// maxFile is the size from which on another file is begun, in bytes.
const maxFile = 64 << 20

// lastGap is the longest gap between the end of one child and the next.
const lastGap = time.Minute

// Start follows the journal after a cursor, or since a time, until End or Close.
//
// What is there already is exported first: a child that follows shows entries since the
// machine was started alone.
func (j *Follower) Start(ctx context.Context, export Exporter, cursor string, since time.Time) {
	j.cursor, j.stopped = cursor, make(chan struct{})
	ctx, j.stop = context.WithCancel(ctx)
	go func() {
		defer close(j.stopped)
		for gap := j.Gap; ctx.Err() == nil; gap = min(2*gap, lastGap) {
			began := time.Now()
			var err error
			if crashed := read.Contain(Name, func() { err = j.export(ctx, export, since) }); crashed != nil {
				err = crashed
			}
			j.fail(fmt.Errorf("%s: %w", Name, err))
			if time.Since(began) > lastGap {
				gap = j.Gap
			}
			pause(ctx, gap)
		}
	}()
}

// export has the entries written that are there, and then those that come, until the child
// ends: its error says why.
func (j *Follower) export(ctx context.Context, there Exporter, since time.Time) error {
	if err := there(ctx, j, since, j.at()); err != nil {
		return err
	}
	following, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if j.Check > 0 {
		go func() { _ = read.Contain(Name, func() { j.watchChild(following, stop, there, since) }) }()
	}
	err := j.Follow(following, j, since, j.at())
	if errors.Is(context.Cause(following), errHangs) {
		return errHangs
	}
	if err != nil {
		return err
	}
	return errors.New("journalctl ended")
}

// errHangs is the error of a child that does not write what is there.
var errHangs = errors.New("journalctl did not show entries that are there, and was ended")

// watchChild ends the child when it does not write what the journal has.
func (j *Follower) watchChild(ctx context.Context, stop context.CancelCauseFunc, there Exporter, since time.Time) {
	for pause(ctx, j.Check) {
		cursor := j.last()
		var more countingWriter
		if err := there(ctx, &more, since, cursor); err != nil || more == 0 {
			continue // an error is one of the child as well
		}
		if pause(ctx, j.Gap) && j.last() == cursor {
			stop(errHangs)
		}
	}
}

// pause waits a while, and reports whether ctx goes on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
	return ctx.Err() == nil
}

// A countingWriter counts the bytes that are written to it.
type countingWriter int64

// Write implements io.Writer.
func (c *countingWriter) Write(b []byte) (int, error) {
	*c += countingWriter(len(b))
	return len(b), nil
}

// last is the cursor of the last entry in the file.
func (j *Follower) last() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.cursor
}

func (j *Follower) at() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.rest = nil // what the last child did not finish comes again
	return j.cursor
}

func (j *Follower) fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed = err
}

// entryEnd ends an entry of the export format. The value of a binary field may hold it as
// well, and then the part before it is no entry with a cursor of its own: it is written with
// the next one.
var entryEnd = []byte("\n\n")

// maxRest bounds an entry, in bytes: a longer one is written as it comes.
const maxRest = 8 << 20

// Write implements io.Writer. It writes whole entries.
func (j *Follower) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed = nil
	j.rest = append(j.rest, b...)
	end := bytes.LastIndex(j.rest, entryEnd)
	if end < 0 && len(j.rest) < maxRest {
		return len(b), nil
	}
	whole := j.rest
	if end >= 0 {
		whole = j.rest[:end+len(entryEnd)]
	}
	if err := j.append(whole); err != nil {
		return 0, err
	}
	j.rest = append([]byte(nil), j.rest[len(whole):]...)
	return len(b), nil
}

// append adds entries to the file, or begins another one. Where the disk is full none of them
// is in it: they come again, as the cursor is that of before.
func (j *Follower) append(entries []byte) (err error) {
	if j.file == nil || j.full {
		if j.file != nil {
			_ = j.file.Close() // it was read
		}
		j.full, j.size = false, 0
		if j.file, err = tempfile.Unnamed(); err != nil {
			return fmt.Errorf("a temporary file: %w", err)
		}
	}
	if _, err = j.file.WriteAt(entries, j.size); err != nil {
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(len(entries))
	if c := lastCursor(entries); c != "" {
		j.cursor = c
	}
	return nil
}

// lastCursor returns the cursor of the last entry.
func lastCursor(entries []byte) string {
	const field = "__CURSOR="
	at := bytes.LastIndex(entries, []byte("\n"+field))
	switch {
	case at >= 0:
		at++
	case bytes.HasPrefix(entries, []byte(field)):
		at = 0
	default:
		return ""
	}
	line, _, _ := bytes.Cut(entries[at+len(field):], []byte("\n"))
	return string(line)
}

// Input returns the file that the entries are in, nil before there are any. The error is
// that of the child.
func (j *Follower) Input() (*source.Input, error) {
	if !j.held {
		j.mu.Lock()
		defer j.mu.Unlock()
	}
	if j.file == nil {
		return nil, j.failed
	}
	in, err := source.FromFile(Name, j.file)
	if err != nil {
		return nil, err
	}
	in.GoesOn(j.cursor)
	return in, j.failed
}

// Hold keeps the file as it is until resume is called.
func (j *Follower) Hold() (resume func()) {
	j.mu.Lock()
	j.held = true
	return func() {
		j.held = false
		j.mu.Unlock()
	}
}

// Saved notes that all that is in the file was saved. It is called while the file is held.
func (j *Follower) Saved() { j.full = j.size >= maxFile }

// IsStarted reports whether Start was called.
func (j *Follower) IsStarted() bool { return j.stop != nil }

// End ends the child.
func (j *Follower) End() {
	if j.IsStarted() {
		j.stop()
		<-j.stopped
	}
}

// Close ends the child, and closes the file.
func (j *Follower) Close() {
	j.End()
	if j.file != nil {
		_ = j.file.Close() // it has no name
	}
}
