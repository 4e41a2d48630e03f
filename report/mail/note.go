package mail

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/templates"
)

//go:embed note.txt
var noteTemplate string

// A NoteTemplate makes the text of the note to a sender (text/template). It
// sees .Sender, .Messages and .Deliveries, with the functions of a report.Template.
type NoteTemplate struct {
	t *template.Template
}

// ParseNote reads a template of notes; "" is that of the program.
func ParseNote(name, text string) (*NoteTemplate, error) {
	if text == "" {
		text = noteTemplate
	}
	t, err := template.New(name).Funcs(templates.Functions(nil)).Parse(text)
	if err != nil {
		return nil, err
	}
	return &NoteTemplate{t}, nil
}

// NoteSubject is the same for everybody: nothing of a log gets into a header.
const NoteSubject = "typoaudit: mail that may have gone to another domain than you meant"

// Compose makes the note to one sender, as plain text.
func (t *NoteTemplate) Compose(n *result.Notice, o Options) (*gomail.Msg, error) {
	m, err := envelope(o.From, []string{n.Sender})
	if err != nil {
		return nil, err
	}
	clone, err := t.t.Clone()
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	if err := clone.Funcs(templates.Functions(o.Location)).Execute(&text, safe.Copy(n)); err != nil {
		return nil, fmt.Errorf("the note to %s: %w", n.Sender, err)
	}
	m.Subject(NoteSubject)
	m.SetDateWithValue(o.Date)
	m.SetMessageIDWithValue(o.MessageID)
	m.SetBodyString(gomail.TypeTextPlain, text.String())
	return m, nil
}

// NoteID names the note of some deliveries to their sender.
func NoteID(n *result.Notice, from string, now time.Time) string {
	parts := []string{from, n.Sender}
	for _, key := range n.Keys() {
		parts = append(parts, fmt.Sprint(key))
	}
	return now.UTC().Format("20060102.150405.") + digest(parts...) + "@" + hostOf(from)
}
