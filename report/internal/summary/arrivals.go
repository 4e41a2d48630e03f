package summary

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Arrivals says what became of mails: "38 arrived, 3 did not". It is "" for
// none.
func Arrivals(a result.Arrived) string {
	var parts []string
	for _, x := range []struct {
		n    int64
		word string
	}{{a.Yes, " arrived"}, {a.Maybe, " maybe"}, {a.Unknown, " not known"}, {a.No, " did not"}} {
		if x.n > 0 {
			parts = append(parts, words.Grouped(x.n)+x.word)
		}
	}
	return strings.Join(parts, ", ")
}

// ArrivedCount counts what arrived, and what may have: "5+1?".
func ArrivedCount(a result.Arrived) string {
	if open := a.Maybe + a.Unknown; open > 0 {
		return words.Grouped(a.Yes) + "+" + words.Grouped(open) + "?"
	}
	return words.Grouped(a.Yes)
}

// Mails says how many mails there were, and what became of them.
func Mails(messages int64, a result.Arrived) string {
	text := words.Count(messages, "mail", "mails") + ", " + words.Grouped(a.Yes) + " arrived"
	if open := a.Maybe + a.Unknown; open > 0 {
		text += ", " + words.Grouped(open) + " more may have"
	}
	return text
}
