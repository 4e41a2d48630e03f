package main

import (
	"io"
	"sync"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/content"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parts"
)

// inspector returns what tells the contents of a message that is a finding: its
// attachments, and with search the classes of sensitive content in its text.
// Nothing of the text is kept. A message that cannot be read to its end is told
// as far as it was read, and said to be cut. It may be used by several goroutines.
func inspector(messages parsers.Messages, search bool) func(parsers.Origin) (audit.Contents, bool) {
	searchers := sync.Pool{New: func() any { return content.NewSearcher() }}
	return func(o parsers.Origin) (c audit.Contents, ok bool) {
		m, err := messages.OpenMessage(o)
		if err != nil {
			return c, false
		}
		defer m.Close()
		searcher := searchers.Get().(*content.Searcher)
		defer searchers.Put(searcher)
		searcher.Reset()
		sum, err := parts.Walk(m, func(p *parts.Part) error {
			if search {
				searchPart(searcher, p)
			}
			return nil
		})
		c.Attachments, c.Limits, c.Cut = sum.Attachments, sum.Limits, err != nil
		if searcher.Full() {
			c.Limits = append(c.Limits, "of messages with very much text only the first 32 MiB were searched")
		}
		for _, f := range searcher.Found() {
			c.Classes = append(c.Classes, f.Class)
		}
		return c, true
	}
}

// searchPart searches the text of a part. What cannot be read of it is met
// again by the walk.
func searchPart(s *content.Searcher, p *parts.Part) {
	if text, ok := p.Text(); ok {
		_, _ = io.Copy(s, text)
		s.End()
	}
}

// oneByOne opens messages of a source that has one connection: what it opens is
// whole in memory.
type oneByOne struct {
	mu sync.Mutex
	parsers.Messages
}

// OpenMessage implements parsers.Messages.
func (m *oneByOne) OpenMessage(o parsers.Origin) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.Messages.OpenMessage(o)
}
