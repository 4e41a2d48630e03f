package report

import (
	"io"
	"math"

	"github.com/typoaudit/typoaudit/audit/result"
)

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

// Extensions implements Format: .jsonl would not say which schema.
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
