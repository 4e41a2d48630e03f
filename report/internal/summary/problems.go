package summary

import (
	"slices"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// MaxProblems is how many problems are listed where not all are asked for.
const MaxProblems = 10

// Problems lists what could not be read, each with the name of its source.
func (s *Summary) Problems() []layout.Paragraph {
	texts := problems(s.r.Coverage.Sources, s.to.Pen)
	if more := len(texts) - MaxProblems; more > 0 && !s.to.Verbose {
		texts = append(texts[:MaxProblems], "and "+words.Count(int64(more), "more problem", "more problems")+s.to.hint())
	}
	all := make([]layout.Paragraph, len(texts))
	for i, text := range texts {
		all[i] = layout.Paragraph{Text: "! " + text, Indent: 2}
	}
	return all
}

func problems(sources []result.Source, pen layout.Pen) (texts []string) {
	for i := range sources {
		s := &sources[i]
		for _, text := range s.Problems {
			texts = append(texts, pen.Brief(s.Name+": "+text))
		}
	}
	return texts
}

func hasProblems(sources []result.Source) bool {
	return slices.ContainsFunc(sources, func(s result.Source) bool { return len(s.Problems) > 0 })
}
