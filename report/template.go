package report

import (
	"io"
	"text/template"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/templates"
)

// Template writes a report by a template (text/template), which sees the Result, {{.Totals.Messages}}, {{range .Senders}} and so on,
// of which every text is harmless to a terminal. It has no function that reads,
// writes or runs anything:
//
//	number N      1,204,331
//	date T        22 Nov 2026, in the zone of the program; nothing for no time
//	time T        2026-11-22 19:04
//	rfc3339 T     2026-11-22T19:04:05Z
//	join LIST     a, b
//	defang TEXT   army[.]ml
//	csv TEXT      a cell that a spreadsheet does not run, quoted
//	md TEXT       a code span of Markdown
//	json ANY      a JSON value
//	upper, lower  letters
//
// and what text/template has: html, js, urlquery, printf, len, index, eq, …
type Template struct {
	t *template.Template
}

// ParseTemplate reads a template; name is for its errors.
func ParseTemplate(name, text string) (*Template, error) {
	t, err := template.New(name).Funcs(templates.Functions(nil)).Parse(text)
	if err != nil {
		return nil, err
	}
	return &Template{t}, nil
}

// Name implements Format.
func (t *Template) Name() string { return "template" }

// Extensions implements Format: a template does not say what it writes.
func (t *Template) Extensions() []string { return nil }

// Write implements Format.
func (t *Template) Write(w io.Writer, r *result.Result, o Options) error {
	clone, err := t.t.Clone()
	if err != nil {
		return err
	}
	return clone.Funcs(templates.Functions(o.Location)).Execute(w, safe.Copy(r))
}
