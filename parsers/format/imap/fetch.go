package imap

import (
	"context"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// messageShare is how many bytes a message may bring to an answer on average,
// for the fields of its header.
const messageShare = 16 << 10

// A request lists the items of each message that are asked for.
type request struct {
	options *imap.FetchOptions
	share   int64 // bytes that a message may bring, on average
}

// fetchBatch fetches a batch of the folder that is open. What came
// stays, also where it fails.
func (s *session) fetchBatch(ctx context.Context, b *batch, w *writer) error {
	defer w.flush()
	return s.fetch(ctx, b.uids, w.request(), func(m *wire.Message) {
		if b.take(m.UID) {
			w.add(m)
		}
	})
}

// fetch asks for messages, and gives each that comes complete to take.
func (s *session) fetch(ctx context.Context, uids []uint32, r request, take func(*wire.Message)) error {
	set := uidSet(uids)
	budget := wire.SmallBudget()
	budget.Bytes += int64(len(uids)) * r.share
	budget.Responses += len(uids)
	s.conn.Divert(take)
	defer s.conn.Restore()
	return s.do(ctx, "send messages", s.limits.Answer, budget, func() error {
		cmd := s.client.Fetch(set, r.options)
		for data := cmd.Next(); data != nil; data = cmd.Next() {
			if s.message.Read(data) {
				s.conn.Take(&s.message)
			}
		}
		return cmd.Close()
	})
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
