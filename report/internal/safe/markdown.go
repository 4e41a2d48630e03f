package safe

import "strings"

// CodeSpan returns a code span of Markdown, in which nothing is marked up: its fence is longer than any
// row of backticks within (CommonMark section 6.1), and a bar that would end
// the cell of a table is escaped, as GitHub's extension asks even in code.
func CodeSpan(s string) string {
	s = Text(s)
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest > 0 || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}

// CodeSpans returns the code spans of a list, separated by blanks.
func CodeSpans(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = CodeSpan(s)
	}
	return strings.Join(out, " ")
}
