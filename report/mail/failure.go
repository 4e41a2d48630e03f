package mail

import (
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/report/internal/layout"
)

// FailureSubject is that of the mail of a run without an audit.
const FailureSubject = "[incomplete] typoaudit: no audit was made"

// ComposeFailure makes the short mail of a run without an audit. why has a line for each
// thing that could not be read, with its name.
func ComposeFailure(why []string, o Options) (*gomail.Msg, error) {
	m, err := envelope(o.From, o.To)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	p := newTextPage(&b)
	p.para(0, "No audit was made, so this is no clean week:")
	p.Blank()
	pen := layout.Pen{Unicode: true}
	for _, line := range why {
		p.para(4, "  ! "+pen.Brief(line))
	}
	p.Blank()
	p.para(0, `"typoaudit run" says the same on the machine where it runs. What the next run can read of this time it reports then.`)
	if err := p.Flush(); err != nil {
		return nil, err
	}
	m.Subject(FailureSubject)
	inThread(m, &o)
	m.SetBodyString(gomail.TypeTextPlain, b.String())
	return m, nil
}
