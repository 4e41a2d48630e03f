package report

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/result"
)

//go:embed notice.txt
var noticeTemplate string

// A NoticeTemplate makes the text of the note to a sender (text/template). It
// sees .Sender, .Messages and .Deliveries, with the functions of a Template.
type NoticeTemplate struct {
	t *template.Template
}

// ParseNotice reads a template of notes; "" is that of the program.
func ParseNotice(name, text string) (*NoticeTemplate, error) {
	if text == "" {
		text = noticeTemplate
	}
	t, err := template.New(name).Funcs(template.FuncMap(templateFunctions(nil))).Parse(text)
	if err != nil {
		return nil, err
	}
	return &NoticeTemplate{t}, nil
}

// NoticeSubject is the same for everybody: nothing of a log gets into a header.
const NoticeSubject = "typoaudit: mail that may have gone to another domain than you meant"

// Notice composes the note to one sender, as plain text.
func (t *NoticeTemplate) Notice(n *result.Notice, o MailOptions) (*gomail.Msg, error) {
	m, err := envelope(o.From, []string{n.Sender})
	if err != nil {
		return nil, err
	}
	clone, err := t.t.Clone()
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	if err := clone.Funcs(template.FuncMap(templateFunctions(o.Location))).Execute(&text, harmlessNotice(n)); err != nil {
		return nil, fmt.Errorf("the note to %s: %w", n.Sender, err)
	}
	m.Subject(NoticeSubject)
	m.SetDateWithValue(o.Date)
	m.SetMessageIDWithValue(o.MessageID)
	m.SetBodyString(gomail.TypeTextPlain, text.String())
	return m, nil
}

// NoticeID names the note of some deliveries to their sender.
func NoticeID(n *result.Notice, from string, now time.Time) string {
	parts := []string{from, n.Sender}
	for _, key := range n.Keys() {
		parts = append(parts, fmt.Sprint(key))
	}
	return now.UTC().Format("20060102.150405.") + digest(parts...) + "@" + hostOf(from)
}

// harmlessNotice is a copy of which every text has passed SafeText.
func harmlessNotice(n *result.Notice) *result.Notice {
	r := harmless(&result.Result{Deliveries: n.Deliveries})
	return &result.Notice{Sender: SafeText(n.Sender), Messages: n.Messages, Deliveries: r.Deliveries}
}
