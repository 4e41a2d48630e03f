package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/template"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// Template writes what a template makes of a report (text/template). The
// template sees the Result, {{.Totals.Messages}}, {{range .Senders}} and so on,
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
	t, err := template.New(name).Funcs(template.FuncMap(templateFunctions(nil))).Parse(text)
	if err != nil {
		return nil, err
	}
	return &Template{t}, nil
}

// Name implements Format.
func (t *Template) Name() string { return "template" }

// Extensions implements Format: a template does not tell what it writes.
func (t *Template) Extensions() []string { return nil }

// Write implements Format.
func (t *Template) Write(w io.Writer, r *result.Result, o Options) error {
	clone, err := t.t.Clone()
	if err != nil {
		return err
	}
	return clone.Funcs(template.FuncMap(templateFunctions(o.Location))).Execute(w, harmless(r))
}

// templateFunctions are the functions of a template.
func templateFunctions(l *time.Location) map[string]any {
	l = location(l)
	in := func(layout string) func(any) (string, error) {
		return func(v any) (string, error) {
			t, ok, err := timeValue(v)
			if !ok || err != nil {
				return "", err
			}
			if layout == time.RFC3339 {
				return t.Format(layout), nil
			}
			return t.In(l).Format(layout), nil
		}
	}
	return map[string]any{
		"number": func(v any) (string, error) {
			switch n := v.(type) {
			case int:
				return grouped(int64(n)), nil
			case int64:
				return grouped(n), nil
			case float64:
				return float(n), nil
			}
			return "", fmt.Errorf("number: %T is none", v)
		},
		"date": in("2 Jan 2006"), "time": in("2006-01-02 15:04"), "rfc3339": in(time.RFC3339),
		"join":   func(list []string) string { return strings.Join(list, ", ") },
		"defang": defang, "md": codeSpan, "upper": strings.ToUpper, "lower": strings.ToLower,
		"csv": func(s string) string { return `"` + strings.ReplaceAll(defused(s), `"`, `""`) + `"` },
		"json": func(v any) (string, error) {
			b, err := json.Marshal(v)
			return string(b), err
		},
	}
}

// timeValue takes the times of a Result, of which some may be missing.
func timeValue(v any) (t time.Time, ok bool, err error) {
	switch x := v.(type) {
	case time.Time:
		return x, true, nil
	case *time.Time:
		if x == nil {
			return t, false, nil
		}
		return *x, true, nil
	}
	return t, false, fmt.Errorf("%T is no time", v)
}
