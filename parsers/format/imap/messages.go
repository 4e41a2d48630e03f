package imap

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// Bounds of the texts that are fetched of one message that is opened again.
const (
	maxTexts = 12              // text parts
	maxText  = wire.MaxLiteral // bytes of each
)

// Messages opens messages again, after the verdict. It implements
// parsers.Messages. It is not safe for concurrent use.
type Messages struct {
	ctx     context.Context
	cancel  context.CancelFunc
	reader  *reader
	texts   bool
	skipped int
	failed  int           // in a row
	open    []*connection // those with a session, the one used last at the end
}

// Messages returns an opener of the messages of r, until ctx ends or
// Limits.Total is over. It must be closed. Of such a message the structure is
// fetched, and with texts the beginnings of its text parts: an attachment never
// is.
func (r *Reading) Messages(ctx context.Context, texts bool) *Messages {
	m := &Messages{reader: r.reader, texts: texts}
	m.ctx, m.cancel = context.WithTimeoutCause(ctx, r.reader.options.Limits.Total, errTotal)
	return m
}

// Skipped returns how many messages could not be opened again.
func (m *Messages) Skipped() int { return m.skipped }

// Close logs out.
func (m *Messages) Close() {
	for _, c := range m.open {
		c.logOut(m.ctx)
	}
	m.cancel()
}

var errNoSuchFolder = errors.New("the message is of no folder that was read")

// OpenMessage returns a message as far as it is fetched: its subject and its
// parts, one after the other. A part that is not fetched is there as filler of
// the same length. After maxTries errors in a row there is no further attempt.
func (m *Messages) OpenMessage(o parsers.Origin) (io.ReadCloser, error) {
	a, f := m.reader.folderOf(o.Source)
	if f == nil || o.Line < 1 || o.Line > int64(^uint32(0)) {
		return nil, errNoSuchFolder
	}
	if m.failed == maxTries {
		m.skipped++
		return nil, errGaveUp
	}
	m.use(a.connection)
	var text io.Reader
	err := a.connection.retry(m.ctx, func(s *session) (err error) {
		if err := f.enter(m.ctx, s); err != nil {
			return err
		}
		text, err = s.openMessage(m.ctx, imap.UID(o.Line), m.texts)
		return err
	})
	if err != nil {
		m.skipped++
		m.failed++
		return nil, err
	}
	m.failed = 0
	return io.NopCloser(text), nil
}

// use makes room for a session of a connection.
func (m *Messages) use(c *connection) {
	m.open = append(slices.DeleteFunc(m.open, func(other *connection) bool { return c == other }), c)
	if len(m.open) > max(1, m.reader.options.Jobs) {
		m.open[0].logOut(m.ctx)
		m.open = slices.Delete(m.open, 0, 1)
	}
}

// folderOf returns the folder that is a source, and its account; nil if there
// is none.
func (r *reader) folderOf(source int32) (*account, *folder) {
	for _, a := range r.accounts {
		for _, f := range a.folders {
			if f.index == source {
				return a, f
			}
		}
	}
	return nil, nil
}

// openMessage fetches the structure of a message, and the text parts that are
// wanted of it.
func (s *session) openMessage(ctx context.Context, uid imap.UID, texts bool) (io.Reader, error) {
	subject := &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, HeaderFields: []string{"Subject"}, Peek: true}
	o := &imap.FetchOptions{UID: true, BodyStructure: &imap.FetchItemBodyStructure{Extended: true}}
	if texts {
		o.BodySection = []*imap.FetchItemBodySection{subject}
	}
	message, err := s.fetchOne(ctx, uid, o)
	if err != nil {
		return nil, err
	}
	if message.BodyStructure == nil {
		return nil, s.malformed("send the structure of a message")
	}
	var all []leaf
	addLeaves(message.BodyStructure, nil, 0, &all)
	if texts {
		if err := s.fetchTexts(ctx, uid, all); err != nil {
			return nil, err
		}
	}
	var head []byte
	for _, b := range message.BodySection {
		head = append(head, b.Bytes...)
	}
	return assemble(strings.TrimSpace(string(head)), all), nil
}

// fetchOne fetches the items of a single message.
func (s *session) fetchOne(ctx context.Context, uid imap.UID, o *imap.FetchOptions) (message *imapclient.FetchMessageBuffer, err error) {
	budget := wire.SmallBudget()
	budget.Bytes += wire.MaxResponse
	s.conn.PassMessages()
	err = s.do(ctx, "send a message", s.limits.Answer, budget, func() error {
		messages, err := s.client.Fetch(imap.UIDSetNum(uid), o).Collect()
		if len(messages) > 0 {
			message = messages[0]
		}
		return err
	})
	if err == nil && message == nil {
		err = &refusal{asked: "send a message again"}
	}
	return message, err
}

// fetchTexts fetches the beginnings of the text parts.
func (s *session) fetchTexts(ctx context.Context, uid imap.UID, all []leaf) error {
	o := &imap.FetchOptions{UID: true}
	for _, l := range all {
		if strings.EqualFold(l.part.Type, "text") && len(o.BodySection) < maxTexts {
			o.BodySection = append(o.BodySection, &imap.FetchItemBodySection{Part: l.path, Peek: true, Partial: &imap.SectionPartial{Size: maxText}})
		}
	}
	if len(o.BodySection) == 0 {
		return nil
	}
	message, err := s.fetchOne(ctx, uid, o)
	if err != nil {
		return err
	}
	for _, b := range message.BodySection {
		i := slices.IndexFunc(all, func(l leaf) bool {
			return b.Section.Specifier == imap.PartSpecifierNone && slices.Equal(l.path, b.Section.Part)
		})
		if i >= 0 {
			all[i].text = b.Bytes
		}
	}
	return nil
}
