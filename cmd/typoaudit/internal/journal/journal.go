// Package journal reads the journal of systemd of this machine as a log: once, or for as long
// as it grows.
package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/tempfile"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// Name stands for the journal of this machine in a list of paths. A file of that
// name is ./journald.
const Name = "journald"

// An Exporter writes the journal after a cursor, or since a time where there is none, all of
// it for the zero time, in the Journal Export Format (systemd's journal-export-formats). With
// an error, what it wrote is not the whole of it.
type Exporter = func(ctx context.Context, to io.Writer, since time.Time, cursor string) error

// Open returns the journal after a cursor as an input, or since a time where there is
// none, all of it for the zero time. It is read from a file without a name, since an input is
// read more than once. An error beside an input is a gap in it. A journal without any entry
// is an error, unless there was one before: every machine that runs has some, so it is another
// one's, or not to be read by this user.
func Open(ctx context.Context, export Exporter, since time.Time, cursor string) (*source.Input, error) {
	f, err := tempfile.Unnamed()
	if err != nil {
		return nil, fmt.Errorf("%s: a temporary file: %w", Name, err)
	}
	gap := export(ctx, f, since, cursor)
	in, err := source.FromFile(Name, f)
	if gap == nil && err == nil && in.Size() == 0 && cursor == "" {
		gap = errors.New("no entry of the journal can be read")
	}
	if gap != nil {
		gap = fmt.Errorf("%s: %w", Name, gap)
	}
	if err != nil || in.Size() == 0 {
		return nil, errors.Join(gap, err, f.Close())
	}
	if cursor != "" {
		in.GoesOn(cursorAtEnd(f, in.Size(), cursor))
	}
	return in, gap
}

// cursorAtEnd returns the cursor of the last entry of a file, or another one if there is
// none.
func cursorAtEnd(f *os.File, size int64, otherwise string) string {
	b := make([]byte, min(size, maxRest))
	n, _ := f.ReadAt(b, size-int64(len(b))) // what cannot be read has no cursor
	return cmp.Or(lastCursor(b[:n]), otherwise)
}
