// Package templates holds the functions of the templates that an organisation
// may write: of reports and of notes to senders. None of them reads, writes or
// runs anything.
package templates

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Functions returns the functions of a template, as the doc comment of
// report.Template lists them. Times are in l, which is UTC if nil.
func Functions(l *time.Location) map[string]any {
	l = words.Location(l)
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
				return words.Grouped(int64(n)), nil
			case int64:
				return words.Grouped(n), nil
			case float64:
				return words.Float(n), nil
			}
			return "", fmt.Errorf("number: %T is none", v)
		},
		"date": in("2 Jan 2006"), "time": in("2006-01-02 15:04"), "rfc3339": in(time.RFC3339),
		"join":   func(list []string) string { return strings.Join(list, ", ") },
		"defang": safe.Defang, "md": safe.CodeSpan, "upper": strings.ToUpper, "lower": strings.ToLower,
		"csv": func(s string) string { return `"` + strings.ReplaceAll(safe.Cell(s), `"`, `""`) + `"` },
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
