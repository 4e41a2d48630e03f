package pipeline

import (
	"io"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/content"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/parts"
)

// inspector returns the maker of inspectors of messages that are findings. An
// inspector finds their attachments, and with search the classes of sensitive content
// in their text. Nothing of the text is kept. A message that cannot be read to its end
// is reported as far as it was read, and as cut.
func inspector(messages parsers.Messages, search bool, known *contentsMemory) func() audit.Inspector {
	return func() audit.Inspector {
		i := &inspection{Opener: messages.NewOpener(), walker: parts.NewWalker(), known: known}
		if search {
			i.searcher = content.NewSearcher()
		}
		return i
	}
}

// An inspection is that of one core. It implements audit.Inspector.
type inspection struct {
	parsers.Opener
	walker   *parts.Walker
	searcher *content.Searcher // nil if nothing is searched
	known    *contentsMemory   // nil without a history
}

// Inspect implements audit.Inspector.
func (i *inspection) Inspect(o parsers.Origin) (c audit.Contents, ok bool) {
	if c, ok = i.known.recall(o); ok {
		return c, true
	}
	if c, ok = i.inspect(o); ok {
		i.known.note(o, c)
	}
	return c, ok
}

func (i *inspection) inspect(o parsers.Origin) (c audit.Contents, ok bool) {
	m, err := i.OpenMessage(o)
	if err != nil {
		return c, false
	}
	visit := i.searchPart
	if i.searcher == nil {
		visit = nil
	} else {
		i.searcher.Reset()
	}
	sum, err := i.walker.Walk(m, visit)
	c.Attachments, c.Limits, c.Cut = sum.Attachments, sum.Limits, err != nil
	if i.searcher == nil {
		return c, true
	}
	if i.searcher.Full() {
		c.Limits = append(c.Limits, "of messages with very much text only the first 32 MiB were searched")
	}
	for _, f := range i.searcher.Found() {
		c.Classes = append(c.Classes, f.Class)
	}
	return c, true
}

// searchPart searches the text of a part. What cannot be read of it fails the walk
// as well.
func (i *inspection) searchPart(p *parts.Part) error {
	if text, ok := p.Text(); ok {
		_, _ = io.Copy(i.searcher, text)
		i.searcher.End()
	}
	return nil
}
