package mail

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/report/internal/safe"
)

//go:embed warnings
var warnings embed.FS

// A Warning is what a sender is to know of a mail that is being sent.
type Warning struct {
	Recipient string // as it was typed
	Meant     string // "" if it is not known
	Domain    string // of the recipient
	Intended  string // "" if it is not known
	Listed    bool   // the user said that no mail is to go to the domain
}

// warningSubject is fixed: nothing that somebody typed gets into a header.
func warningSubject(language string) string {
	switch language {
	case "de":
		return "Meinten Sie eine andere Adresse?"
	case "fr":
		return "Vouliez-vous écrire à une autre adresse ?"
	case "es":
		return "¿Quería escribir a otra dirección?"
	case "ja":
		return "メールの宛先をご確認ください"
	}
	return "Did you mean another address?"
}

// A WarningTemplate makes warnings, in one language.
type WarningTemplate struct {
	t       *template.Template
	subject string
}

// ParseWarning returns the template of a language, one of Languages.
func ParseWarning(language string) (*WarningTemplate, error) {
	if !slices.Contains(Languages(), language) {
		return nil, errLanguage(language)
	}
	text, err := warnings.ReadFile("warnings/" + language + ".txt")
	if err != nil {
		return nil, err
	}
	t, err := template.New(language).Funcs(noteFunctions(nil)).Parse(string(text))
	return &WarningTemplate{t, warningSubject(language)}, err
}

// Compose makes the warning to a sender, as plain text; o says from whom and when. The error
// is ErrAddress where no mail can be written to the sender.
func (t *WarningTemplate) Compose(w Warning, sender string, o Options) (*gomail.Msg, error) {
	to, err := addressOf(sender)
	if err != nil {
		return nil, err
	}
	m, err := envelope(o.From, []string{to})
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	if err := t.t.Execute(&text, safe.Copy(&w)); err != nil {
		return nil, fmt.Errorf("the note to %s: %w", sender, err)
	}
	m.Subject(encodedWords(t.subject))
	m.SetDateWithValue(o.Date)
	m.SetMessageIDWithValue(o.MessageID)
	m.SetBodyString(gomail.TypeTextPlain, text.String())
	return m, nil
}

// WarningID names the warning to a sender.
func WarningID(w Warning, sender, from string, now time.Time) string {
	return now.UTC().Format("20060102.150405.") + digest("warning", from, sender, w.Recipient) + "@" + hostOf(from)
}
