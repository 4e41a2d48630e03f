package report

import (
	"fmt"
	"io"

	"github.com/typoaudit/typoaudit/audit"
)

// Table writes a report for people at a terminal.
type Table struct{}

// Name implements Format.
func (Table) Name() string { return "table" }

// Extensions implements Format.
func (Table) Extensions() []string { return []string{".txt"} }

// Write implements Format.
func (Table) Write(w io.Writer, r *audit.Result, o Options) error {
	_, err := fmt.Fprintln(w, r.Totals.Messages)
	return err
}
