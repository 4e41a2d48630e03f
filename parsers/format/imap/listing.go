package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// A listing asks for the UIDs of a folder, the newest first. A large folder is
// asked for in windows of sequence numbers, so that no answer grows with it; of UIDs
// where the server knows no others (RFC 9586).
type listing struct {
	folder     *folder
	connection *connection

	begun    bool
	windowed bool   // in windows, however small the folder is
	byUID    bool   // numbers are UIDs
	width    uint32 // of a window of UIDs: it doubles where there are none
	next     uint32 // number from which on, downwards, nothing was listed yet
	floor    uint32 // number down to which nothing is listed
	bottom   uint32 // UID below which nothing was listed yet
	listed   uint64 // messages
	expunged uint32 // how many were removed meanwhile, the most of any session
}

func newListing(f *folder, c *connection) *listing {
	return &listing{folder: f, connection: c, bottom: ^uint32(0)}
}

// window returns the UIDs of the next messages, which ascend. It returns none
// when all were listed.
func (l *listing) window(ctx context.Context) (uids []uint32, err error) {
	for len(uids) == 0 {
		if l.isDone() {
			return nil, nil
		}
		if uids, err = l.ask(ctx); err != nil && !l.adapt(err) {
			return nil, err
		}
	}
	l.listed += uint64(len(uids))
	l.bottom = uids[0]
	l.folder.highest = max(l.folder.highest, uids[len(uids)-1])
	return uids, nil
}

// ask asks for the next window. A refusal for no reason is asked about once more.
func (l *listing) ask(ctx context.Context) (uids []uint32, err error) {
	for range 2 {
		err = l.connection.retry(ctx, func(s *session) (err error) {
			if err := l.folder.enterFirst(ctx, s); err != nil {
				return err
			}
			uids, err = l.search(ctx, s)
			return err
		})
		var refused *refusal
		if !errors.As(err, &refused) || isHold(err) || refused.asked != askedToList || refused.code != "" || !l.connection.pause(ctx, 1) {
			break
		}
	}
	return uids, err
}

// adapt asks in another way from now on, if an error says that the server cannot answer
// otherwise.
func (l *listing) adapt(err error) bool {
	if n, ok := messageLimit(err); ok {
		smaller := n < l.connection.limits.Window || !l.isInWindows()
		l.connection.allow(n)
		l.windowed = true
		return smaller
	}
	var refused *refusal
	if l.byUID || !errors.As(err, &refused) || refused.code != "UIDREQUIRED" || l.folder.uidNext == 0 {
		return false
	}
	l.byUID, l.windowed, l.begun = true, true, false
	return true
}

// isInWindows reports whether the folder was asked for in windows.
func (l *listing) isInWindows() bool { return l.windowed || l.isLarge(l.folder.exists) }

func (l *listing) isDone() bool { return l.begun && l.next <= l.floor }

// search asks for the next window, which may be empty.
func (l *listing) search(ctx context.Context, s *session) ([]uint32, error) {
	c, exists := l.folder.span.criteria(), s.messages()
	low, high := uint32(1), exists
	if l.begun || l.windowed || l.isLarge(exists) {
		if low, high = l.bounds(exists); high < low {
			l.next = l.floor // those that were not listed yet were removed
			return nil, nil
		}
		if l.byUID {
			c.UID = append(c.UID, imap.UIDSet{{Start: imap.UID(low), Stop: imap.UID(high)}})
		} else {
			c.SeqNum = []imap.SeqSet{{{Start: low, Stop: high}}}
		}
	}
	uids, err := s.search(ctx, c, high-low+1)
	if err != nil {
		return nil, err
	}
	l.begun, l.next = true, low-1
	if l.byUID && len(uids) == 0 {
		l.width += min(l.width, ^l.width)
	}
	l.expunged = max(l.expunged, s.expunged())
	// "n:*" is the last message at least, and messages that were removed move
	// others into the window.
	return slices.DeleteFunc(uids, func(uid uint32) bool { return uid >= l.bottom || l.folder.span.hasRead(uid) }), nil
}

// isLarge reports whether a folder is listed in windows.
func (l *listing) isLarge(exists uint32) bool {
	window := uint32(l.connection.limits.Window)
	return exists > window && l.folder.expected() > window
}

// bounds returns the numbers of the next window. There are none left if high is less
// than low.
func (l *listing) bounds(exists uint32) (low, high uint32) {
	limits := &l.connection.limits
	if l.byUID {
		if !l.begun {
			l.begun, l.next, l.width = true, l.folder.uidNext-1, uint32(limits.Window)
		}
		return l.next - min(l.next-1, l.width-1), l.next
	}
	if !l.begun {
		l.begun, l.next = true, exists
		l.floor = exists - min(exists, uint32(limits.Messages))
	}
	high = min(l.next, exists)
	return max(l.floor+1, high-min(high-1, uint32(limits.Window)-1)), high
}

// check compares the number of messages listed with the number that the server
// gave when the folder was opened.
func (l *listing) check() error {
	f := l.folder
	switch {
	case l.floor > 0:
		return fmt.Errorf("of %d messages only the newest %d were asked for", f.exists, l.connection.limits.Messages)
	case f.span.known || !f.span.first.IsZero():
		return nil // how many there should be is not known
	case l.listed+uint64(l.expunged) < uint64(f.exists):
		return fmt.Errorf("the server said that there are %d messages, and listed %d", f.exists, l.listed)
	}
	return nil
}

const askedToList = "list messages"

// search asks for the UIDs of at most limit messages. They ascend.
func (s *session) search(ctx context.Context, c *imap.SearchCriteria, limit uint32) (uids []uint32, err error) {
	var data *imap.SearchData
	err = s.do(ctx, askedToList, s.limits.Answer, wire.SmallBudget(), func() (err error) {
		data, err = s.client.UIDSearch(c, nil).Wait()
		return err
	})
	if err == nil {
		err = s.partial(askedToList)
	}
	if err != nil {
		return nil, err
	}
	set, _ := data.All.(imap.UIDSet)
	if !isWithin(set, limit) {
		return nil, s.malformed(askedToList)
	}
	for _, r := range set {
		for uid := uint64(r.Start); uid <= uint64(r.Stop); uid++ {
			uids = append(uids, uint32(uid))
		}
	}
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// isWithin reports whether a set holds UIDs alone, and at most limit of them: a
// server can list four thousand million in a line.
func isWithin(set imap.UIDSet, limit uint32) bool {
	total := uint64(0)
	for _, r := range set {
		if r.Start == 0 || r.Stop < r.Start {
			return false
		}
		if total += uint64(r.Stop-r.Start) + 1; total > uint64(limit) {
			return false
		}
	}
	return true
}
