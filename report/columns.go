package report

import (
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Widths of the columns that may be cut: at 40 columns the names, risks and
// lookalikes still fit, and at 120 the columns that explain, however long the
// names are.
const (
	minName, wantName = 10, 16
	minDomain         = 12
	wantDomain        = 24
	minPair, wantPair = 18, 28 // army.ml → army.mil, acme-suply.com → acme-supply.com
	wantSlip          = 38     // orders@acme-suply.com → acme-supply.com: STATUS leaves for it at 80
	minRisk           = 8
	minHow, wantHow   = 12, 13
	minText, wantText = 12, 13
)

// columnsOf returns the columns of a report's table, a cell for each of its
// rows.
func columnsOf(r *result.Result, o Options, names senderNames) []layout.Column {
	c := cells{pen: o.pen(), clock: o.clock()}
	switch o.rows() {
	case ByLookalike:
		return byLookalike(r, c)
	case ByDelivery:
		return byDelivery(r, c, names)
	default:
		return bySender(r, c, names)
	}
}

func bySender(r *result.Result, c cells, names senderNames) []layout.Column {
	rows, worst := r.Senders, worstOf(r.Lookalikes)
	return []layout.Column{
		{Title: "#", Right: true, Drop: 5, Cells: texts(rows, func(s *result.Sender) string { return strconv.Itoa(s.Rank) })},
		{Title: "SENDER", Min: minName, Want: wantName,
			Cells: texts(rows, func(s *result.Sender) string { return c.pen.Text(names.short(s.Sender)) })},
		{Title: "EXPOSURE", Right: true, Drop: 4,
			Cells: texts(rows, func(s *result.Sender) string { return words.Tenths(s.Exposure) })},
		{Title: "RISK", Min: minRisk, Cells: each(rows, func(s *result.Sender) layout.Cell { return c.risk(s.Risk) })},
		{Title: "SENT", Right: true, Drop: 6,
			Cells: texts(rows, func(s *result.Sender) string { return words.Grouped(s.Messages) })},
		{Title: "ARRIVED", Right: true, Drop: 8,
			Cells: texts(rows, func(s *result.Sender) string { return summary.ArrivedCount(s.Arrived) })},
		{Title: "RECIPIENTS", Right: true, ShownFrom: layout.Wide, Drop: 2,
			Cells: texts(rows, func(s *result.Sender) string { return strconv.Itoa(s.Recipients) })},
		{Title: "LAST", Soft: true, Drop: 3, Cells: texts(rows, func(s *result.Sender) string { return c.clock.Day(s.Last) })},
		{Title: "WORST LOOKALIKE", Short: "LOOKALIKE", Min: minPair, Want: wantPair,
			Cells: each(rows, func(s *result.Sender) layout.Cell { return c.pair(worst(s)) })},
		{Title: "HOW", ShownFrom: layout.Wide, Drop: 1, Min: minHow, Want: wantHow,
			Cells: each(rows, func(s *result.Sender) layout.Cell { return c.how(worst(s)) })},
	}
}

func byLookalike(r *result.Result, c cells) []layout.Column {
	rows := r.Lookalikes
	return []layout.Column{
		{Title: "LOOKALIKE", Min: minPair, Want: wantPair, Cells: each(rows, c.pair)},
		{Title: "OR MEANT", ShownFrom: layout.Wide, Drop: 1, Min: minDomain, Want: minDomain,
			Cells: texts(rows, func(l *result.Lookalike) string { return c.pen.Text(l.Also) })},
		{Title: "CONFIDENCE", Right: true, Drop: 6,
			Cells: texts(rows, func(l *result.Lookalike) string { return strconv.FormatFloat(l.Confidence, 'f', 2, 64) })},
		{Title: "VERDICT", Drop: 8, Cells: texts(rows, func(l *result.Lookalike) string { return c.pen.Text(l.Verdict) })},
		{Title: "SENT", Right: true, Drop: 7,
			Cells: texts(rows, func(l *result.Lookalike) string { return words.Grouped(l.Messages) })},
		{Title: "ARRIVED", Right: true, Drop: 9,
			Cells: texts(rows, func(l *result.Lookalike) string { return summary.ArrivedCount(l.Arrived) })},
		{Title: "SENDERS", Right: true, Drop: 4,
			Cells: texts(rows, func(l *result.Lookalike) string { return strconv.Itoa(l.Senders) })},
		{Title: "RECIPIENTS", Right: true, ShownFrom: layout.Wide, Drop: 2,
			Cells: texts(rows, func(l *result.Lookalike) string { return strconv.Itoa(l.Recipients) })},
		{Title: "LAST", Soft: true, Drop: 5, Cells: texts(rows, func(l *result.Lookalike) string { return c.clock.Day(l.Last) })},
		{Title: "HOW", ShownFrom: layout.Wide, Drop: 3, Min: minHow, Want: wantHow, Cells: each(rows, c.how)},
	}
}

func byDelivery(r *result.Result, c cells, names senderNames) []layout.Column {
	rows := r.Deliveries
	return []layout.Column{
		{Title: "TIME", Drop: 5, Cells: texts(rows, func(d *result.Delivery) string { return c.clock.Minute(d.Time) })},
		{Title: "SENDER", Min: minName, Want: wantName,
			Cells: texts(rows, func(d *result.Delivery) string { return c.pen.Text(names.short(sentBy(d))) })},
		{Title: "RECIPIENT, AND DOMAIN MEANT", Short: "RECIPIENT", Min: minPair, Want: wantSlip, Cells: each(rows, c.slip)},
		{Title: "COUNT", Right: true, Drop: 7, Cells: texts(rows, manifold)},
		{Title: "STATUS", Soft: true, Drop: 3, Cells: texts(rows, func(d *result.Delivery) string { return d.Status.String() })},
		{Title: "ARRIVED", Cells: texts(rows, func(d *result.Delivery) string { return d.Arrived.String() })},
		{Title: "CAUSE", ShownFrom: layout.Wide, Drop: 4, Cells: texts(rows, func(d *result.Delivery) string { return c.pen.Text(string(d.Cause)) })},
		{Title: "SENSITIVE", ShownFrom: layout.Wide, Drop: 3, Min: minText, Want: wantText,
			Cells: texts(rows, func(d *result.Delivery) string { return c.pen.Text(strings.Join(d.Sensitive, " ")) })},
		{Title: "RELAY", ShownFrom: layout.Wide, Drop: 1, Min: minText, Want: wantText,
			Cells: texts(rows, func(d *result.Delivery) string { return c.pen.Text(d.Relay) })},
		{Title: "WHERE", ShownFrom: layout.Wide, Drop: 2, Min: minText, Want: wantText, Cells: each(rows, c.where)},
	}
}

// each makes a cell of each row.
func each[T any](rows []T, f func(*T) layout.Cell) []layout.Cell {
	out := make([]layout.Cell, len(rows))
	for i := range rows {
		out[i] = f(&rows[i])
	}
	return out
}

// texts makes a cell of one form of each row.
func texts[T any](rows []T, f func(*T) string) []layout.Cell {
	return each(rows, func(row *T) layout.Cell { return layout.PlainCell(f(row)) })
}

// worstOf returns the function that finds the worst lookalike of a sender. One
// that is not in the report is known by its names alone.
func worstOf(all []result.Lookalike) func(*result.Sender) *result.Lookalike {
	found := make(map[string]*result.Lookalike, len(all))
	for i := range all {
		found[all[i].Domain] = &all[i]
	}
	return func(s *result.Sender) *result.Lookalike {
		if l := found[s.Worst]; l != nil {
			return l
		}
		return &result.Lookalike{Domain: s.Worst, Intended: s.Intended}
	}
}

// manifold counts the deliveries that a row stands for, "" for a single one.
func manifold(d *result.Delivery) string {
	if d.Count <= 1 {
		return ""
	}
	return words.Grouped(d.Count)
}
