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

// tasks are those of the administrator: to block, to notify, to list and to ignore. A
// domain is written as a pattern, army[.]ml, which the commands take. The commands have
// the paths of the run that is reported.
func tasks(r *result.Result, o *Options) []task {
	if len(r.Lookalikes) == 0 {
		return nil
	}
	path, config := "REPORT.json", ""
	if o.Report != "" {
		path = safe.ShellPath(o.Report)
	}
	if o.Config != "" {
		config = " -c " + safe.ShellPath(o.Config)
	}
	if o.Tenant != "" {
		config += " --tenant " + safe.ShellPath(o.Tenant)
	}
	var all []task
	if o.Report == "" {
		all = append(all, task{"Report", "The commands below need the report in JSON: name a file for it in the configuration that can be written, once.", []string{`output = ["/var/lib/typoaudit/REPORT.json"]`}})
	}
	all = append(all, task{
		"Block", "Refuse the next one before it leaves. For Postfix (check_recipient_access regexp:…):",
		append(postfixRules(r.Lookalikes), "typoaudit block "+path+config+" --for postfix"),
	})
	all = append(all, task{"List", "All that is to be changed, as CSV:", []string{"typoaudit fixes " + path + config}})
	if !r.Pseudonymized { // else there is nobody to write to
		all = append(all, task{"Notify", "Write to each sender about the own slips:", []string{"typoaudit notify " + path + config}})
	}
	if worst := r.Lookalikes[0].Domain; safe.IsShellDomain(worst) {
		all = append(all, task{"Ignore", "If the address is right:", []string{"typoaudit ignore add" + config + " '" + safe.Defang(worst) + "' --reason \"…\""}})
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
