package report

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// nextCommands offers the commands that show more, in one line if there is room.
func nextCommands(r *result.Result, o Options) []layout.Paragraph {
	commands := []string{o.Again.rows(otherRows(o.rows()))}
	if worst := r.Lookalikes[0].Domain; safe.IsShellDomain(worst) {
		if check := o.Again.check(worst); check != "" {
			commands = append([]string{check}, commands...)
		}
	}
	line := "Next: " + strings.Join(commands, "   "+o.pen().Dot()+"   ")
	if width := o.width(); width == 0 || layout.Width(line) <= width {
		return layout.Plain(line)
	}
	all := layout.Plain("Next:")
	for _, c := range commands {
		all = append(all, layout.Paragraph{Text: "  " + c, Indent: 4, Command: true})
	}
	return all
}

// otherRows are those that a table of by does not show.
func otherRows(by By) By {
	if by == ByDelivery {
		return ByLookalike
	}
	return ByDelivery
}
