package report

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// severity is that of OCSF, which ECS leaves to the source: informational 1,
// low 2, medium 3, high 4.
func severity(a parsers.Arrived) int {
	switch a {
	case parsers.ArrivedYes:
		return 4
	case parsers.ArrivedNo:
		return 2
	}
	return 3
}

func severityName(a parsers.Arrived) string {
	return [...]string{"", "Informational", "Low", "Medium", "High"}[severity(a)]
}

// slipText is the finding in a sentence.
func slipText(d *result.Delivery) string {
	return fmt.Sprintf("Mail to %s, where %s was meant; arrived: %s", d.Recipient, d.Intended, d.Arrived)
}

// listedText is the sentence of a wrong address in an alias map or list.
func listedText(l *result.Listed) string {
	return fmt.Sprintf("Wrong address in %s:%d, of %s: %s, where %s was meant (%s)", l.Source, l.Line, l.Place, l.Address, l.Meant, l.Verdict)
}

func listedTexts(r *result.Result) (texts []string) {
	for i := range r.Listed {
		texts = append(texts, listedText(&r.Listed[i]))
	}
	return texts
}

// listedID is the same for the same wrong address in every run.
func listedID(l *result.Listed) string {
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%q %q %q", l.Source, l.Place, l.Address)
	return strconv.FormatUint(sum.Sum64(), 16)
}

// incompleteText is the sentence of a problem.
func incompleteText(problem string) string { return "The audit of mail is incomplete: " + problem }

// eventID is the same for the same delivery in every run.
func eventID(d *result.Delivery) string { return strconv.FormatUint(d.Key(), 16) }

// momentOf is the time of a delivery, or that of the report where the log had
// none: both schemas ask for one.
func momentOf(r *result.Result, d *result.Delivery) time.Time {
	if d.Time != nil {
		return d.Time.UTC()
	}
	return r.GeneratedAt
}

func lookalikesByDomain(r *result.Result) map[string]result.Lookalike {
	found := make(map[string]result.Lookalike, len(r.Lookalikes))
	for i := range r.Lookalikes {
		found[r.Lookalikes[i].Domain] = r.Lookalikes[i]
	}
	return found
}

// setText leaves out what is empty: a SIEM makes a field of it.
func setText(m map[string]any, key, value string) {
	if value != "" {
		m[key] = value
	}
}
