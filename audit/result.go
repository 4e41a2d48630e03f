package audit

import (
	"math"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// Result makes the answer of an audit. reading has what was read, for coverage
// and for the place of each delivery. It fails if what the ledger laid outside
// memory cannot be read back.
func (v *Verdicts) Result(reading *read.Reading) (*result.Result, error) {
	r, c, o := v.head(reading), v.collector(reading), v.evidence.options
	// Nothing of v is needed from here on: what the evidence takes is free while
	// the deliveries are collected.
	rows, err := c.collect()
	if err != nil {
		return nil, err
	}
	earlier, rows := parted(rows, c.from)
	suppressor := result.NewSuppressor(o.Ignore, o.Now)
	r.Questions = suppressor.Answer(r.Questions)
	isSuppressed := func(r row) bool { return suppressor.LeavesOut(&r.d) }
	rows = slices.DeleteFunc(rows, isSuppressed)
	suppressor.CountIn(&r.Coverage) // of the window alone
	earlier = slices.DeleteFunc(earlier, isSuppressed)
	if o.Earlier != nil {
		markNew(rows, o.Earlier)
		r.Trend = o.Earlier.Compare(r.Window, c.from, deliveriesOf(rows), deliveriesOf(earlier), c.verdicts)
		if o.OnlyNew {
			rows = slices.DeleteFunc(rows, func(r row) bool { return !r.d.New })
		}
	}
	inspect(rows, &o, &r.Coverage)
	r.Deliveries = deliveriesOf(rows)
	r.Summarise(c.verdicts)
	var known map[string]time.Time
	if o.Earlier != nil {
		o.Earlier.MarkNew(r.Trend, r.Lookalikes)
		o.Earlier.CompareSenders(r.Senders)
		known = o.Earlier.FirstSeen
	}
	result.Observe(r.Lookalikes, deliveriesOf(earlier), known)
	return r, nil
}

// head begins a result with all that needs no deliveries.
func (v *Verdicts) head(reading *read.Reading) *result.Result {
	e := v.evidence
	r := &result.Result{
		Schema: result.Schema, Tool: e.options.Tool, GeneratedAt: e.options.Now.UTC().Truncate(time.Second),
		InternalDomains: []string{}, Listed: []result.Listed{}, Questions: []result.Question{}, InternalInferred: e.inferred, AllSenders: e.options.AllSenders, MinConfidence: e.options.MinConfidence,
		OnlyNew:  e.options.OnlyNew && e.options.Earlier != nil,
		Coverage: coverage(reading), Window: e.traffic.window(),
	}
	for _, n := range e.exempt.own.Names() {
		r.InternalDomains = append(r.InternalDomains, n.String())
	}
	r.Coverage.Outbound, r.Coverage.InWindow = e.traffic.sent, e.inWindow
	r.Questions = append(r.Questions, v.questions()...)
	for i := range v.all {
		f := &v.all[i]
		sent := e.traffic.byDomain[f.domain].Sent - e.traffic.earlier[f.domain]
		if !v.isReported(f) && f.why == "" && f.verdict.Confidence >= result.MinHidden && sent > 0 {
			r.Coverage.Hidden++
			r.Coverage.HiddenMessages += sent
		}
	}
	return r
}

// window is the span of the deliveries that are audited.
func (t *traffic) window() (w result.Window) {
	if t.span.first != 0 {
		w.From, w.To = result.TimeOf(time.Unix(int64(t.span.first), 0)), result.TimeOf(time.Unix(int64(t.span.last), 0))
	}
	return w
}

// isReported says whether a verdict is sure enough to be reported.
func (v *Verdicts) isReported(f *found) bool {
	return f.verdict.Confidence >= v.evidence.options.MinConfidence && f.why == ""
}

// collector returns what collects the deliveries to the domains that are
// reported. It has nothing that only judging needs.
func (v *Verdicts) collector(reading *read.Reading) *collector {
	e := v.evidence
	c := &collector{
		kept: e.kept, people: e.people, names: e.names, gateways: e.gateways(), reading: reading, from: e.from,
		verdicts: map[string]result.Verdict{}, reported: make([]bool, len(e.names)),
	}
	for i := range v.all {
		if f := &v.all[i]; v.isReported(f) {
			c.reported[f.domain] = true
			on := verdictOn(e.names[f.domain], &f.verdict)
			on.Elder = e.isElder(f)
			c.verdicts[e.names[f.domain].String()] = on
		}
	}
	return c
}

// verdictOn gives what was found of a domain the form that a Result has.
func verdictOn(name domain.Name, v *lookalike.Verdict) result.Verdict {
	return result.Verdict{
		Unicode: name.Unicode(), Intended: v.Intended.String(), Also: v.Also.String(), Kind: string(v.Kind), How: v.How,
		Confidence: v.Confidence, Evidence: evidenceOf(v.Evidence), Candidates: candidatesOf(v.Candidates),
	}
}

func candidatesOf(all []lookalike.Candidate) []result.Meant {
	out := make([]result.Meant, 0, len(all))
	for _, c := range all {
		out = append(out, result.Meant{Domain: c.Name.String(), Probability: result.Round(c.Probability)})
	}
	return out
}

func evidenceOf(all []lookalike.Evidence) []result.Evidence {
	out := make([]result.Evidence, 0, len(all))
	for _, e := range all {
		out = append(out, result.Evidence{Code: e.Code, Text: e.Text, Weight: math.Round(e.Weight*100) / 100, Names: e.Names})
	}
	return out
}

// coverage sums what was read.
func coverage(reading *read.Reading) result.Coverage {
	var missed parsers.Programs
	c := result.Coverage{Sources: []result.Source{}, Problems: []string{}, Lists: []result.ListFile{}, IgnoreRules: []result.RuleUse{}, ContentLimits: []string{}}
	for _, s := range reading.Sources {
		if s.Unused {
			continue
		}
		out := result.Source{
			Name: s.Name, Format: s.Format, Empty: s.Empty, Mailbox: s.IsMailbox(), Bytes: s.Bytes, Lines: s.Lines, Records: s.Records, Deliveries: s.Deliveries,
			Malformed: s.Malformed, NotUnderstood: s.NotUnderstood.Total(), NotUnderstoodBy: s.NotUnderstood, First: result.TimeOf(s.First), Last: result.TimeOf(s.Last), Problems: s.AllProblems(),
		}
		c.Sources = append(c.Sources, out)
		if s.IsMailbox() {
			c.Messages += s.Records
		} else {
			c.Lines += s.Lines
		}
		c.Deliveries += s.Deliveries
		c.Malformed += s.Malformed
		missed.Merge(s.NotUnderstood)
		c.NoSender += s.NoSender
		c.Incomplete += s.Incomplete
	}
	c.NotUnderstood, c.NotUnderstoodBy = missed.Total(), missed
	return c
}
