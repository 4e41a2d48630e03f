package pipeline

import (
	"encoding/json"
	"sync"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A messageKey is a message on a server: its source in the history, and its number there.
type messageKey struct{ source, message int64 }

// A contentsMemory knows what messages on servers carried that an earlier run opened. It
// is safe for concurrent use; nil knows nothing.
type contentsMemory struct {
	reading  *read.Reading
	searched bool // for sensitive content, by this run
	known    map[messageKey]history.Inspected
	mu       sync.Mutex
	fresh    map[messageKey]audit.Contents
}

// contents returns what a run knows that reads sources, and searches for sensitive content or
// does not.
func (m *memory) contents(r *read.Reading, search bool) *contentsMemory {
	c := &contentsMemory{reading: r, searched: search, known: map[messageKey]history.Inspected{}, fresh: map[messageKey]audit.Contents{}}
	for _, x := range m.inspected {
		c.known[messageKey{x.Source, x.Message}] = x
	}
	m.opened = c
	return c
}

// keyOf returns the key of a message on a server whose number means what it meant.
func (m *contentsMemory) keyOf(o parsers.Origin) (k messageKey, ok bool) {
	if m == nil || o.Source < 0 || int(o.Source) >= len(m.reading.Sources) {
		return k, false
	}
	s := m.reading.Sources[o.Source]
	return messageKey{s.ID(), o.Line}, s.Format == imap.FormatName && s.ID() != 0
}

// recall returns what a message carried. What was found without a search, or by one that
// this run does not make, does not count.
func (m *contentsMemory) recall(o parsers.Origin) (c audit.Contents, known bool) {
	k, ok := m.keyOf(o)
	if !ok || m.reading.Sources[o.Source].Reread() {
		return c, false
	}
	x, known := m.known[k]
	return c, known && x.Searched == m.searched && json.Unmarshal(x.Contents, &c) == nil
}

// note keeps what a message carried that was read to its end.
func (m *contentsMemory) note(o parsers.Origin, c audit.Contents) {
	k, ok := m.keyOf(o)
	if !ok || c.Cut {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fresh[k] = c
}

// addTo adds what is new to what the history will know.
func (m *contentsMemory) addTo(u *history.Update) error {
	for k, c := range m.fresh {
		text, err := json.Marshal(c)
		if err != nil {
			return err
		}
		u.Inspected = append(u.Inspected, history.Inspected{Source: k.source, Message: k.message, Searched: m.searched, Contents: text})
	}
	return nil
}
