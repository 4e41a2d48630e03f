package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/typoaudit/typoaudit/audit/result"
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
	p := newPage(w, o)
	columns := []column{
		{title: "#", right: true, leaves: 3, cells: plainCells(all, func(s *result.Slip) string { return strconv.Itoa(s.Rank) })},
		{title: "SLIP", least: leastDomain, want: wantDomain, cells: cells(all, func(s *result.Slip) cell { return p.address(s.Domain, s.Intended) })},
		{title: "OF", leaves: 1, least: leastDomain, want: wantDomain, cells: plainCells(all, func(s *result.Slip) string { return p.text(s.Intended) })},
		{title: "SHARE", right: true, leaves: 4, cells: plainCells(all, func(s *result.Slip) string { return strconv.FormatFloat(100*s.Share, 'f', 2, 64) + " %" })},
		{title: "TLD", leaves: 5, cells: plainCells(all, func(s *result.Slip) string {
			if s.Registrable {
				return "exists"
			}
			return "none"
		})},
		{title: "HOW", leaves: 2, least: leastHow, want: wantHow, cells: plainCells(all, func(s *result.Slip) string { return p.text(s.How) })},
	}
	if len(all) > 0 {
		if err := draw(p.w, fit(columns, p.o.Width), p.pen); err != nil {
			return err
		}
	}
	return p.w.Flush()
}

func slipsCSV(w io.Writer, all []result.Slip) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"rank", "domain", "unicode", "intended", "kind", "how", "registrable", "share"}}
	for _, s := range all {
		rows = append(rows, []string{
			strconv.Itoa(s.Rank), defused(s.Domain), defused(s.Unicode), defused(s.Intended), defused(s.Kind), defused(s.How),
			strconv.FormatBool(s.Registrable), strconv.FormatFloat(s.Share, 'f', 5, 64),
		})
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	return out.Error()
}
