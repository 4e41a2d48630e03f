package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// Slips writes a list of expected slips as table, csv or json. Only Width,
// Unicode and Color of the options count.
func Slips(w io.Writer, format string, all []result.Slip, o Options) error {
	switch format {
	case "json":
		return writeJSON(w, all)
	case "csv":
		return slipsCSV(w, all)
	case "table":
		return slipsTable(w, all, o)
	}
	return fmt.Errorf("--format %s: table, csv or json", format)
}

func slipsTable(w io.Writer, all []result.Slip, o Options) error {
	c := cells{pen: o.pen()}
	columns := []layout.Column{
		{Title: "#", Right: true, Drop: 3, Cells: texts(all, func(s *result.Slip) string { return strconv.Itoa(s.Rank) })},
		{Title: "SLIP", Min: minDomain, Want: wantDomain, Cells: each(all, func(s *result.Slip) layout.Cell { return c.address(readable(s.Domain), readable(s.Intended)) })},
		{Title: "OF", Drop: 1, Min: minDomain, Want: wantDomain, Cells: texts(all, func(s *result.Slip) string { return c.pen.Text(readable(s.Intended)) })},
		{Title: "SHARE", Right: true, Drop: 4, Cells: texts(all, func(s *result.Slip) string { return strconv.FormatFloat(100*s.Share, 'f', 2, 64) + " %" })},
		{Title: "TLD", Drop: 5, Cells: texts(all, func(s *result.Slip) string {
			if s.Registrable {
				return "exists"
			}
			return "none"
		})},
		{Title: "HOW", Drop: 2, Min: minHow, Want: wantHow, Cells: texts(all, func(s *result.Slip) string { return c.pen.Text(s.How) })},
	}
	p := o.page(w)
	if err := p.Table(columns, c.pen); err != nil {
		return err
	}
	return p.Flush()
}

func slipsCSV(w io.Writer, all []result.Slip) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"rank", "domain", "unicode", "intended", "kind", "how", "registrable", "share"}}
	for _, s := range all {
		rows = append(rows, []string{
			strconv.Itoa(s.Rank), safe.Cell(s.Domain), safe.Cell(s.Unicode), safe.Cell(s.Intended), safe.Cell(s.Kind), safe.Cell(s.How),
			strconv.FormatBool(s.Registrable), strconv.FormatFloat(s.Share, 'f', 5, 64),
		})
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	return out.Error()
}

// readable returns a domain as people read it.
func readable(name string) string { return cmp.Or(domain.Canonical(name).Unicode(), name) }
