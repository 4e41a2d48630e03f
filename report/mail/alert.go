package mail

import (
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/report/internal/layout"
)

// AlertSubject is that of the mail of an alert.
const AlertSubject = "typoaudit: mail arrived at a lookalike domain"

// AlertID is the Message-ID of the mail of an alert.
func AlertID(lines []string, now time.Time, from string, to []string) string {
	return now.UTC().Format("20060102.150405.") + digest(append(append([]string{"alert", from}, to...), lines...)...) + "@" + hostOf(from)
}

// ComposeAlert makes the short mail of an alert, which has some lines.
func ComposeAlert(lines []string, o Options) (*gomail.Msg, error) {
	m, err := envelope(o.From, o.To)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	p := newTextPage(&b)
	pen := layout.Pen{Unicode: true}
	for _, line := range lines {
		p.para(4, pen.Brief(line))
	}
	if err := p.Flush(); err != nil {
		return nil, err
	}
	m.Subject(AlertSubject)
	inThread(m, &o)
	m.SetBodyString(gomail.TypeTextPlain, b.String())
	return m, nil
}
