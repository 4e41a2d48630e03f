package main

import (
	"slices"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/report"
)

// again returns the commands that show more of an audit of logs: with the paths and the
// flags that were given, but for those of the report.
func again(c *config.Settled, paths []string) report.Again {
	if len(paths) == 0 || slices.Contains(paths, "-") {
		return report.Again{}
	}
	check := sync.OnceValue(func() *pflag.FlagSet { return newCheckCmd(new(env)).Flags() })
	inCheck := func(name string) bool { return check().Lookup(name) != nil && isOfAudit(name) }
	return report.Again{
		Check: func(domain string) string {
			return "typoaudit check " + domain + flagsOf(c.Given, inCheck) + asFlag("log", paths)
		},
		Rows: func(by report.By) string {
			return "typoaudit scan --by " + string(by) + flagsOf(c.Given, isOfAudit) + shellWords(paths)
		},
	}
}

// againOfServer returns the command that shows other rows of an audit over IMAP: what
// check weighs is logs and reports.
func againOfServer(c *config.Settled) report.Again {
	return report.Again{
		Check: func(string) string { return "" },
		Rows:  func(by report.By) string { return "typoaudit imap --by " + string(by) + flagsOf(c.Given, isOfAudit) },
	}
}

// againFromPartials returns the command that shows other rows of what partials hold: what
// check weighs is logs and reports.
func againFromPartials(c *config.Settled, parts []string) report.Again {
	mayRepeat := func(name string) bool { return name != "partial" && isOfAudit(name) }
	return report.Again{
		Check: func(string) string { return "" },
		Rows: func(by report.By) string {
			return "typoaudit merge --by " + string(by) + flagsOf(c.Given, mayRepeat) + shellWords(parts)
		},
	}
}

// againFromReport returns those of a report that was saved, or of the part of it that the
// given flags select.
func againFromReport(path string, given []config.Flag) report.Again {
	return report.Again{
		Check: func(domain string) string { return "typoaudit check " + domain + asFlag("report", []string{path}) },
		Rows: func(by report.By) string {
			return "typoaudit report --by " + string(by) + flagsOf(given, isOfAudit) + shellWords([]string{path})
		},
	}
}

// isOfAudit reports a flag that changes what is audited, and not how it is shown. What was
// new is not new any more.
func isOfAudit(name string) bool {
	return !slices.Contains([]string{"new", "by", "format", "output", "template", "fail-on", "quiet", "verbose", "color", "progress", "top"}, name)
}

func flagsOf(given []config.Flag, may func(string) bool) (text string) {
	for _, f := range given {
		if may(f.Name) {
			text += asFlag(f.Name, f.Values)
		}
	}
	return text
}

func asFlag(name string, values []string) (text string) {
	for _, v := range values {
		switch v {
		case "true":
			text += " --" + name
		case "false":
			text += " --" + name + "=false"
		default:
			text += " --" + name + " " + report.ShellWord(v)
		}
	}
	return text
}

func shellWords(all []string) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(" " + report.ShellWord(s))
	}
	return b.String()
}
