package imap

import (
	"context"
	"errors"
	"strconv"
	"strings"

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

const askedToSend = "send messages"

// fetchBatch fetches a batch of the folder that is open. What came stays, also where it
// fails. It returns the messages whose answers cannot be read.
func (s *session) fetchBatch(ctx context.Context, b *batch, w *writer) (bad []wire.BadMessage, err error) {
	defer w.flush()
	return s.fetch(ctx, b.uids, w.request(), func(m *wire.Message) {
		if b.take(m.UID) {
			w.add(m)
		}
	})
}

// fetch asks for messages, and gives each that comes complete to take.
func (s *session) fetch(ctx context.Context, uids []uint32, r request, take func(*wire.Message)) (bad []wire.BadMessage, err error) {
	set := uidSet(uids)
	budget := wire.SmallBudget()
	budget.Bytes += int64(len(uids)) * r.share
	budget.Responses += len(uids)
	s.conn.Divert(take)
	defer func() { bad = s.conn.Restore() }()
	err = s.do(ctx, askedToSend, s.limits.Answer, budget, func() error { return s.client.Fetch(set, r.options).Close() })
	if err == nil {
		err = s.partial(askedToSend)
	}
	return nil, err
}

// partial returns a refusal if the server did what it was asked to for some of the
// messages alone (RFC 9738 section 3.1).
func (s *session) partial(asked string) error {
	end, _ := s.conn.Statuses()
	if end.Code != codeMessageLimit {
		return nil
	}
	return s.refused(asked, end)
}

const codeMessageLimit = "MESSAGELIMIT"

// messageLimit returns how many messages a command may be about, if err says that it
// was about too many.
func messageLimit(err error) (n int, ok bool) {
	var refused *refusal
	if !errors.As(err, &refused) || refused.code != codeMessageLimit {
		return 0, false
	}
	first, _, _ := strings.Cut(refused.arguments, " ")
	n, err = strconv.Atoi(first)
	return n, err == nil && n > 0
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
