package imap

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A fetched is what was fetched of a message. It is lent.
type fetched struct {
	uid      uint32
	size     int64
	received time.Time // when the server got it; zero if it does not tell
	header   []byte    // the fields that were asked for
	body     []byte    // its beginning, if that was asked for
}

// fetch asks for messages, and gives each that comes whole to take.
func (s *session) fetch(ctx context.Context, uids []uint32, options *imap.FetchOptions, share int64, take func(*fetched)) error {
	budget := budget{maxCommand + int64(len(uids))*share, maxResponses + len(uids)}
	var crash any
	s.guard.divert(func(m *fetched) { crash = s.caught(crash, func() { take(m) }) })
	err := s.do(ctx, "send messages", s.limits.Answer, budget, func() error {
		cmd := s.client.Fetch(uidSet(uids), options)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			if s.readMessage(data) {
				s.guard.taking.Lock()
				crash = s.caught(crash, func() { take(&s.message) })
				s.guard.taking.Unlock()
			}
		}
		return cmd.Close()
	})
	s.guard.divert(nil)
	if crash != nil {
		panic(crash)
	}
	return err
}

// caught calls f, unless there was a panic before, and returns the first: in
// the client's goroutine it would be taken for an answer that cannot be read.
func (s *session) caught(before any, f func()) (crash any) {
	if before != nil {
		return before
	}
	defer func() {
		if crash = recover(); crash != nil {
			s.guard.kill(read.ErrInternal)
		}
	}()
	f()
	return nil
}

// readMessage reads an answer into s.message, and tells whether it is whole.
func (s *session) readMessage(data *imapclient.FetchMessageData) bool {
	m := &s.message
	*m = fetched{header: m.header[:0], body: m.body[:0]}
	whole, cut := false, false
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			m.uid = uint32(item.UID)
		case imapclient.FetchItemDataRFC822Size:
			m.size = item.Size
		case imapclient.FetchItemDataInternalDate:
			m.received = item.Time
		case imapclient.FetchItemDataBodySection:
			switch {
			case item.Literal == nil:
			case item.Section.Specifier == imap.PartSpecifierText:
				cut = !readLiteral(item.Literal, &m.body)
			case !whole:
				whole = readLiteral(item.Literal, &m.header)
			}
		}
	}
	return whole && !cut && m.uid != 0
}

// readLiteral reads a literal to its end, and tells whether it is whole: the
// library takes the end of the connection for the end of a literal.
func readLiteral(r imap.LiteralReader, into *[]byte) bool {
	b := (*into)[:0]
	for {
		b = slices.Grow(b, 512)
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err != nil {
			*into = b
			return errors.Is(err, io.EOF) && int64(len(b)) == r.Size()
		}
	}
}

// uidSet returns the set of uids, which ascend.
func uidSet(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, uid := range uids {
		if n := len(set); n > 0 && uint32(set[n-1].Stop)+1 == uid {
			set[n-1].Stop = imap.UID(uid)
			continue
		}
		set = append(set, imap.UIDRange{Start: imap.UID(uid), Stop: imap.UID(uid)})
	}
	return set
}

// search asks for the UIDs of at most limit messages. They ascend.
func (s *session) search(ctx context.Context, c *imap.SearchCriteria, limit uint32) (uids []uint32, err error) {
	var data *imap.SearchData
	err = s.do(ctx, "list messages", s.limits.Answer, usual(), func() (err error) {
		data, err = s.client.UIDSearch(c, nil).Wait()
		return err
	})
	if err != nil {
		return nil, err
	}
	set, _ := data.All.(imap.UIDSet)
	total := uint64(0)
	for _, r := range set {
		if r.Start == 0 || r.Stop < r.Start {
			return nil, s.malformed("list messages")
		}
		if total += uint64(r.Stop-r.Start) + 1; total > uint64(limit) {
			return nil, s.malformed("list messages")
		}
	}
	uids = make([]uint32, 0, total)
	for _, r := range set {
		for uid := uint64(r.Start); uid <= uint64(r.Stop); uid++ {
			uids = append(uids, uint32(uid))
		}
	}
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// malformed gives up the connection because of an answer that cannot be.
func (s *session) malformed(asked string) error {
	err := s.explain(asked, errMalformed)
	s.close()
	return err
}
