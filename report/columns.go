package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/result"
)

// Widths of the columns that may be cut: at 40 columns the names, risks and
// lookalikes still fit, and at 120 the columns that explain, however long the
// names are.
const (
	leastName, wantName     = 10, 16
	leastDomain, wantDomain = 12, 24
	leastPair               = 18 // army.ml → army.mil
	leastRisk               = 8
	leastHow, wantHow       = 12, 13
	leastText, wantText     = 12, 13
)

func (p *page) bySender(r *result.Result) []column {
	rows := r.Senders
	ours := sharedDomain(r, p.o.By)
	found := make(map[string]*result.Lookalike, len(r.Lookalikes))
	for i := range r.Lookalikes {
		found[r.Lookalikes[i].Domain] = &r.Lookalikes[i]
	}
	look := func(s *result.Sender) result.Lookalike {
		if l := found[s.Worst]; l != nil {
			return *l
		}
		return result.Lookalike{Domain: s.Worst, Intended: s.Intended}
	}
	return []column{
		{title: "#", right: true, leaves: 5, cells: plainCells(rows, func(s *result.Sender) string { return strconv.Itoa(s.Rank) })},
		{title: "SENDER", least: leastName, want: wantName, cells: plainCells(rows, func(s *result.Sender) string { return p.text(without(s.Sender, ours)) })},
		{title: "EXPOSURE", right: true, leaves: 4, cells: plainCells(rows, func(s *result.Sender) string { return strconv.FormatFloat(s.Exposure, 'f', 1, 64) })},
		{title: "RISK", least: leastRisk, cells: cells(rows, func(s *result.Sender) cell {
			return cell{forms: []phrase{{text: p.text(string(s.Risk))}}, risk: s.Risk}
		})},
		{title: "SENT", right: true, leaves: 6, cells: plainCells(rows, func(s *result.Sender) string { return grouped(s.Messages) })},
		{title: "ARRIVED", right: true, leaves: 8, cells: plainCells(rows, func(s *result.Sender) string { return arrivedCount(s.Arrived) })},
		{title: "RECIPIENTS", right: true, from: wide, leaves: 2, cells: plainCells(rows, func(s *result.Sender) string { return strconv.Itoa(s.Recipients) })},
		{title: "LAST", leaves: 3, cells: plainCells(rows, func(s *result.Sender) string { return p.day(s.Last) })},
		{title: "WORST LOOKALIKE", short: "LOOKALIKE", least: leastDomain, want: wantDomain, cells: cells(rows, func(s *result.Sender) cell {
			l := look(s)
			return p.pair(&l)
		})},
		{title: "HOW", from: wide, leaves: 1, least: leastHow, want: wantHow, cells: cells(rows, func(s *result.Sender) cell {
			l := look(s)
			return p.how(&l)
		})},
	}
}

func (p *page) byLookalike(rows []result.Lookalike) []column {
	return []column{
		{title: "LOOKALIKE", least: leastPair, want: wantDomain, cells: cells(rows, p.pair)},
		{title: "OR MEANT", from: wide, leaves: 1, least: leastDomain, want: leastDomain, cells: plainCells(rows, func(l *result.Lookalike) string { return p.text(l.Also) })},
		{title: "CONFIDENCE", right: true, leaves: 6, cells: plainCells(rows, func(l *result.Lookalike) string { return strconv.FormatFloat(l.Confidence, 'f', 2, 64) })},
		{title: "VERDICT", leaves: 8, cells: plainCells(rows, verdict)},
		{title: "SENT", right: true, leaves: 7, cells: plainCells(rows, func(l *result.Lookalike) string { return grouped(l.Messages) })},
		{title: "ARRIVED", right: true, leaves: 9, cells: plainCells(rows, func(l *result.Lookalike) string { return arrivedCount(l.Arrived) })},
		{title: "SENDERS", right: true, leaves: 4, cells: plainCells(rows, func(l *result.Lookalike) string { return strconv.Itoa(l.Senders) })},
		{title: "RECIPIENTS", right: true, from: wide, leaves: 2, cells: plainCells(rows, func(l *result.Lookalike) string { return strconv.Itoa(l.Recipients) })},
		{title: "LAST", leaves: 5, cells: plainCells(rows, func(l *result.Lookalike) string { return p.day(l.Last) })},
		{title: "HOW", from: wide, leaves: 3, least: leastHow, want: wantHow, cells: cells(rows, p.how)},
	}
}

func (p *page) byDelivery(r *result.Result) []column {
	rows := r.Deliveries
	ours := sharedDomain(r, p.o.By)
	return []column{
		{title: "TIME", leaves: 5, cells: plainCells(rows, func(d *result.Delivery) string { return p.moment(d.Time) })},
		{title: "SENDER", least: leastName, want: wantName, cells: plainCells(rows, func(d *result.Delivery) string { return p.text(without(sentBy(d), ours)) })},
		{title: "RECIPIENT", least: leastDomain, want: wantDomain, cells: cells(rows, func(d *result.Delivery) cell { return p.address(d.Recipient, d.Meant) })},
		{title: "MEANT", leaves: 4, least: leastDomain, want: wantDomain, cells: cells(rows, func(d *result.Delivery) cell { return p.address(d.Meant, d.Recipient) })},
		{title: "COUNT", right: true, leaves: 7, cells: plainCells(rows, manifold)},
		{title: "STATUS", leaves: 3, cells: plainCells(rows, func(d *result.Delivery) string { return d.Status.String() })},
		{title: "ARRIVED", cells: plainCells(rows, func(d *result.Delivery) string { return d.Arrived.String() })},
		{title: "SENSITIVE", from: wide, leaves: 3, least: leastText, want: wantText, cells: plainCells(rows, func(d *result.Delivery) string { return p.text(strings.Join(d.Sensitive, " ")) })},
		{title: "RELAY", from: wide, leaves: 1, least: leastText, want: wantText, cells: plainCells(rows, func(d *result.Delivery) string { return p.text(d.Relay) })},
		{title: "WHERE", from: wide, leaves: 2, least: leastText, want: wantText, cells: cells(rows, p.where)},
	}
}

func cells[T any](rows []T, f func(*T) cell) []cell {
	out := make([]cell, len(rows))
	for i := range rows {
		out[i] = f(&rows[i])
	}
	return out
}

func plainCells[T any](rows []T, f func(*T) string) []cell {
	return cells(rows, func(row *T) cell { return plainCell(f(row)) })
}

func (p *page) text(s string) string { return p.pen.text(s) }

// brief is text for a sentence, no longer than the longest address.
func (p *page) brief(s string) string {
	return phrase{text: p.text(s)}.cut(widestCell, p.pen.ellipsis()).text
}

// pair is "army.ml → army.mil". What was meant may be cut behind the letters
// that differ; else the lookalike stands alone.
func (p *page) pair(l *result.Lookalike) cell {
	alone := p.lookalike(l)
	intended := p.text(l.Intended)
	if intended == "" {
		return alone
	}
	_, until := differing(intended, p.text(l.Domain))
	last := len(alone.forms) - 1
	var forms []phrase
	for i, f := range alone.forms {
		f.text += p.pen.arrow() + intended
		f.keep = len(f.text)
		if i == last {
			f.keep -= len(intended) - until
		}
		forms = append(forms, f)
	}
	return cell{forms: append(forms, alone.forms[last])}
}

// lookalike is the domain in A-labels, with the Unicode form beside it where
// the audit holds that for safe to show.
func (p *page) lookalike(l *result.Lookalike) cell {
	bare := phrase{text: p.text(l.Domain)}
	if l.Intended != "" {
		bare.from, bare.to = differing(bare.text, p.text(l.Intended))
	}
	if l.Unicode == "" || !p.pen.unicode {
		return cell{forms: []phrase{bare}}
	}
	full := bare
	full.text += " (" + p.text(l.Unicode) + ")"
	full.keep = len(full.text)
	return cell{forms: []phrase{full, bare}}
}

// how tells the slip in words, or in one word.
func (p *page) how(l *result.Lookalike) cell {
	words, word := plainCell(p.text(l.How)), plainCell(p.text(l.Kind))
	return cell{forms: append(words.forms, word.forms...)}
}

// address is one whose letters that differ from the other stay in sight.
func (p *page) address(a, other string) cell {
	x := phrase{text: p.text(a)}
	if a != "" && other != "" {
		x.from, x.to = differing(x.text, p.text(other))
	}
	return cell{forms: []phrase{x}}
}

// where is the place in the log: of its name the end stays in sight.
func (p *page) where(d *result.Delivery) cell {
	text := p.text(fmt.Sprintf("%s:%d", d.Source, d.Line))
	x := phrase{text: text, from: len(text) - 1, to: len(text)}
	return cell{forms: []phrase{x}}
}

// verdict tells a slip from what is worth a look.
func verdict(l *result.Lookalike) string {
	if l.Confidence >= lookalike.SlipConfidence {
		return "slip"
	}
	return "look at it"
}

// arrivedCount counts what arrived, and what may have.
func arrivedCount(a result.Arrived) string {
	if open := a.Maybe + a.Unknown; open > 0 {
		return grouped(a.Yes) + "+" + grouped(open) + "?"
	}
	return grouped(a.Yes)
}

// manifold counts the deliveries that a row stands for, "" for a single one.
func manifold(d *result.Delivery) string {
	if d.Count <= 1 {
		return ""
	}
	return grouped(d.Count)
}

// sentBy names the person of a delivery, or says why there is none.
func sentBy(d *result.Delivery) string {
	switch {
	case d.Person != "":
		return d.Person
	case d.Sender == nil:
		return "(unknown)"
	}
	return "(auto)"
}

// without takes "@domain" off a name, unless the rest would read as an address.
func without(name, domain string) string {
	if local := strings.TrimSuffix(name, domain); !strings.Contains(local, "@") {
		return local
	}
	return name
}

// sharedDomain returns "@domain" for the internal domain of most of the
// senders in the table, to be said once. It is "" where none has one, and where
// a bare login stands among them, which would read as if it were there.
func sharedDomain(r *result.Result, by By) string {
	count := make(map[string]int, len(r.InternalDomains))
	for _, d := range r.InternalDomains {
		count["@"+d] = 0
	}
	bare := false
	each := func(sender string) {
		at := strings.LastIndexByte(sender, '@')
		bare = bare || at <= 0
		if at > 0 {
			if _, ours := count[sender[at:]]; ours {
				count[sender[at:]]++
			}
		}
	}
	if by == ByDelivery {
		for i := range r.Deliveries {
			if r.Deliveries[i].Person != "" {
				each(r.Deliveries[i].Person)
			}
		}
	} else {
		for i := range r.Senders {
			each(r.Senders[i].Sender)
		}
	}
	shared := ""
	for _, d := range r.InternalDomains {
		if count["@"+d] > count[shared] {
			shared = "@" + d
		}
	}
	if bare {
		return ""
	}
	return shared
}
