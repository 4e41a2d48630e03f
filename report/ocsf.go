package report

import (
	"io"
	"math"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// OCSF writes a Detection Finding (class 2004) a delivery in the Open
// Cybersecurity Schema Framework, in JSON lines. Where something could not be read, a Scan
// Activity (class 6007) that ended in an error follows for each problem.
type OCSF struct{}

// Identifiers of the schema.
const (
	ocsfVersion          = "1.3.0"
	ocsfFindings         = 2
	ocsfDetectionFinding = 2004
	ocsfCreate           = 1
	ocsfNew              = 1 // status
	ocsfRule             = 1 // type of an analytic
	ocsfApplication      = 6
	ocsfScanActivity     = 6007
	ocsfError            = 6 // activity
	ocsfFailure          = 2 // status
	ocsfUnknown          = 0 // type of a scan
)

// Name implements Format.
func (OCSF) Name() string { return "ocsf" }

// Extensions implements Format: .jsonl would not say which schema.
func (OCSF) Extensions() []string { return []string{".ocsf"} }

// Write implements Format.
func (OCSF) Write(w io.Writer, r *result.Result, _ Options) error {
	found := lookalikesByDomain(r)
	return writeLines(w, r, lineObjects{
		delivery: func(d *result.Delivery) any { return ocsfFinding(r, d, found[d.Lookalike]) },
		listed:   func(l *result.Listed) any { return ocsfListed(r, l) },
		problem:  func(text string) any { return ocsfProblem(r, text) },
	})
}

// ocsfListed is the finding of a wrong address in an alias map or list.
func ocsfListed(r *result.Result, l *result.Listed) map[string]any {
	const percent = 100
	when := r.GeneratedAt.UnixMilli()
	return map[string]any{
		"class_uid": ocsfDetectionFinding, "class_name": "Detection Finding", "category_uid": ocsfFindings, "category_name": "Findings",
		"activity_id": ocsfCreate, "activity_name": "Create", "type_uid": ocsfDetectionFinding*100 + ocsfCreate, "type_name": "Detection Finding: Create",
		"time": when, "severity_id": severity(parsers.ArrivedUnknown), "severity": severityName(parsers.ArrivedUnknown), "status_id": ocsfNew, "status": "New",
		"confidence_score": int(math.Round(l.Confidence * percent)), "message": listedText(l),
		"metadata": map[string]any{"version": ocsfVersion, "uid": listedID(l), "log_name": l.Source, "product": ocsfProduct(r)},
		"finding_info": map[string]any{
			"uid": listedID(l), "title": "Wrong address in an alias map or list", "desc": l.How, "types": []string{l.Kind}, "created_time": when,
			"analytic": map[string]any{"name": "typoaudit " + l.Kind, "type_id": ocsfRule, "type": "Rule", "version": r.Tool.Version},
		},
		"evidences": []any{map[string]any{"dst_endpoint": map[string]any{"domain": l.Lookalike}, "data": l}},
	}
}

// ocsfProblem is the event of something that could not be read.
func ocsfProblem(r *result.Result, text string) map[string]any {
	return map[string]any{
		"class_uid": ocsfScanActivity, "class_name": "Scan Activity", "category_uid": ocsfApplication, "category_name": "Application Activity",
		"activity_id": ocsfError, "activity_name": "Error", "type_uid": ocsfScanActivity*100 + ocsfError, "type_name": "Scan Activity: Error",
		"time": r.GeneratedAt.UnixMilli(), "severity_id": severity(parsers.ArrivedUnknown), "severity": severityName(parsers.ArrivedUnknown),
		"status_id": ocsfFailure, "status": "Failure", "status_detail": text, "message": incompleteText(text),
		"scan":     map[string]any{"name": "audit of mail", "type_id": ocsfUnknown, "type": "Unknown"},
		"metadata": map[string]any{"version": ocsfVersion, "product": ocsfProduct(r)},
	}
}

func ocsfProduct(r *result.Result) map[string]any {
	return map[string]any{"name": r.Tool.Name, "vendor_name": r.Tool.Name, "version": r.Tool.Version}
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
			"product": ocsfProduct(r),
		},
		"finding_info": map[string]any{
			"uid": eventID(d), "title": "Mail to a lookalike domain", "desc": l.How, "types": []string{l.Kind}, "created_time": when,
			"analytic": map[string]any{"name": "typoaudit " + l.Kind, "type_id": ocsfRule, "type": "Rule", "version": r.Tool.Version},
		},
		"evidences": []any{evidence},
	}
}
