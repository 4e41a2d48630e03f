package read

import "time"

// A Mailbox is how far a folder on a server was read, which its text does not
// show as that of a file does: messages come and go, and have numbers.
type Mailbox struct {
	Server, Account, Folder string

	UIDValidity uint32 // the numbers mean nothing under another one (RFC 9051 section 2.3.1.1)
	LastUID     uint32
	// Since is the day, in UTC, from which on messages were read; zero for all.
	Since   time.Time
	Context bool // it was read as evidence alone
	// Missing are messages that could not be read. Each run asks for them, and
	// counts those of them that are malformed still.
	Missing []uint32
}

// Identify gives a source that is no file its id in the history, before it is
// read. Its lines are numbered by the server.
func (s *Source) Identify(id int64) {
	s.id = id
	s.pieceLines = make([]int64, 1)
}

// ResumeFrom adds the counts of earlier runs to s.
func (s *Source) ResumeFrom(p *State) {
	s.Bytes += p.Size
	s.Tally.Merge(p.Tally)
}

// KeepMailbox notes for a later run the state of s, which was read up to box by
// the format of this name.
func (s *Source) KeepMailbox(reader string, box Mailbox) {
	p := &State{ID: s.id, Name: s.Name, Format: s.Format, Reader: reader, Size: s.Bytes, Tally: s.Tally, Mailbox: &box}
	p.Tally.Malformed -= int64(len(box.Missing))
	p.Tally.Lines -= int64(len(box.Missing))
	s.state = p
}

// MarkReread notes that s was read from its start again: see Reread.
func (s *Source) MarkReread() { s.reread = true }

// Unread returns the source of a mailbox that this run did not read.
func (p *State) Unread() *Source {
	s := &Source{Name: p.Name, Format: p.Format, missing: true, state: p}
	s.Identify(p.ID)
	s.ResumeFrom(p)
	return s
}
