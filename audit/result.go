package audit

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/findings"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/organisation"
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
	found, err := c.collect()
	if err != nil {
		return nil, err
	}
	earlier, found := findings.Parted(found, c.from)
	suppressor := result.NewSuppressor(o.Ignore, o.Now)
	r.Questions = suppressor.Answer(r.Questions)
	isSuppressed := func(r findings.Row) bool { return suppressor.LeavesOut(&r.Delivery) }
	found = slices.DeleteFunc(found, isSuppressed)
	suppressor.CountIn(&r.Coverage) // of the window alone
	earlier = slices.DeleteFunc(earlier, isSuppressed)
	if o.Earlier != nil {
		findings.MarkNew(found, o.Earlier)
		r.Trend = o.Earlier.Compare(r.Window, c.from, findings.Deliveries(found), findings.Deliveries(earlier), c.verdicts)
		if o.OnlyNew {
			found = slices.DeleteFunc(found, func(r findings.Row) bool { return !r.Delivery.New })
		}
	}
	inspect(found, &o, &r.Coverage)
	r.Deliveries = findings.Deliveries(found)
	r.Summarise(c.verdicts)
	var known map[string]time.Time
	if o.Earlier != nil {
		o.Earlier.MarkNew(r.Trend, r.Lookalikes)
		o.Earlier.CompareSenders(r.Senders)
		known = o.Earlier.FirstSeen
	}
	result.Observe(r.Lookalikes, findings.Deliveries(earlier), known)
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

// A collector gathers the deliveries to the domains that are reported.
type collector struct {
	kept     kept
	people   people
	names    []domain.Name // of the domains
	gateways organisation.Gateways
	reading  *read.Reading
	from     time.Time // begin of the window

	verdicts map[string]result.Verdict // on what is reported
	reported []bool                    // the domains that are
}

// collect returns the deliveries in the order of time, each once, with what
// bounces say of them.
func (c *collector) collect() ([]findings.Row, error) {
	each, errs := make([][]findings.Row, len(c.kept.parts)), make([]error, len(c.kept.parts))
	var logs workers.Group
	for i := range c.kept.parts {
		logs.Go(func() {
			errs[i] = c.kept.eachOf(&c.kept.parts[i], &detailQuery{domains: c.reported}, func(x detail) {
				audited := c.people.audits(&x)
				if audited || c.people.mayBeHop(&x) {
					r := c.row(&x)
					r.Audited = audited
					each[i] = append(each[i], r)
				}
			})
		})
	}
	logs.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	return findings.Settle(slices.Concat(each...), c.kept.threads.Answered, c.kept.bounces), nil
}

func (c *collector) row(x *detail) findings.Row {
	c.gateways.Mark(x.d)
	r := findings.Row{
		Delivery: c.delivery(x), Origin: x.d.Origin, File: x.d.Place.Number, Handed: x.d.Handed, Failure: x.d.Failure,
		Forwarded: c.people.of(x.person).alias != "" || c.people.own.HasAddress(x.d.OrigRecipient), Machine: c.people.isMachine(x.person),
	}
	if x.d.Copy {
		r.Copied, r.Copy, r.Subject = true, x.d.Origin, x.d.SubjectSum
	}
	return r
}

func (c *collector) delivery(x *detail) result.Delivery {
	d, name := x.d, c.names[x.domain].String()
	v := c.verdicts[name]
	out := result.Delivery{
		Time: result.TimeOf(d.Time), Person: c.people.nameOf(x, c.names), Recipient: d.Recipient, Orig: d.OrigRecipient,
		Meant: meant(d.Recipient, v.Intended), Lookalike: name, Intended: v.Intended,
		Confidence: result.Round(v.Confidence), Status: d.Status, Arrived: d.Arrived, DSN: d.DSN, Relay: d.Relay, Bytes: d.Bytes,
		Count: int64(max(1, d.Count)), MessageID: d.MessageID, QueueID: d.QueueID, Subject: d.Subject,
		Sensitive: []string{},
	}
	out.Source, out.Line = c.reading.Place(d.Origin)
	if d.Place.Source != "" {
		out.Source, out.Line = d.Place.Source, d.Place.Line
	}
	carries(&out, d.Attachments)
	if d.SenderKnown {
		out.Sender = &d.Sender
	}
	if login := c.people.of(x.person).login; login != "" {
		out.AuthUser = &login
	}
	return out
}

// meant returns the recipient's local part at the intended domain.
func meant(recipient, intended string) string {
	local, _, ok := domain.SplitAddress(recipient)
	if !ok {
		return ""
	}
	return local + "@" + intended
}
