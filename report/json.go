package report

import (
	"encoding/json"
	"io"

	"github.com/typoaudit/typoaudit/audit"
)

// JSON writes the Result as one object (schema typoaudit.report/v1). It is
// for programs: nothing in it is defused or cut.
type JSON struct{}

// Name implements Format.
func (JSON) Name() string { return "json" }

// Extensions implements Format.
func (JSON) Extensions() []string { return []string{".json"} }

// Write implements Format.
func (JSON) Write(w io.Writer, r *audit.Result, _ Options) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
