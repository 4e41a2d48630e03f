package report

import (
	"io"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// ECS writes an event a delivery in the Elastic Common Schema, in JSON lines.
// Fields that the schema does not have are under typoaudit. Where something could not be
// read, an event of kind pipeline_error for each problem follows.
type ECS struct{}

// ecsVersion is that of the schema whose fields are used.
const ecsVersion = "8.11.0"

// Name implements Format.
func (ECS) Name() string { return "ecs" }

// Extensions implements Format: .jsonl would not say which schema.
func (ECS) Extensions() []string { return []string{".ecs"} }

// Write implements Format.
func (ECS) Write(w io.Writer, r *result.Result, _ Options) error {
	found := lookalikesByDomain(r)
	return writeLines(w, r, lineObjects{
		delivery: func(d *result.Delivery) any { return ecsEvent(r, d, found[d.Lookalike]) },
		listed:   func(l *result.Listed) any { return ecsListed(r, l) },
		problem:  func(text string) any { return ecsProblem(r, text) },
	})
}

// ecsListed is the event of a wrong address in an alias map or list.
func ecsListed(r *result.Result, l *result.Listed) map[string]any {
	when := r.GeneratedAt.Format(time.RFC3339)
	return map[string]any{
		"@timestamp": when, "ecs": map[string]any{"version": ecsVersion}, "message": listedText(l), "email": map[string]any{"to": map[string]any{"address": []string{l.Address}}},
		"event": map[string]any{
			"kind": "alert", "category": []string{"email", "configuration"}, "type": []string{"info"}, "module": "typoaudit", "dataset": "typoaudit.listed",
			"action": "wrong-address", "severity": severity(parsers.ArrivedUnknown), "id": listedID(l), "created": when,
		},
		"rule":        map[string]any{"name": l.Kind, "category": "lookalike-domain", "description": l.How, "ruleset": "typoaudit", "version": r.Tool.Version},
		"destination": map[string]any{"domain": l.Lookalike},
		"observer":    ecsObserver(r),
		"related":     map[string]any{"hosts": []string{l.Lookalike, l.Intended}},
		"log":         map[string]any{"file": map[string]any{"path": l.Source}},
		"typoaudit":   l,
	}
}

// ecsProblem is the event of something that could not be read.
func ecsProblem(r *result.Result, text string) map[string]any {
	when := r.GeneratedAt.Format(time.RFC3339)
	return map[string]any{
		"@timestamp": when, "ecs": map[string]any{"version": ecsVersion}, "message": incompleteText(text), "error": map[string]any{"message": text},
		"event": map[string]any{
			"kind": "pipeline_error", "category": []string{"email"}, "type": []string{"error"}, "module": "typoaudit", "dataset": "typoaudit.problem",
			"action": "incomplete-audit", "outcome": "failure", "severity": severity(parsers.ArrivedUnknown), "created": when,
		},
		"observer": ecsObserver(r),
	}
}

func ecsEvent(r *result.Result, d *result.Delivery, l result.Lookalike) map[string]any {
	email := map[string]any{"direction": "outbound", "to": map[string]any{"address": []string{d.Recipient}}}
	if d.Sender != nil {
		email["from"] = map[string]any{"address": []string{*d.Sender}}
	}
	setText(email, "message_id", d.MessageID)
	setText(email, "subject", d.Subject)
	event := map[string]any{
		"@timestamp": momentOf(r, d).Format(time.RFC3339Nano), "ecs": map[string]any{"version": ecsVersion}, "message": slipText(d), "email": email,
		"event": map[string]any{
			"kind": "alert", "category": []string{"email"}, "type": []string{"info"}, "module": "typoaudit", "dataset": "typoaudit.delivery",
			"action": "misdirected-mail", "outcome": ecsOutcome(d.Arrived), "severity": severity(d.Arrived), "id": eventID(d), "created": r.GeneratedAt.Format(time.RFC3339),
		},
		"rule":        map[string]any{"name": l.Kind, "category": "lookalike-domain", "description": l.How, "ruleset": "typoaudit", "version": r.Tool.Version},
		"destination": map[string]any{"domain": d.Lookalike},
		"observer":    ecsObserver(r),
		"related":     map[string]any{"hosts": []string{d.Lookalike, d.Intended}},
		"typoaudit":   d,
	}
	if d.Person != "" {
		event["user"] = map[string]any{"email": d.Person}
	}
	if d.Source != "" {
		event["log"] = map[string]any{"file": map[string]any{"path": d.Source}}
	}
	return event
}

// ecsObserver is the program, in the words of the schema.
func ecsObserver(r *result.Result) map[string]any {
	return map[string]any{"product": r.Tool.Name, "version": r.Tool.Version, "type": "mail-audit"}
}

// ecsOutcome says in the words of the schema whether a stranger got the mail.
func ecsOutcome(a parsers.Arrived) string {
	switch a {
	case parsers.ArrivedYes:
		return "success"
	case parsers.ArrivedNo:
		return "failure"
	}
	return "unknown"
}
