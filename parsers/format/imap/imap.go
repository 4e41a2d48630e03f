// Package imap reads the folders of sent mail of one account or of many over
// IMAP (RFC 9051, and RFC 3501 before it).
//
// Nothing is changed on the server: a folder is opened by EXAMINE, and all
// that is fetched is fetched by BODY.PEEK. Of each message the size, the time
// of arrival and the few header fields that say who wrote to whom are asked
// for; no body is:
//
//	C: a EXAMINE Sent
//	C: b UID SEARCH 1:50000
//	C: c UID FETCH 1:1000 (UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM TO …)])
//
// The folders are those that the server marks as \Sent (RFC 6154), and those
// that are named so in one of many languages: see Selection.
//
// # Faults
//
// A server is not trusted. Package wire stands between the IMAP client and the
// network and bounds the time and the bytes of each answer; only messages that
// were asked for are taken, each once, and the messages that were received are
// compared with those that the server listed. When a connection breaks, the folder
// goes on in a new connection after the last message: first with a single message,
// then with more and more. A message that fails alone, or whose answer cannot be
// read, is quarantined: it is skipped and named. What a server refuses for now is
// waited for, and is no fault of a message.
//
// Folders are read from their newest messages to their oldest, so that
// messages which are removed meanwhile do not hide others.
//
// # Files
//
// A Read goes down this list, and so does a message:
//
//	reader.go      accounts at the same time, their folders one after the other
//	connection.go  a session for an account, and another one when it ended;
//	retry.go       when to try again, after how long, and when to stop
//	passing.go     what a server refuses for now
//	session.go     one connection that is logged in (server.go, login.go, way.go)
//	selection.go   which folders are read
//	folder.go      a folder, and its outcome
//	span.go        which of its messages are wanted, after an earlier run
//	listing.go     their UIDs, window by window
//	download.go    the messages, batch by batch, and which are quarantined
//	batch.go       the messages of one FETCH
//	fetch.go       the FETCH itself, over wire
//	writer.go      a message's deliveries
//	messages.go    messages that are opened again after the verdict
package imap

import (
	"context"
	"errors"
	"time"

	"github.com/typoaudit/typoaudit/parsers/read"
)

// FormatName is the format of a folder in coverage.
const FormatName = "imap"

// A Folder is a folder of an account, by the names of both.
type Folder struct{ Account, Name string }

// A Position is the place up to which a folder was read. It means nothing
// under another UIDVALIDITY (RFC 9051 section 2.3.1.1), or for a folder that was
// read as another kind.
type Position struct {
	UIDValidity uint32
	LastUID     uint32 // 0 if there was no message
	// Since is the day from which on messages were asked for, at midnight UTC;
	// zero for all. The server takes it for a day of its own zone.
	Since   time.Time
	Context bool     // the folder was read as received mail: evidence alone
	Missing []uint32 // UIDs up to LastUID that could not be read, ascending
}

// A Reading is the outcome for all folders.
type Reading struct {
	read.Reading // a source is a folder, or an account that could not be read
	// Folders are those that Sources are, the zero Folder for an account.
	Folders []Folder
	// Replaced holds the folders whose Known position means nothing any more:
	// they are reread from the start.
	Replaced map[Folder]bool
	// Positions are those of the folders that were read to their end.
	Positions map[Folder]Position

	reader *reader
}

// Read reads the folders. Its error is the end of ctx or a fault of the program
// itself; faults of an account or a folder are in its read.Source.
func Read(ctx context.Context, o Options) (*Reading, error) {
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if o.Limits.Total > 0 {
		var stop context.CancelFunc
		inner, stop = context.WithTimeoutCause(inner, o.Limits.Total, errTotal)
		defer stop()
	}
	r := newReader(o, cancel)
	r.survey(inner)
	r.plan()
	if o.Begin != nil {
		o.Begin(&r.reading)
	}
	r.readAll(inner)
	r.logOut(inner)
	if err := context.Cause(inner); err != nil && !errors.Is(err, errTotal) {
		return nil, err
	}
	r.reading.reader = r
	return &r.reading, nil
}
