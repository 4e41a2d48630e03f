package parsers

import "time"

// A Mailbox is how far a folder on a server was read, which cannot be told from
// its text as that of a file can: messages come and go, and have numbers.
type Mailbox struct {
	Server, Account, Folder string

	UIDValidity uint32 // the numbers mean nothing under another one
	LastUID     uint32
	// Since is the day from which on messages were read, zero for all.
	Since   time.Time
	Context bool // it was read as evidence alone
	// Missing are messages that could not be read. Each run asks for them, and
	// counts those of them that are malformed still.
	Missing []uint32
}

// Identify gives a source that is no file its id in the history, before it is
// read. Its lines are numbered by the server.
func (r *SourceReading) Identify(id int64) {
	r.id = id
	r.pieceLines = make([]int64, 1)
}

// GoOnFrom adds what earlier runs counted of r.
func (r *SourceReading) GoOnFrom(p *Past) {
	r.Bytes += p.Size
	r.Tally.Merge(p.Tally)
}

// Bequeath notes what a later run must know of r, which was read up to box.
func (r *SourceReading) Bequeath(reader string, box Mailbox) {
	p := &Past{ID: r.id, Name: r.Name, Format: r.Format, Reader: reader, Size: r.Bytes, Tally: r.Tally, Mailbox: &box}
	p.Tally.Malformed -= int64(len(box.Missing))
	p.Tally.Lines -= int64(len(box.Missing))
	r.past = p
}

// Replace tells that r was read from its start again: see Anew.
func (r *SourceReading) Replace() { r.anew = true }

// Left returns the reading of a mailbox that this run did not read.
func (p *Past) Left() *SourceReading {
	r := &SourceReading{Name: p.Name, Format: p.Format, gone: true, past: p}
	r.Identify(p.ID)
	r.GoOnFrom(p)
	return r
}
