package mail

import (
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Subject is the subject of a report, made of fixed words and numbers.
func Subject(r *result.Result, o Options) string {
	text := "typoaudit: " + answer(r)
	if first, last, ok := r.Span(); ok {
		l := words.Location(o.Location)
		text += " — " + words.DaysOfYear(first.In(l), last.In(l), "–")
	}
	if r.Incomplete {
		text = "[incomplete] " + text
	}
	return text
}

// answer is the headline in a few words.
func answer(r *result.Result) string {
	listed := ""
	if n := int64(len(r.Listed)); n > 0 {
		listed = words.Count(n, "address", "addresses") + " in alias maps and lists" + words.Choose(n, " looks", " look") + " mistyped"
	}
	switch {
	case listed == "":
		return ofMails(r)
	case r.Totals.Lookalikes == 0 && len(r.Coverage.Sources) == 0:
		return listed
	case r.Totals.Lookalikes == 0:
		return listed + "; " + ofMails(r)
	}
	return ofMails(r) + "; " + listed
}

// ofMails says what became of mails.
func ofMails(r *result.Result) string {
	t, c := &r.Totals, &r.Coverage
	switch {
	case r.IsNothingNew():
		return "nothing new; " + words.Count(r.Trend.ReportedMessages, "mail was", "mails were") + " reported before"
	case r.IsQuiet():
		return "no misdirected mail, no mail was sent"
	case len(c.Sources) == 0 && slices.ContainsFunc(c.Lists, func(f result.ListFile) bool { return f.Addresses > 0 }):
		return "no address in alias maps and lists looks mistyped"
	case t.Lookalikes == 0 && c.Outbound == 0:
		return "nothing was audited"
	case t.Lookalikes == 0:
		return "no misdirected mail in " + words.Grouped(c.Outbound)
	}
	text := words.Count(int64(t.Senders), "sender", "senders") + ", "
	switch arrived := t.Arrived.Yes; {
	case arrived > 0:
		text += words.Count(arrived, "misdirected mail", "misdirected mails") + " arrived"
	case t.Arrived.Maybe+t.Arrived.Unknown > 0:
		text += words.Count(t.Messages, "misdirected mail", "misdirected mails") + ", none known to have arrived"
	default:
		text += words.Count(t.Messages, "misdirected mail", "misdirected mails") + ", none arrived"
	}
	switch trend := r.Trend; {
	case trend == nil:
	case trend.FirstReport:
		text += " (first report)"
	case trend.NewMessages > 0:
		text += " (" + words.Grouped(trend.NewMessages) + " new)"
	}
	return text
}

// encodedWords returns a subject as the header has it: what is not ASCII alone is in encoded
// words (RFC 2047 section 2). A whole subject in them does not fit beside the name of the
// header, whose first line is empty then: a filter for [incomplete] at the beginning finds
// a blank.
func encodedWords(s string) string {
	var out, group []string
	end := func() {
		if len(group) > 0 {
			out = append(out, mime.QEncoding.Encode("UTF-8", strings.Join(group, " ")))
			group = nil
		}
	}
	for word := range strings.SplitSeq(s, " ") {
		if isASCII(word) {
			end()
			out = append(out, word)
		} else {
			group = append(group, word) // the blank between two encoded words does not count
		}
	}
	end()
	return strings.Join(out, " ")
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c >= utf8.RuneSelf })
}
