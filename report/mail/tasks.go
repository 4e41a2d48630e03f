package mail

import (
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/block"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// A task is something to do about the findings, with its commands.
type task struct {
	Name, Text string
	Commands   []string
}

// tasks are to block, to notify and to ignore. A domain is written as a
// pattern, army[.]ml, which the commands take. report is the path of the report
// in JSON, "" if nobody wrote it.
func tasks(r *result.Result, report string) []task {
	if len(r.Lookalikes) == 0 {
		return nil
	}
	if report == "" {
		report = "REPORT.json"
	}
	report = safe.ShellPath(report)
	all := []task{{
		"Block", "Refuse the next one before it leaves. For Postfix (check_recipient_access regexp:…):",
		append(postfixRules(r.Lookalikes), "typoaudit block "+report+" --for postfix"),
	}}
	if !r.Pseudonymized { // else there is nobody to write to
		all = append(all, task{"Notify", "Write to each sender about the own slips:", []string{"typoaudit notify " + report}})
	}
	if worst := r.Lookalikes[0].Domain; safe.IsShellDomain(worst) {
		all = append(all, task{"Ignore", "If the address is right:", []string{"typoaudit ignore add '" + safe.Defang(worst) + "' --reason \"…\""}})
	}
	return all
}

func postfixRules(all []result.Lookalike) (rules []string) {
	for i := range all[:min(maxLookalikes, len(all))] {
		if l := &all[i]; safe.IsShellDomain(l.Domain) && safe.IsShellDomain(l.Intended) {
			rules = append(rules, block.PostfixRule(l.Domain, l.Intended))
		}
	}
	return rules
}
