package summary

import (
	"strings"

	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// QuestionsTitle is above the questions, which stand apart from what is reported.
const QuestionsTitle = "Asked once, and not ranked"

// maxQuestions bounds the questions that are put into words: JSON has all.
const maxQuestions = 10

// ofSlips says what answers the questions with no.
const ofSlips = "If one is a slip: typoaudit ignore add '!DOMAIN'"

// A Question is what nobody but the reader knows, with the command for the answer yes.
type Question struct {
	Text, Command string
	isSafe        bool // the command can be pasted
}

// Questions returns those of a report, and says what answers them with no, and how many
// more there are; "" where nothing is asked.
func (s *Summary) Questions() (all []Question, more string) {
	asked := s.r.Questions
	for i := range asked[:min(len(asked), maxQuestions)] {
		q := &asked[i]
		why := s.to.Pen.Brief(q.Why)
		if s.to.Defang {
			why = strings.ReplaceAll(why, q.Domain, safe.Defang(q.Domain))
		}
		if q.Messages > 0 {
			why += " (" + words.Count(q.Messages, "mail", "mails") + ")"
		}
		all = append(all, Question{Text: why, Command: s.to.Pen.Brief(q.Command), isSafe: safe.IsShellDomain(q.Domain)})
	}
	if len(all) > 0 {
		more = ofSlips
	}
	if n := len(asked) - len(all); n > 0 {
		more = words.Count(int64(n), "more question is", "more questions are") + " in the JSON report. " + more
	}
	return all, more
}

// Asked returns the questions with their title as lines, none where nothing is asked.
func (s *Summary) Asked() (lines []layout.Paragraph) {
	all, more := s.Questions()
	if len(all) == 0 {
		return nil
	}
	lines = layout.Plain(QuestionsTitle + ":")
	for _, q := range all {
		lines = append(lines, layout.Paragraph{Text: "  " + q.Text + " If so:", Indent: 2}, layout.Paragraph{Text: "    " + q.Command, Indent: 6, Command: q.isSafe})
	}
	if more != "" {
		lines = append(lines, layout.Paragraph{Text: "  " + more, Indent: 2})
	}
	return lines
}
