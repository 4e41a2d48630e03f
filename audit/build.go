package audit

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// Weights of the exposure by arrival: the chance that a stranger holds it.
const (
	weightYes     = 1.0
	weightMaybe   = 0.5
	weightUnknown = 0.5
)

// Exposures at which the next risk begins.
const (
	mediumExposure   = 1
	highExposure     = 5
	criticalExposure = 20
)

// minHidden is the confidence from which on a verdict below MinConfidence is
// counted as hidden.
const minHidden = 0.1

// A slip that goes on for so long and so often stands in an address book or a
// forwarding rule.
const (
	standingSpan     = 28 * 24 * time.Hour
	standingMessages = 3
)

// maxRelays is how many servers are named for a lookalike.
const maxRelays = 10

// Result takes the verdict. reading tells what was read, for coverage and for
// the place of each delivery. The Auditor and its ledger must not be used any
// more: what finding the lookalikes took is let go of before their deliveries
// are gathered.
func (a *Auditor) Result(reading *read.Reading) *Result {
	r := &Result{
		Schema: Schema, Tool: a.o.Tool, GeneratedAt: a.o.Now.UTC().Truncate(time.Second),
		InternalDomains: []string{}, InternalInferred: a.inferred, AllSenders: a.o.AllSenders, MinConfidence: a.o.MinConfidence,
		Senders: []Sender{}, Lookalikes: []Lookalike{}, Deliveries: []Delivery{},
	}
	for _, n := range a.own.names {
		r.InternalDomains = append(r.InternalDomains, n.String())
	}
	r.Coverage = coverage(reading)
	a.countAudited(r)
	b := builder{a: a, reading: reading, r: r, told: map[uint32]*finding{}}
	for _, f := range a.judgeAll() {
		switch sent := a.traffic[f.domain].Sent - a.earlier[f.domain]; {
		case f.verdict.Confidence >= a.o.MinConfidence:
			b.told[f.domain] = &finding{verdict: f.verdict}
		case f.verdict.Confidence >= minHidden && sent > 0:
			r.Coverage.Hidden++
			r.Coverage.HiddenMessages += sent
		}
	}
	a.release()
	rows, earlier := b.rows()
	rows, earlier = b.suppress(rows, earlier)
	if a.o.Earlier != nil {
		rows = b.trend(rows, earlier)
	}
	b.inspect(rows)
	b.fill(rows)
	return r
}

// release lets go of what only judgeAll needs.
func (a *Auditor) release() {
	*a = Auditor{o: a.o, l: a.l, own: a.own, people: a.people, names: a.names, smarthost: a.smarthost}
	a.l.merged = list[edge]{}
}

// fill makes the report of rows.
func (b *builder) fill(rows []row) {
	for i := range rows {
		b.r.Deliveries = append(b.r.Deliveries, rows[i].d)
		b.domains = append(b.domains, rows[i].domain)
	}
	b.lookalikes()
	b.senders()
	b.totals()
	b.r.chart()
}

// coverage sums what was read.
func coverage(reading *read.Reading) Coverage {
	c := Coverage{Sources: []Source{}, IgnoreRules: []IgnoreUse{}, ContentLimits: []string{}}
	for _, s := range reading.Sources {
		if s.Unused {
			continue
		}
		out := Source{
			Name: s.Name, Format: s.Format, Bytes: s.Bytes, Lines: s.Lines, Records: s.Records, Deliveries: s.Deliveries,
			Malformed: s.Malformed, First: timeOf(s.First), Last: timeOf(s.Last), Problems: append([]string{}, s.Problems...),
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

func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// countAudited tells how many deliveries are ours to audit, and their span.
func (a *Auditor) countAudited(r *Result) {
	r.Coverage.Outbound = a.auditedSent
	if a.audited.first != 0 {
		r.Window = Window{From: timeOf(time.Unix(int64(a.audited.first), 0)), To: timeOf(time.Unix(int64(a.audited.last), 0))}
	}
}

// A finding gathers what is told of one lookalike.
type finding struct {
	verdict    lookalike.Verdict
	exposure   float64
	messages   int64
	arrived    Arrived
	senders    map[string]bool
	recipients map[string]bool
	relays     map[string]int64
	first      time.Time
	last       time.Time

	before    int64     // messages from before the window, where they are known
	seenFirst time.Time // of the first of them
}

type builder struct {
	a       *Auditor
	reading *read.Reading
	r       *Result
	told    map[uint32]*finding
	domains []uint32 // of each of r.Deliveries
}

// rows gathers the deliveries to the lookalikes, in the order of time: those of
// the window, and those from before it.
func (b *builder) rows() (rows, earlier []row) {
	isTold, parts := b.isTold(), b.a.l.detailParts()
	each, errs := make([][]row, len(parts)), make([]error, len(parts))
	var logs sync.WaitGroup
	for i, p := range parts {
		logs.Go(func() {
			errs[i] = b.a.l.eachOf(p, isTold, func(x detail) {
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

// isTold returns what tells the domains that are told. It is asked for every
// detail.
func (b *builder) isTold() func(domain uint32) bool {
	told := make([]bool, len(b.a.names))
	for dom := range b.told {
		told[dom] = true
	}
	return func(dom uint32) bool { return told[dom] }
}

func (b *builder) delivery(x *detail) Delivery {
	d, v := x.d, &b.told[x.domain].verdict
	out := Delivery{
		Time: timeOf(d.Time), Person: b.a.nameOf(x), Recipient: d.Recipient, Orig: d.OrigRecipient,
		Meant: meant(d.Recipient, v.Intended), Lookalike: b.a.names[x.domain].String(), Intended: v.Intended.String(),
		Confidence: round(v.Confidence), Status: d.Status, Arrived: d.Arrived, DSN: d.DSN, Relay: d.Relay, Bytes: d.Bytes,
		Count: int64(max(1, d.Count)), MessageID: d.MessageID, QueueID: d.QueueID, Subject: d.Subject,
		Sensitive: []string{},
	}
	out.Source, out.Line = b.reading.Place(d.Origin)
	out.carries(d.Attachments.Number, d.Attachments.Bytes, d.Attachments.Kinds.Words())
	if d.Arrived == parsers.ArrivedYes && b.a.smarthost != 0 && hashHost(relayHost(d.Relay)) == b.a.smarthost {
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
func meant(recipient string, intended domain.Name) string {
	local, _, ok := domain.SplitAddress(recipient)
	if !ok {
		return ""
	}
	return local + "@" + intended.String()
}

// round keeps four digits: more are not known.
func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func weightOfArrival(a parsers.Arrived) float64 {
	switch a {
	case parsers.ArrivedYes:
		return weightYes
	case parsers.ArrivedMaybe:
		return weightMaybe
	case parsers.ArrivedUnknown:
		return weightUnknown
	}
	return 0
}

func (a *Arrived) add(how parsers.Arrived, n int64) {
	switch how {
	case parsers.ArrivedYes:
		a.Yes += n
	case parsers.ArrivedMaybe:
		a.Maybe += n
	case parsers.ArrivedNo:
		a.No += n
	default:
		a.Unknown += n
	}
}

func (b *builder) lookalikes() {
	for i := range b.r.Deliveries {
		b.told[b.domains[i]].add(&b.r.Deliveries[i])
	}
	for id, f := range b.told {
		if f.messages > 0 {
			l := f.lookalike(b.a.names[id])
			if b.a.o.Earlier != nil {
				b.seen(&l, f)
			}
			b.r.Lookalikes = append(b.r.Lookalikes, l)
		}
	}
	rankLookalikes(b.r.Lookalikes)
}

func (f *finding) add(d *Delivery) {
	if f.senders == nil {
		f.senders, f.recipients, f.relays = map[string]bool{}, map[string]bool{}, map[string]int64{}
	}
	f.messages += d.Count
	f.exposure += f.verdict.Confidence * weightOfArrival(d.Arrived) * weightOfContent(d) * float64(d.Count)
	f.arrived.add(d.Arrived, d.Count)
	if d.Person != "" {
		f.senders[d.Person] = true
	}
	f.recipients[strings.ToLower(d.Recipient)] = true
	if host := relayHost(d.Relay); host != "" && host != "none" && d.Arrived != parsers.ArrivedNo {
		f.relays[host] += d.Count
	}
	f.first, f.last = widen(f.first, f.last, d.Time)
}

func widen(first, last time.Time, t *time.Time) (time.Time, time.Time) {
	if t == nil {
		return first, last
	}
	if first.IsZero() || t.Before(first) {
		first = *t
	}
	if t.After(last) {
		last = *t
	}
	return first, last
}

func (f *finding) lookalike(name domain.Name) Lookalike {
	v := &f.verdict
	l := Lookalike{
		Domain: name.String(), Unicode: name.Unicode(), Intended: v.Intended.String(), Also: v.Also.String(), Kind: string(v.Kind), How: v.How,
		Confidence: round(v.Confidence), Evidence: []Evidence{}, Exposure: round(f.exposure), Messages: f.messages, Arrived: f.arrived,
		Senders: len(f.senders), Recipients: len(f.recipients), Relays: topRelays(f.relays),
		Standing: f.messages >= standingMessages && f.last.Sub(f.first) >= standingSpan,
		First:    timeOf(f.first), Last: timeOf(f.last),
	}
	for _, e := range v.Evidence {
		l.Evidence = append(l.Evidence, Evidence{e.Code, e.Text, math.Round(e.Weight*100) / 100})
	}
	return l
}

func topRelays(relays map[string]int64) []string {
	hosts := slices.SortedFunc(maps.Keys(relays), func(x, y string) int {
		return cmp.Or(cmp.Compare(relays[y], relays[x]), cmp.Compare(x, y))
	})
	return append([]string{}, hosts[:min(len(hosts), maxRelays)]...)
}
