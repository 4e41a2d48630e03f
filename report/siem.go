package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// ECS writes an event a delivery in the Elastic Common Schema, in JSON lines.
// What the schema has no field for stands under typoaudit.
type ECS struct{}

// ecsVersion is that of the schema whose fields are used.
const ecsVersion = "8.11.0"

// Name implements Format.
func (ECS) Name() string { return "ecs" }

// Extensions implements Format: .jsonl would not tell the schema.
func (ECS) Extensions() []string { return []string{".ecs"} }

// Write implements Format.
func (ECS) Write(w io.Writer, r *result.Result, _ Options) error {
	found := lookalikesByDomain(r)
	return writeLines(w, r.Deliveries, func(d *result.Delivery) any { return ecsEvent(r, d, found[d.Lookalike]) })
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
		"observer":    map[string]any{"product": r.Tool.Name, "version": r.Tool.Version, "type": "mail-audit"},
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

// OCSF writes a Detection Finding (class 2004) a delivery in the Open
// Cybersecurity Schema Framework, in JSON lines.
type OCSF struct{}

// Identifiers of the schema.
const (
	ocsfVersion          = "1.3.0"
	ocsfFindings         = 2
	ocsfDetectionFinding = 2004
	ocsfCreate           = 1
	ocsfNew              = 1 // status
	ocsfRule             = 1 // type of an analytic
)

// Name implements Format.
func (OCSF) Name() string { return "ocsf" }

// Extensions implements Format: .jsonl would not tell the schema.
func (OCSF) Extensions() []string { return []string{".ocsf"} }

// Write implements Format.
func (OCSF) Write(w io.Writer, r *result.Result, _ Options) error {
	found := lookalikesByDomain(r)
	return writeLines(w, r.Deliveries, func(d *result.Delivery) any { return ocsfFinding(r, d, found[d.Lookalike]) })
}

func ocsfFinding(r *result.Result, d *result.Delivery, l result.Lookalike) map[string]any {
	const percent = 100
	sender := ""
	if d.Sender != nil {
		sender = *d.Sender
	}
	email := map[string]any{"from": sender, "smtp_from": sender, "to": []string{d.Recipient}, "smtp_to": []string{d.Recipient}, "size": d.Bytes}
	setText(email, "message_uid", d.MessageID)
	setText(email, "subject", d.Subject)
	evidence := map[string]any{"email": email, "dst_endpoint": map[string]any{"domain": d.Lookalike}, "data": d}
	if d.Person != "" {
		evidence["user"] = map[string]any{"name": d.Person, "email_addr": d.Person}
	}
	when := momentOf(r, d).UnixMilli()
	return map[string]any{
		"class_uid": ocsfDetectionFinding, "class_name": "Detection Finding", "category_uid": ocsfFindings, "category_name": "Findings",
		"activity_id": ocsfCreate, "activity_name": "Create", "type_uid": ocsfDetectionFinding*100 + ocsfCreate, "type_name": "Detection Finding: Create",
		"time": when, "count": d.Count, "severity_id": severity(d.Arrived), "severity": severityName(d.Arrived), "status_id": ocsfNew, "status": "New",
		"status_detail": d.Status.String(), "confidence_score": int(math.Round(d.Confidence * percent)), "message": slipText(d),
		"metadata": map[string]any{
			"version": ocsfVersion, "uid": eventID(d), "log_name": d.Source,
			"product": map[string]any{"name": r.Tool.Name, "vendor_name": r.Tool.Name, "version": r.Tool.Version},
		},
		"finding_info": map[string]any{
			"uid": eventID(d), "title": "Mail to a lookalike domain", "desc": l.How, "types": []string{l.Kind}, "created_time": when,
			"analytic": map[string]any{"name": "typoaudit " + l.Kind, "type_id": ocsfRule, "type": "Rule", "version": r.Tool.Version},
		},
		"evidences": []any{evidence},
	}
}

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
