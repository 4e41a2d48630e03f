package summary

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Carried says what the mail of a sender carried: bytes, attachments, classes.
func Carried(s *result.Sender) string {
	var parts []string
	if s.Bytes > 0 {
		parts = append(parts, words.Grouped(s.Bytes)+" bytes")
	}
	if s.Attachments > 0 {
		parts = append(parts, words.Count(s.Attachments, "attachment", "attachments"))
	}
	if len(s.Sensitive) > 0 {
		parts = append(parts, words.Classes(s.Sensitive))
	}
	return strings.Join(parts, ", ")
}

// Content names the senders whose mail carried what makes a leak serious, and
// says where the content could not be inspected.
func (s *Summary) Content() []layout.Paragraph {
	pen, c := s.to.Pen, &s.r.Coverage
	var texts []string
	if names := withSensitive(s.r.Senders, pen); len(names) > 0 {
		texts = append(texts, "With sensitive content: "+words.Listed(names)+".")
	}
	if c.Uninspected > 0 {
		texts = append(texts, "The content of "+s.counts.uninspected+" is not known: the mailbox could not be read a second time.")
	}
	for _, limit := range c.ContentLimits {
		texts = append(texts, "Not all of the content was inspected: "+pen.Brief(limit)+".")
	}
	return layout.Plain(texts...)
}

func withSensitive(senders []result.Sender, pen layout.Pen) (names []string) {
	for i := range senders {
		if s := &senders[i]; len(s.Sensitive) > 0 {
			names = append(names, pen.Brief(s.Sender+" ("+words.Classes(s.Sensitive)+")"))
		}
	}
	return names
}
