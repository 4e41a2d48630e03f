// Package summary says what a Result holds in sentences and figures, the same
// for every report that people read: the headline, what was read, what was left
// out, which problems there were. It writes nothing.
package summary

import (
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// A Reader is the one for whom the sentences are.
type Reader struct {
	Pen   layout.Pen
	Clock words.Clock
	// Verbose asks for each source and for all problems.
	Verbose bool
	// CanAsk is set at a prompt, where -v brings more. The reader of a mail or
	// of a page cannot ask.
	CanAsk bool
	// Defang asks for lookalikes of which no mail program makes a link.
	Defang bool
}

// lookalike is the name of one.
func (to *Reader) lookalike(domain string) string {
	if to.Defang {
		return safe.Defang(to.Pen.Brief(domain))
	}
	return to.Pen.Brief(domain)
}

// OnPaper returns the reader of a page that stays as it is, such as a mail. Its
// days are in l, UTC if nil.
func OnPaper(l *time.Location) Reader {
	return Reader{Pen: layout.Pen{Unicode: true}, Clock: words.Clock{Location: words.Location(l), Terminal: true}}
}

// hint says how to get the list of what was only counted.
func (to *Reader) hint() string {
	if to.CanAsk && !to.Verbose {
		return " (list: -v)"
	}
	return ""
}

// A Summary is a Result in the words of one reader.
type Summary struct {
	r      *result.Result
	to     Reader
	counts counts
}

// Of returns the summary of a Result.
func Of(r *result.Result, to Reader) *Summary {
	return &Summary{r: r, to: to, counts: countsOf(r)}
}

// Notes are all that a page says below its rankings: Omissions and Coverage. Problems
// stand above them.
func (s *Summary) Notes() []layout.Paragraph {
	return append(s.Omissions(len(s.r.Senders) > 0), s.Coverage()...)
}
