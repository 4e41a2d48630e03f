package summary

import (
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// MaxProblems is how many problems are listed where not all are asked for.
const MaxProblems = 10

// maxGaps is how many are listed where the run itself complained of them: each names
// something that is missing.
const maxGaps = 100

// Problems lists what the program complained of, and what could not be read, each with
// the name of what it is about.
func (s *Summary) Problems() []layout.Paragraph {
	texts := s.problems()
	most := max(MaxProblems, min(len(s.r.Coverage.Problems), maxGaps))
	if more := len(texts) - most; more > 0 && !s.to.Verbose {
		texts = append(texts[:most], "and "+words.Count(int64(more), "more problem", "more problems")+s.to.hint())
	}
	all := make([]layout.Paragraph, len(texts))
	for i, text := range texts {
		all[i] = layout.Paragraph{Text: "! " + text, Indent: 2}
	}
	return all
}

func (s *Summary) problems() []string {
	texts := problemsOf(&s.r.Coverage)
	for i := range texts {
		texts[i] = s.to.Pen.Brief(texts[i])
	}
	return texts
}

// Gaps are the problems of a report that lacks something, as they are; of a whole one there
// are none.
func Gaps(r *result.Result) []string {
	if !r.Incomplete {
		return nil
	}
	return problemsOf(&r.Coverage)
}

// problemsOf are those of the run, and those of the sources that these do not name.
func problemsOf(c *result.Coverage) []string {
	texts := slices.Clone(c.Problems)
	for i := range c.Sources {
		x := &c.Sources[i]
		for _, text := range x.Problems {
			name := x.Name[strings.LastIndexByte(x.Name, '@')+1:] // of a server its host
			isNamed := func(p string) bool { return strings.Contains(p, text) && strings.Contains(p, name) }
			if !slices.ContainsFunc(c.Problems, isNamed) {
				texts = append(texts, x.Name+": "+text)
			}
		}
	}
	return texts
}

// hasProblems reports sources that were not read whole. An empty one was.
func hasProblems(sources []result.Source) bool {
	return slices.ContainsFunc(sources, func(s result.Source) bool { return len(s.Problems) > 0 && !s.Empty })
}
