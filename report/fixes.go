package report

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Fixes writes what is to be changed so that no mail goes to the wrong addresses of a
// report any more, the most exposed first, as csv or json. CSV has a header and a row for
// each wrong address, cause and place; cells are defused as by CSV.
func Fixes(w io.Writer, r *result.Result, format string, o Options) error {
	fixes := r.Fixes()
	switch format {
	case "json":
		return writeJSON(w, fixes)
	case "csv":
	default:
		return fmt.Errorf("--format %s: csv or json", format)
	}
	s := summary.Of(r, o.reader())
	out := csv.NewWriter(w)
	rows := [][]string{{
		"wrong_address", "right_address", "cause", "where", "who", "last_used", "first_used", "messages", "arrived_yes", "arrived_maybe", "arrived_no", "arrived_unknown",
		"exposure", "what_to_do",
	}}
	for i := range fixes {
		f := &fixes[i]
		row := []string{
			safe.Cell(f.Wrong), safe.Cell(f.Right), safe.Cell(string(f.Cause)), safe.Cell(f.Where), safe.Cell(f.Who), words.Stamp(f.LastUsed), words.Stamp(f.FirstUsed), integer(f.Messages),
		}
		rows = append(rows, append(append(row, arrivals(f.Arrived)...), words.Float(f.Exposure), safe.Cell(s.FixText(f))))
	}
	return out.WriteAll(rows)
}
