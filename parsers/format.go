package parsers

import (
	"context"
	"io"
	"strconv"
	"time"
)

// A Format is one kind of log or mailbox. It is a LineFormat, a StreamFormat or
// a FolderFormat.
type Format interface {
	// Name is the word for --input-format and coverage, such as "postfix".
	Name() string
	// Title says in a few words whose log it is.
	Title() string
	// Sniff says from 0 (not at all) to 100 (certain) how surely head, the
	// first up to 64 KiB of a source after decompression and in UTF-8, is of
	// this format.
	Sniff(head []byte) int
}

// A LineFormat has records of whole lines, so that a source may be cut at any
// line end and its pieces read on several cores.
type LineFormat interface {
	Format
	// NewPiece begins a piece. Deliveries go to sink as they are settled.
	NewPiece(p Piece, sink Sink) LineParser
	// NewJoiner makes what settles the sessions that pieces share.
	NewJoiner(sink Sink) Joiner
	// FirstTime returns the time of the first stamped line of head. Stamps
	// without a year are read in the year of zone.Now's zone, and say so.
	FirstTime(head []byte, loc *time.Location) (t time.Time, yearless, ok bool)
}

// A LineParser reads one piece.
type LineParser interface {
	// Parse reads whole lines: b ends at a line end, or at the end of input.
	Parse(b []byte)
	// Close ends the piece and returns what it could not settle.
	Close() (Tally, Rest)
}

// Rest is what a piece could not settle; its Joiner knows what it is.
type Rest any

// A Joiner settles the sessions that several pieces share. It is given the
// rests of all pieces, in the order of the log.
type Joiner interface {
	Join(Rest)
	Close() Tally
}

// A StreamFormat is read from its beginning to its end by one reader.
type StreamFormat interface {
	Format
	// Read reads r to its end. An error is one of reading; a record that
	// cannot be understood is a count in the tally.
	Read(ctx context.Context, p Piece, r io.Reader, sink Sink) (Tally, error)
}

// A CutFormat is a StreamFormat whose files may be cut where a record begins,
// so that the parts are read on several cores. Each is read as a stream of its
// own, from an io.Reader that is an io.ReaderAt as well.
type CutFormat interface {
	StreamFormat
	// Cuts returns what tells where the first record begins at or behind a place
	// in r, of so many bytes; that is the size if there is none.
	Cuts(r io.ReaderAt, size int64) func(from int64) int64
}

// A FolderFormat has one message a file, and many files a source.
type FolderFormat interface {
	Format
	// NewFolder begins a part of a folder.
	NewFolder(p Piece, sink Sink) FolderParser
}

// A FolderParser reads some of the files of a folder.
type FolderParser interface {
	// ReadFile reads one file, decompressed, of so many bytes on disk; o is its
	// origin. An error is one of reading.
	ReadFile(name string, size int64, r io.Reader, o Origin) error
	Close() Tally
}

// A Sink takes deliveries. It must not keep d beyond Add, nor the strings in
// it: Clone makes a delivery that may be kept.
type Sink interface{ Add(d *Delivery) }

// A Piece is what a parser must know of the input that it is about to read.
type Piece struct {
	Source int32
	Number int32
	// Name is that of the source, as given. Of a mailbox it tells the folder.
	Name string
	// Offset is where the piece begins in its source, in bytes.
	Offset int64
	// Context tells that the source is evidence alone: its mail is no finding.
	Context bool
	// Start is the time at the beginning of the piece, as far as known: stamps
	// without a year take theirs from it and move on from there.
	Start time.Time
	// Location is the zone of stamps without one. Never nil.
	Location *time.Location
	// Map names the column of each field, for formats that have columns.
	Map map[string]string
	// DateOrder is "mdy" or "dmy" for stamps such as 10/1/2026, "" to tell it
	// from the source.
	DateOrder string
	// Buffer is memory that may be used while the piece is read, nil if there is
	// none: that of the next piece is the same.
	Buffer []byte
}

// A Tally counts what was read. Tallies of pieces add up.
type Tally struct {
	Lines      int64 // lines or rows, also those that are none of ours
	Records    int64 // records that the format understood
	Deliveries int64
	Malformed  int64 // records that look like ours and could not be understood
	NoSender   int64 // deliveries whose sender is not told
	Incomplete int64 // deliveries whose beginning or end is not in the log
	First      time.Time
	Last       time.Time
	// Errors are the first few malformed records, for -v.
	Errors []SyntaxError
	// Problems are remarks about the source as a whole, a sentence each.
	Problems []string
}

// maxSyntaxErrors bounds the malformed records that a tally keeps: the rest
// are only counted.
const maxSyntaxErrors = 20

// A SyntaxError is a record that could not be understood.
type SyntaxError struct {
	Origin Origin
	Reason string
}

func (e *SyntaxError) Error() string { return e.Reason }

// Bad counts a malformed record.
func (t *Tally) Bad(o Origin, reason string) {
	t.Malformed++
	if len(t.Errors) < maxSyntaxErrors {
		t.Errors = append(t.Errors, SyntaxError{o, reason})
	}
}

// Seen widens the span of t to hold when.
func (t *Tally) Seen(when time.Time) {
	if when.IsZero() {
		return
	}
	if t.First.IsZero() || when.Before(t.First) {
		t.First = when
	}
	if when.After(t.Last) {
		t.Last = when
	}
}

// Merge adds u to t. The errors that stay are those of the earliest pieces,
// whatever the order of merging.
func (t *Tally) Merge(u Tally) {
	t.Lines += u.Lines
	t.Records += u.Records
	t.Deliveries += u.Deliveries
	t.Malformed += u.Malformed
	t.NoSender += u.NoSender
	t.Incomplete += u.Incomplete
	t.Seen(u.First)
	t.Seen(u.Last)
	t.Errors = append(t.Errors, u.Errors...)
	if len(t.Errors) > maxSyntaxErrors {
		sortErrors(t.Errors)
		t.Errors = t.Errors[:maxSyntaxErrors]
	}
	for _, p := range u.Problems {
		t.Problem(p)
	}
}

// Problem adds a remark, once.
func (t *Tally) Problem(text string) {
	for _, p := range t.Problems {
		if p == text {
			return
		}
	}
	t.Problems = append(t.Problems, text)
}

func quote(s string) string { return strconv.QuoteToASCII(s) }
