package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A folder is one that is read.
type folder struct {
	*reader
	*person
	chosen
	index int32 // among the sources
	out   *read.Source
	err   error

	validity uint32
	uidNext  uint32 // 0 if the server does not tell
	exists   uint32 // how many messages it holds, the least of what was told
	expunged uint32 // how many were removed while it was open, the most of any session

	listed  uint64 // messages
	highest uint32 // UID that was listed
	bottom  uint32 // UID below which nothing was listed yet
	next    uint32 // sequence number from which on, downwards, nothing was listed yet
	floor   uint32 // sequence number down to which nothing is listed
	begun   bool

	size    int // of the next FETCH
	tries   int // that brought nothing, in a row
	suspect uint32
	bad     []badMessage

	phase   phase
	writer  *writer
	reports []uint32   // messages that report of others
	mu      sync.Mutex // of out and reports, while helpers read as well
}

// A badMessage is one that could not be read.
type badMessage struct {
	uid    uint32
	reason string
}

// opened notes what the server told of the folder.
func (f *folder) opened(s *session) {
	f.validity, f.uidNext, f.exists = s.list.UIDValidity, uint32(s.list.UIDNext), s.list.NumMessages
}

func (f *folder) id() Folder { return Folder{f.account.Name, f.name} }

// known returns where an earlier run ended, if that means anything still. One
// that found nothing left nothing to go on from.
func (f *folder) known() (Position, bool) {
	p, ok := f.o.Known[f.id()]
	return p, ok && p.UIDValidity == f.validity && f.validity != 0 && p.Context == f.context && p.LastUID > 0
}

// isReplaced tells that an earlier run ended at a place that means nothing now.
func (f *folder) isReplaced() bool {
	_, was := f.o.Known[f.id()]
	_, is := f.known()
	return was && !is && f.err == nil
}

// isWider tells that messages are wanted which an earlier run left out as too
// old.
func (f *folder) isWider() bool {
	p, known := f.known()
	return known && !p.Since.IsZero() && f.since().Before(p.Since)
}

// hasNothingNew tells it by what the server said when the folder was opened.
func (f *folder) hasNothingNew() bool {
	p, known := f.known()
	return f.exists == 0 || known && f.uidNext == p.LastUID+1 && len(p.Missing) == 0 && !f.isWider()
}

// expected returns how many messages are to be read, at most.
func (f *folder) expected() uint32 {
	if p, ok := f.known(); ok && f.uidNext > 0 && !f.isWider() {
		return min(f.exists, f.uidNext-min(f.uidNext, p.LastUID+1)+uint32(len(p.Missing)))
	}
	return f.exists
}

// read reads the folder to its end.
func (f *folder) read(ctx context.Context) {
	if f.err != nil {
		return
	}
	p, known := f.known()
	f.highest = p.LastUID * boolToInt(known)
	if f.hasNothingNew() {
		return
	}
	sink := <-f.sinks
	defer func() { f.sinks <- sink }()
	f.writer, f.size = newWriter(f, sink), f.batch()
	helpers := f.hire()
	defer func() {
		for _, h := range helpers {
			h.dismiss(ctx)
		}
	}()
	for f.err == nil {
		uids, err := f.list(ctx)
		if f.err = err; len(uids) == 0 {
			break
		}
		f.err = f.fetchAll(ctx, uids, helpers)
	}
	if f.err == nil && f.floor > 0 {
		f.err = fmt.Errorf("of %d messages only the newest %d were asked for", f.exists, f.o.Limits.Messages)
	}
	f.checkCount()
	f.readReports(ctx)
}

// readReports reads the messages that report of others, with their bodies.
func (f *folder) readReports(ctx context.Context) {
	if f.err != nil || len(f.reports) == 0 {
		return
	}
	slices.Sort(f.reports)
	f.phase = phaseReports
	f.size = f.batch()
	f.err = f.fetch(ctx, f.reports)
}

// batch returns how many messages are asked for at once.
func (f *folder) batch() int {
	if f.phase == phaseReports {
		return max(1, f.o.Limits.Batch/20) // they are larger
	}
	return f.o.Limits.Batch
}

func boolToInt(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// errChanged tells that the numbers of the messages mean others than before.
var errChanged error = &refusal{asked: "keep the UIDVALIDITY of the folder while it was read"}

// inFolder gives do a session in which the folder is open and is the same still.
func (f *folder) inFolder(ctx context.Context, do func(*session) error) error {
	return f.attempt(ctx, f.person, func(s *session) error {
		return f.openIn(ctx, s, func(s *session) error {
			f.exists = min(f.exists, s.list.NumMessages)
			return do(s)
		})
	})
}

func (f *folder) openIn(ctx context.Context, s *session, do func(*session) error) error {
	if err := s.open(ctx, f.name); err != nil {
		return err
	}
	if s.list.UIDValidity != f.validity {
		return errChanged
	}
	return do(s)
}

// list returns the UIDs of the next window of messages, which ascend. It
// returns none when all were listed.
func (f *folder) list(ctx context.Context) (uids []uint32, err error) {
	for try := 0; len(uids) == 0; try++ {
		err := f.inFolder(ctx, func(s *session) (err error) {
			uids, err = f.listIn(ctx, s)
			return err
		})
		switch {
		case errors.Is(err, errDone):
			return nil, nil
		case err == nil:
			try = -1
		case ctx.Err() != nil || !lost(err) || try == maxTries-1 || !f.hasTime(f.person) || !f.pause(ctx, try):
			return nil, err
		}
	}
	f.listed += uint64(len(uids))
	f.bottom = uids[0]
	f.highest = max(f.highest, uids[len(uids)-1])
	return uids, nil
}

// errDone tells that there is nothing more to list.
var errDone = errors.New("all messages were listed")

// listIn asks for the next window. A large folder is asked for by sequence
// numbers, so that no answer grows with it.
func (f *folder) listIn(ctx context.Context, s *session) ([]uint32, error) {
	window := uint32(f.o.Limits.Window)
	c := f.criteria()
	exists := s.messages()
	limit := exists
	switch {
	case f.begun && f.next <= f.floor:
		return nil, errDone
	case f.begun || exists > window && f.expected() > window:
		if !f.begun {
			f.begun, f.next = true, exists
			f.floor = exists - min(exists, uint32(f.o.Limits.Messages))
		}
		high := min(f.next, exists)
		if high <= f.floor {
			return nil, errDone
		}
		low := max(f.floor+1, high-min(high-1, window-1))
		c.SeqNum = []imap.SeqSet{{{Start: low, Stop: high}}}
		limit = high - low + 1
	}
	uids, err := s.search(ctx, c, limit)
	if err != nil {
		return nil, err
	}
	if c.SeqNum == nil {
		f.begun, f.next, f.floor = true, 0, 0
	} else {
		f.next = c.SeqNum[0][0].Start - 1
	}
	f.expunged = max(f.expunged, s.removed.Load())
	// "n:*" is the last message at least, and messages that were removed move
	// others into the window.
	return slices.DeleteFunc(uids, func(uid uint32) bool { return uid >= f.bottom || f.wasRead(uid) }), nil
}

// wasRead tells whether an earlier run had a message. Of a wider span that is
// left to the server.
func (f *folder) wasRead(uid uint32) bool {
	p, known := f.known()
	return known && uid <= p.LastUID && !f.isWider() && !slices.Contains(p.Missing, uid)
}

// criteria ask for the messages that were not read yet: new ones, those that
// could not be read, and those that a later Since left out. SINCE and BEFORE
// of the same day leave out none and name none twice (RFC 9051 section 6.4.4).
func (f *folder) criteria() *imap.SearchCriteria {
	c := &imap.SearchCriteria{Since: f.since()}
	p, known := f.known()
	if !known {
		return c
	}
	later := []imap.UIDSet{append(uidSet(p.Missing), imap.UIDRange{Start: imap.UID(p.LastUID) + 1, Stop: 0})} // 0 is "*"
	if !f.isWider() {
		c.UID = later
		return c
	}
	before := []imap.UIDSet{{{Start: 1, Stop: imap.UID(p.LastUID)}}}
	c.Or = [][2]imap.SearchCriteria{{{UID: before, Before: p.Since}, {UID: later}}}
	return c
}

// since returns the day from which on messages are asked for, zero for all.
// Days are those of the server's zone. What was read once goes on being read:
// so a place tells of all messages which were read.
func (f *folder) since() time.Time {
	p, known := f.known()
	if f.o.Since.IsZero() || known && p.Since.IsZero() {
		return time.Time{}
	}
	day := f.o.Since.UTC().AddDate(0, 0, -1).Truncate(24 * time.Hour)
	if known && p.Since.Before(day) {
		return p.Since
	}
	return day
}

// maxNamed is how many bad messages an error names.
const maxNamed = 10

// close says what became of the folder.
func (f *folder) close(ctx context.Context) {
	slices.SortFunc(f.bad, func(x, y badMessage) int { return int(int64(x.uid) - int64(y.uid)) })
	errs := []error{f.err}
	if len(f.bad) > 0 {
		text := ""
		for i, b := range f.bad {
			f.out.Bad(parsers.Origin{Source: f.index, Line: int64(b.uid)}, b.reason)
			if i < maxNamed {
				text += fmt.Sprintf(", uid %d (%s)", b.uid, b.reason)
			}
		}
		if more := len(f.bad) - maxNamed; more > 0 {
			text += fmt.Sprintf(", and %d more", more)
		}
		errs = append(errs, fmt.Errorf("%d of the messages could not be read: %s", len(f.bad), text[2:]))
	}
	f.out.Lines = f.out.Records + f.out.Malformed
	if err := errors.Join(errs...); err != nil {
		f.out.Err = prefix(f.out.Name, errs)
	}
	if f.err == nil && ctx.Err() == nil && f.validity != 0 {
		p := Position{UIDValidity: f.validity, LastUID: f.highest, Since: f.since(), Context: f.context}
		for _, b := range f.bad {
			p.Missing = append(p.Missing, b.uid)
		}
		f.reading.Positions[f.id()] = p
	}
}

// prefix joins errors, each with the name of the source.
func prefix(name string, errs []error) error {
	var named []error
	for _, err := range errs {
		if err != nil {
			named = append(named, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(named...)
}

// checkCount holds what was listed against what the server said there is.
func (f *folder) checkCount() {
	if _, known := f.known(); known || f.err != nil || !f.o.Since.IsZero() {
		return
	}
	if f.listed+uint64(f.expunged) < uint64(f.exists) {
		f.err = fmt.Errorf("the server told of %d messages, and listed %d", f.exists, f.listed)
	}
}
