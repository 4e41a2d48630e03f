package audit

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// minHidden is the confidence from which on a verdict below MinConfidence is
// counted as hidden.
const minHidden = 0.1

// Result takes the verdict. reading tells what was read, for coverage and for
// the place of each delivery. The Auditor and its ledger must not be used any
// more: what finding the lookalikes took is let go of before their deliveries
// are gathered.
func (a *Auditor) Result(reading *read.Reading) *result.Result {
	r := &result.Result{
		Schema: result.Schema, Tool: a.o.Tool, GeneratedAt: a.o.Now.UTC().Truncate(time.Second),
		InternalDomains: []string{}, InternalInferred: a.inferred, AllSenders: a.o.AllSenders, MinConfidence: a.o.MinConfidence,
	}
	for _, n := range a.own.names {
		r.InternalDomains = append(r.InternalDomains, n.String())
	}
	r.Coverage = coverage(reading)
	a.countAudited(r)
	b := builder{a: a, reading: reading, r: r, verdicts: map[string]result.Verdict{}, reported: make([]bool, len(a.names))}
	for _, f := range a.judgeAll() {
		switch sent := a.traffic[f.domain].Sent - a.earlier[f.domain]; {
		case f.verdict.Confidence >= a.o.MinConfidence:
			b.reported[f.domain] = true
			b.verdicts[a.names[f.domain].String()] = verdictOn(a.names[f.domain], &f.verdict)
		case f.verdict.Confidence >= minHidden && sent > 0:
			r.Coverage.Hidden++
			r.Coverage.HiddenMessages += sent
		}
	}
	a.release()
	rows, earlier := b.rows()
	suppressor := result.NewSuppressor(a.o.Ignore, a.o.Now)
	isSuppressed := func(r row) bool { return suppressor.LeavesOut(&r.d) }
	rows = slices.DeleteFunc(rows, isSuppressed)
	suppressor.CountIn(&r.Coverage) // of the window alone
	earlier = slices.DeleteFunc(earlier, isSuppressed)
	if a.o.Earlier != nil {
		rows = b.trend(rows, earlier)
	}
	b.inspect(rows)
	b.fill(rows)
	if a.o.Earlier != nil {
		a.o.Earlier.observe(r.Trend, r.Lookalikes, earlier)
	}
	return r
}

// verdictOn gives what was found of a domain the form that a Result has.
func verdictOn(name domain.Name, v *lookalike.Verdict) result.Verdict {
	return result.Verdict{
		Unicode: name.Unicode(), Intended: v.Intended.String(), Also: v.Also.String(), Kind: string(v.Kind), How: v.How,
		Confidence: v.Confidence, Evidence: evidenceOf(v.Evidence),
	}
}

func evidenceOf(all []lookalike.Evidence) []result.Evidence {
	out := make([]result.Evidence, 0, len(all))
	for _, e := range all {
		out = append(out, result.Evidence{Code: e.Code, Text: e.Text, Weight: math.Round(e.Weight*100) / 100})
	}
	return out
}

// release lets go of what only judgeAll needs.
func (a *Auditor) release() {
	*a = Auditor{o: a.o, l: a.l, own: a.own, people: a.people, names: a.names, smarthost: a.smarthost}
	a.l.edges = edgeLog{}
}

// fill makes the report of rows.
func (b *builder) fill(rows []row) {
	b.r.Deliveries = deliveriesOf(rows)
	sum := result.Summarise(b.r.Deliveries, b.verdicts)
	b.r.Totals, b.r.Kinds, b.r.Weeks, b.r.Senders, b.r.Lookalikes = sum.Totals, sum.Kinds, sum.Weeks, sum.Senders, sum.Lookalikes
}

func deliveriesOf(rows []row) []result.Delivery {
	out := make([]result.Delivery, 0, len(rows))
	for i := range rows {
		out = append(out, rows[i].d)
	}
	return out
}

// coverage sums what was read.
func coverage(reading *read.Reading) result.Coverage {
	c := result.Coverage{Sources: []result.Source{}, IgnoreRules: []result.RuleUse{}, ContentLimits: []string{}}
	for _, s := range reading.Sources {
		if s.Unused {
			continue
		}
		out := result.Source{
			Name: s.Name, Format: s.Format, Bytes: s.Bytes, Lines: s.Lines, Records: s.Records, Deliveries: s.Deliveries,
			Malformed: s.Malformed, First: result.TimeOf(s.First), Last: result.TimeOf(s.Last), Problems: append([]string{}, s.Problems...),
		}
		if s.Err != nil {
			out.Problems = append(out.Problems, s.Err.Error())
		}
		c.Sources = append(c.Sources, out)
		if s.IsMailbox() {
			c.Messages += s.Records
		} else {
			c.Lines += s.Lines
		}
		c.Deliveries += s.Deliveries
		c.Malformed += s.Malformed
		c.NoSender += s.NoSender
		c.Incomplete += s.Incomplete
	}
	return c
}

// countAudited tells how many deliveries are ours to audit, and their span.
func (a *Auditor) countAudited(r *result.Result) {
	r.Coverage.Outbound = a.auditedSent
	if a.audited.first != 0 {
		r.Window = result.Window{From: result.TimeOf(time.Unix(int64(a.audited.first), 0)), To: result.TimeOf(time.Unix(int64(a.audited.last), 0))}
	}
}

type builder struct {
	a        *Auditor
	reading  *read.Reading
	r        *result.Result
	verdicts map[string]result.Verdict // on what is reported
	reported []bool                    // the domains that are
}

// rows gathers the deliveries to the lookalikes, in the order of time: those of
// the window, and those from before it.
func (b *builder) rows() (rows, earlier []row) {
	parts := b.a.l.detailParts()
	each, errs := make([][]row, len(parts)), make([]error, len(parts))
	var logs sync.WaitGroup
	for i, p := range parts {
		logs.Go(func() {
			errs[i] = b.a.l.eachOf(p, b.isReported, func(x detail) {
				if !x.d.Report && b.a.audits(&x) {
					each[i] = append(each[i], b.row(&x))
				}
			})
		})
	}
	logs.Wait()
	rows = slices.Concat(each...)
	b.a.l.err = cmp.Or(b.a.l.err, cmp.Or(errs...))
	slices.SortFunc(rows, func(x, y row) int {
		return cmp.Or(
			compareTimes(x.d.Time, y.d.Time), cmp.Compare(x.origin.Source, y.origin.Source), cmp.Compare(x.d.Line, y.d.Line),
			cmp.Compare(x.d.Recipient, y.d.Recipient), cmp.Compare(x.d.QueueID, y.d.QueueID),
		)
	})
	rows = oneOfEach(rows)
	b.report(rows)
	isEarlier := func(r row) bool { return r.d.Time != nil && b.a.l.config.isEarlier(*r.d.Time) }
	for _, row := range rows {
		if isEarlier(row) {
			earlier = append(earlier, row)
		}
	}
	return slices.DeleteFunc(rows, isEarlier), earlier
}

// isReported says whether a domain is. It is asked for every detail.
func (b *builder) isReported(dom uint32) bool { return b.reported[dom] }

func (b *builder) delivery(x *detail) result.Delivery {
	d, name := x.d, b.a.names[x.domain].String()
	v := b.verdicts[name]
	out := result.Delivery{
		Time: result.TimeOf(d.Time), Person: b.a.nameOf(x), Recipient: d.Recipient, Orig: d.OrigRecipient,
		Meant: meant(d.Recipient, v.Intended), Lookalike: name, Intended: v.Intended,
		Confidence: result.Round(v.Confidence), Status: d.Status, Arrived: d.Arrived, DSN: d.DSN, Relay: d.Relay, Bytes: d.Bytes,
		Count: int64(max(1, d.Count)), MessageID: d.MessageID, QueueID: d.QueueID, Subject: d.Subject,
		Sensitive: []string{},
	}
	out.Source, out.Line = b.reading.Place(d.Origin)
	carries(&out, d.Attachments)
	if d.Arrived == parsers.ArrivedYes && b.a.smarthost != 0 && hashHost(envelope.RelayHost(d.Relay)) == b.a.smarthost {
		out.Arrived = parsers.ArrivedMaybe
	}
	if d.SenderKnown {
		out.Sender = &d.Sender
	}
	if login := b.a.person(x.person).login; login != "" {
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

// nameOf returns the name under which a person is ranked: the login, with a
// domain of ours, if there was one; else the alias that sent the mail on, else
// the sender. It is "" for the null reverse-path and an unknown sender.
func (a *Auditor) nameOf(x *detail) string {
	p, info := a.person(x.person), &a.people[x.person]
	switch {
	case a.isRefused(x.person):
		return strings.ToLower(envelope.PlainSender(x.d.Sender))
	case p.alias != "":
		return p.alias
	case p.login == "":
		return p.sender
	case strings.Contains(p.login, "@"):
		return strings.ToLower(p.login)
	}
	login := strings.ToLower(p.login)
	switch {
	case info.fromUs:
		return login + "@" + a.names[info.domain].String()
	case len(a.own.names) == 1:
		return login + "@" + a.own.names[0].String()
	}
	return login
}
