package mail

import (
	"embed"
	"errors"
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"
	"text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/templates"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

//go:embed notes
var notes embed.FS

// Languages are those in which there is a note.
func Languages() []string { return []string{"en", "de", "fr", "es", "ja"} }

// noteSubjects are fixed: nothing of a log gets into a header.
func noteSubject(language string) string {
	switch language {
	case "de":
		return "E-Mail vielleicht an eine falsche Adresse gegangen"
	case "fr":
		return "Courriel peut-être parti à une mauvaise adresse"
	case "es":
		return "Un correo puede haber ido a una dirección equivocada"
	case "ja":
		return "メールの宛先の誤りについて"
	}
	return NoteSubject
}

// NoteSubject is that of a note in English.
const NoteSubject = "typoaudit: mail that may have gone to another domain than you meant"

// ownerSubject is that of the note to the owners of aliases, lists and programs.
const ownerSubject = "typoaudit: forwards, lists and programs that send mail to wrong addresses"

// A NoteTemplate makes the text of the note to a sender (text/template). It sees .Sender,
// .Messages, .Deliveries and .Contact, with the functions of a report.Template and moment,
// which is time with the zone.
type NoteTemplate struct {
	t, owners *template.Template
	subject   string
}

// ParseNote reads a template of notes; for "" it is that of the program in a language.
func ParseNote(name, text, language string) (*NoteTemplate, error) {
	if !slices.Contains(Languages(), language) {
		return nil, errLanguage(language)
	}
	if text == "" {
		own, err := notes.ReadFile("notes/" + language + ".txt")
		if err != nil {
			return nil, err
		}
		name, text = language, string(own)
	}
	owners, err := notes.ReadFile("notes/owner.txt")
	if err != nil {
		return nil, err
	}
	n := &NoteTemplate{subject: noteSubject(language)}
	if n.t, err = template.New(name).Funcs(noteFunctions(nil)).Parse(text); err != nil {
		return nil, err
	}
	n.owners, err = template.New("owners").Funcs(noteFunctions(nil)).Parse(string(owners))
	return n, err
}

// errLanguage is the error of a language in which there is no note.
func errLanguage(language string) error {
	return fmt.Errorf("language %q of the notes: one of %s", language, strings.Join(Languages(), ", "))
}

// noteFunctions are those of a report.Template, and moment.
func noteFunctions(l *time.Location) map[string]any {
	f := templates.Functions(l)
	f["moment"] = func(t *time.Time) string { return t.In(words.Location(l)).Format("2006-01-02 15:04 MST") }
	return f
}

// noteView is what a template sees.
type noteView struct {
	*result.Notice
	Contact string
	Fixes   []string // for the owners
}

// ErrAddress is the error of a sender to whose address no mail can be written.
var ErrAddress = errors.New("no address that mail can be written to")

// Compose makes the note to one sender, as plain text, or that to the owners, who are
// o.To.
func (t *NoteTemplate) Compose(n *result.Notice, o Options) (*gomail.Msg, error) {
	to, subject, body := o.To, ownerSubject, t.owners
	if n.Sender != "" {
		address, err := addressOf(n.Sender)
		if err != nil {
			return nil, err
		}
		to, subject, body = []string{address}, t.subject, t.t
	}
	m, err := envelope(o.From, to)
	if err != nil {
		return nil, err
	}
	clone, err := body.Clone()
	if err != nil {
		return nil, err
	}
	view := noteView{Notice: safe.Copy(n), Contact: safe.Text(o.Contact)}
	if n.Sender == "" {
		reader := summary.OnPaper(o.Location)
		reader.Defang = true
		s := summary.Of(&result.Result{Deliveries: n.Deliveries}, reader)
		for _, f := range n.Fixes() {
			view.Fixes = append(view.Fixes, s.FixText(&f))
		}
	}
	var text strings.Builder
	if err := clone.Funcs(noteFunctions(o.Location)).Execute(&text, view); err != nil {
		return nil, fmt.Errorf("the note to %s: %w", n.Sender, err)
	}
	m.Subject(encodedWords(subject))
	m.SetDateWithValue(o.Date)
	m.SetMessageIDWithValue(o.MessageID)
	m.SetBodyString(gomail.TypeTextPlain, text.String())
	return m, nil
}

// addressOf returns an address as a header has it: an odd local part, such as a..b, is
// quoted (RFC 5321 section 4.1.2).
func addressOf(sender string) (string, error) {
	if a, err := netmail.ParseAddress(sender); err == nil && strings.EqualFold(a.Address, sender) {
		return sender, nil
	}
	at := strings.LastIndexByte(sender, '@')
	if at > 0 && !strings.ContainsFunc(sender, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(strings.Trim(sender[:at], `"`)) + `"` + sender[at:]
		if _, err := netmail.ParseAddress(quoted); err == nil {
			return quoted, nil
		}
	}
	return "", fmt.Errorf("%s: %w", safe.Text(sender), ErrAddress)
}

// NoteID names the note of some deliveries to their sender.
func NoteID(n *result.Notice, from string, now time.Time) string {
	parts := []string{from, n.Sender}
	for _, key := range n.Keys() {
		parts = append(parts, fmt.Sprint(key))
	}
	return now.UTC().Format("20060102.150405.") + digest(parts...) + "@" + hostOf(from)
}
