package parsers

import (
	"context"
	"io"
	"time"
)

// A Format is one kind of log or mailbox. It is a LineFormat, a StreamFormat or
// a FolderFormat.
type Format interface {
	// Name is the word for --input-format and coverage, such as "postfix".
	Name() string
	// Title says in a few words whose log it is.
	Title() string
	// Sniff says from 0 (not at all) to 100 how surely head, the first up to
	// 64 KiB of a source after decompression and in UTF-8, is of this format. The
	// highest answer wins, of equal ones the first format that was given:
	//
	//	30  the shape of a table or of objects, with no name that we know
	//	60  it begins as a single message does
	//	80  a generic table or objects with our canonical names
	//	90  lines or columns of the format
	//	92  the same, and another format would take the lines for its own
	//	95  lines that only this format writes
	Sniff(head []byte) int
}

// A MappedFormat reads records whose columns the user may name.
type MappedFormat interface {
	Format
	// Missing says which of the columns that the user named head does not have, if
	// it is of the format's shape; else nil.
	Missing(head []byte) error
}

// A LastFormat searches a head for long, and its answer is a low one: it is not asked
// where another format has answered as much.
type LastFormat interface {
	Format
	// MostSniffed is the highest answer of Sniff.
	MostSniffed() int
}

// A WrapperFormat holds lines of other formats, as syslog holds those of mail
// servers.
type WrapperFormat interface {
	Format
	// Found names the formats whose lines stand in head, for coverage: "postfix".
	Found(head []byte) string
}

// An Explainer says why a source is of no format.
type Explainer interface {
	Format
	// Explain returns the first line of head that is not understood and what is
	// missing in it, in words that go on after the line: "names no program". Both are
	// empty where head is no text.
	Explain(head []byte) (line []byte, reason string)
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

// A HostFormat is a LineFormat whose lines name the host that wrote them.
type HostFormat interface {
	LineFormat
	// Hosts returns the hosts that the lines of head name, each once.
	Hosts(head []byte) []string
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

// A SharedJoiner is a Joiner that may have much left to emit when it is closed.
type SharedJoiner interface {
	Joiner
	// Share takes away what it would emit to its sink only because there are no more
	// rests, or most of it. It is called after the last Join and before Close. It returns up
	// to n functions, none where that is little; each emits a part to the sink that it is
	// given. They may run at the same time, and beside Close.
	Share(n int) []func(Sink)
}

// A SpillingJoiner is a Joiner of which more may wait for the end than fits into memory.
type SpillingJoiner interface {
	Joiner
	// SpillTo says what makes room outside memory, before the first Join.
	SpillTo(newSpill func() (Spill, error))
	// Err returns why something could not be read back, nil if all could: then deliveries
	// are missing.
	Err() error
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
	// Cuts returns a function that finds the place, at or after from, where a
	// record begins in r, whose size is in bytes; the size if there is none.
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

// A Sink takes what a source holds. It must not keep d or b beyond the call, nor
// the strings in them: Clone makes a delivery that may be kept.
type Sink interface {
	Add(d *Delivery)
	// Bounce takes the statement of a non-delivery report. Logs have none.
	Bounce(b *Bounce)
}

// A MissSink is a Sink that counts, for a joiner, what no tally of a piece can: mail of which
// the lines that name its recipients are lost, and mail of which they may be still to come.
type MissSink interface {
	Sink
	Missed(o Origin, reason string)
	Unnamed(o Origin)
}

// A Piece is what a parser must know of the input that it is about to read.
type Piece struct {
	// Source and Number are those that the parser puts into Origin.Source and
	// Origin.Piece of all that it emits. Pieces of a source are numbered from 0,
	// in the order of its text.
	Source int32
	Number int32
	// Name is that of the source, as given. Of a mailbox it names the folder.
	Name string
	// Offset is where the piece begins in its source, in bytes.
	Offset int64
	// Context means that the source is evidence alone: its mail is no finding.
	Context bool
	// OtherHosts are those whose lines other sources have, and this one has not: a message
	// may go on there.
	OtherHosts []string
	// Shard means that other hosts' lines may be in sources that are read elsewhere: what
	// may go on there is left to the joiner.
	Shard bool
	// Start is the time at the beginning of the piece, as far as known: stamps
	// without a year take theirs from it and move on from there.
	Start time.Time
	// Location is the zone of stamps without one. Never nil.
	Location *time.Location
	// Map names the column of each field, for formats that have columns.
	Map map[string]string
	// DateOrder is "mdy" or "dmy" for stamps such as 10/1/2026, "" to infer it
	// from the source.
	DateOrder string
	// Buffer is memory that may be used while the piece is read, nil if there is
	// none: that of the next piece is the same.
	Buffer []byte
}
