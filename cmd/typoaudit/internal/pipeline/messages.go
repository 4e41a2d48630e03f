package pipeline

import (
	"io"
	"sync"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
)

// Messages opens the messages of all sources again.
type messages struct {
	files   parsers.Messages
	servers []serverMessages
}

// A serverMessages opens those of the sources from one number to another.
type serverMessages struct {
	first, end int32
	messages   *imap.Messages
	opener     *oneByOne
}

// add adds the messages of a server.
func (m *messages) add(first, end int, messages *imap.Messages) {
	m.servers = append(m.servers, serverMessages{int32(first), int32(end), messages, &oneByOne{messages: messages}})
}

// NewOpener implements parsers.Messages.
func (m *messages) NewOpener() parsers.Opener {
	return sourceOpener{m.files.NewOpener(), m.servers}
}

func (m *messages) close() {
	for _, s := range m.servers {
		s.messages.Close()
	}
}

// A sourceOpener opens messages of files itself.
type sourceOpener struct {
	parsers.Opener
	servers []serverMessages
}

// OpenMessage implements parsers.Opener.
func (p sourceOpener) OpenMessage(o parsers.Origin) (io.Reader, error) {
	for _, s := range p.servers {
		if o.Source >= s.first && o.Source < s.end {
			return s.opener.OpenMessage(o)
		}
	}
	return p.Opener.OpenMessage(o)
}

// OneByOne opens messages of a server to which there is one connection: each is whole
// in memory when it is opened.
type oneByOne struct {
	mu       sync.Mutex
	messages *imap.Messages
}

// OpenMessage implements parsers.Opener.
func (m *oneByOne) OpenMessage(o parsers.Origin) (io.Reader, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.messages.OpenMessage(o)
}
