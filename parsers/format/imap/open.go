package imap

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/typoaudit/typoaudit/parsers"
)

// Bounds of what is fetched of one message that is opened again.
const (
	maxParts   = 100        // parts that are told
	maxTexts   = 12         // text parts that are fetched
	maxText    = maxLiteral // bytes of each
	maxNesting = 8          // messages within messages
	maxFiller  = 64 << 20   // bytes that stand for a part that was not fetched
)

// Messages opens messages again, after the verdict. It implements
// parsers.Messages. It is not safe for concurrent use.
type Messages struct {
	ctx     context.Context
	cancel  context.CancelFunc
	reader  *reader
	texts   bool
	skipped int
	failed  int       // in a row
	open    []*person // those with a session, the one used last at the end
}

// Messages returns what opens the messages of r again, and must be closed. Of
// such a message the structure is fetched, and with texts the beginnings of its
// text parts: an attachment never is.
func (r *Reading) Messages(ctx context.Context, texts bool) *Messages {
	m := &Messages{reader: r.reader, texts: texts}
	m.ctx, m.cancel = context.WithTimeoutCause(ctx, r.reader.o.Limits.Total, errTotal)
	return m
}

// Skipped returns how many messages could not be opened again.
func (m *Messages) Skipped() int { return m.skipped }

// Close says goodbye to the server.
func (m *Messages) Close() {
	for _, p := range m.open {
		p.leave(m.ctx)
	}
	m.cancel()
}

var errNoSuchFolder = errors.New("the message is of no folder that was read")

// OpenMessage returns a message as far as it is fetched: its subject and its
// parts, one after the other. A part that is not fetched is there as filler of
// the same length.
func (m *Messages) OpenMessage(o parsers.Origin) (io.ReadCloser, error) {
	f := m.reader.folderOf(o.Source)
	if f == nil || o.Line < 1 || o.Line > int64(^uint32(0)) {
		return nil, errNoSuchFolder
	}
	if m.failed == maxTries {
		m.skipped++
		return nil, errGaveUp
	}
	m.use(f.person)
	var text io.Reader
	err := m.reader.retry(m.ctx, f.person, func(s *session) error {
		return f.openIn(m.ctx, s, func(s *session) (err error) {
			text, err = s.openMessage(m.ctx, imap.UID(o.Line), m.texts)
			return err
		})
	})
	if err != nil {
		m.skipped++
		m.failed++
		return nil, err
	}
	m.failed = 0
	return io.NopCloser(text), nil
}

// use makes room for the session of a person.
func (m *Messages) use(p *person) {
	m.open = append(slices.DeleteFunc(m.open, func(q *person) bool { return p == q }), p)
	if len(m.open) > max(1, m.reader.o.Jobs) {
		m.open[0].leave(m.ctx)
		m.open = slices.Delete(m.open, 0, 1)
	}
}

func (r *reader) folderOf(source int32) *folder {
	for _, p := range r.people {
		for _, f := range p.folders {
			if f.out != nil && f.index == source {
				return f
			}
		}
	}
	return nil
}

// A leaf is a part of a message that is no multipart.
type leaf struct {
	path []int
	part *imap.BodyStructureSinglePart
	text []byte // nil if it was not fetched
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
		return nil, s.malformed("tell the structure of a message")
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

// fetchOne fetches a single message, whole.
func (s *session) fetchOne(ctx context.Context, uid imap.UID, o *imap.FetchOptions) (message *imapclient.FetchMessageBuffer, err error) {
	err = s.do(ctx, "send a message", s.limits.Answer, budget{maxCommand + maxResponse, maxResponses}, func() error {
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

// addLeaves lists the parts of a structure, and those of the messages in it
// (RFC 9051 section 6.4.5.1).
func addLeaves(b imap.BodyStructure, path []int, nesting int, all *[]leaf) {
	switch b := b.(type) {
	case *imap.BodyStructureMultiPart:
		for i, child := range b.Children {
			addLeaves(child, append(slices.Clone(path), i+1), nesting, all)
		}
	case *imap.BodyStructureSinglePart:
		if len(path) == 0 {
			path = []int{1}
		}
		if len(*all) < maxParts {
			*all = append(*all, leaf{path: path, part: b})
		}
		if b.MessageRFC822 == nil || nesting == maxNesting {
			return
		}
		if _, one := b.MessageRFC822.BodyStructure.(*imap.BodyStructureSinglePart); one {
			path = append(slices.Clone(path), 1)
		}
		addLeaves(b.MessageRFC822.BodyStructure, path, nesting+1, all)
	}
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

// assemble writes a message of parts: those with a text first, so that the
// filler of others cannot keep a reader from them.
func assemble(subject string, all []leaf) io.Reader {
	boundary := rand.Text()
	head := fmt.Sprintf("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%q\r\n\r\n", boundary)
	if subject != "" {
		head = subject + "\r\n" + head
	}
	out := []io.Reader{strings.NewReader(head)}
	slices.SortStableFunc(all, func(x, y leaf) int { return int(boolToInt(x.text == nil)) - int(boolToInt(y.text == nil)) })
	for _, l := range all {
		body := io.Reader(strings.NewReader(string(l.text)))
		if l.text == nil && l.part.MessageRFC822 == nil {
			body = io.LimitReader(filler{}, min(int64(l.part.Size), maxFiller))
		}
		out = append(out, strings.NewReader("--"+boundary+"\r\n"+l.header()), body, strings.NewReader("\r\n"))
	}
	return io.MultiReader(append(out, strings.NewReader("--"+boundary+"--\r\n"))...)
}

// header writes the header of a part anew: what the server tells of it may
// hold anything.
func (l *leaf) header() string {
	text := field("Content-Type", l.part.MediaType(), l.part.Params, "application/octet-stream")
	switch encoding := strings.ToLower(l.part.Encoding); encoding {
	case "base64", "quoted-printable":
		text += "Content-Transfer-Encoding: " + encoding + "\r\n"
	}
	if d := l.part.Disposition(); d != nil {
		text += field("Content-Disposition", strings.ToLower(d.Value), d.Params, "attachment")
	}
	return text + "\r\n"
}

func field(name, value string, params map[string]string, otherwise string) string {
	text := mime.FormatMediaType(value, params)
	if text == "" {
		text = otherwise
	}
	return name + ": " + text + "\r\n"
}

// filler stands for what was not fetched: lines of base64.
type filler struct{}

// Read implements io.Reader.
func (filler) Read(b []byte) (int, error) {
	const line = 78
	for i := range b {
		switch i % line {
		case line - 2:
			b[i] = '\r'
		case line - 1:
			b[i] = '\n'
		default:
			b[i] = 'A'
		}
	}
	return len(b), nil
}
