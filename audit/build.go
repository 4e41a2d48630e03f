package audit

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/parsers"
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
// the place of each delivery.
func (a *Auditor) Result(reading *parsers.Reading) *Result {
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
		switch {
		case f.verdict.Confidence >= a.o.MinConfidence:
			b.told[f.domain] = &finding{verdict: f.verdict}
		case f.verdict.Confidence >= minHidden:
			r.Coverage.Hidden++
			r.Coverage.HiddenMessages += a.traffic[f.domain].Sent
		}
	}
	b.deliveries()
	b.lookalikes()
	b.senders()
	b.totals()
	return r
}

// coverage sums what was read.
func coverage(reading *parsers.Reading) Coverage {
	c := Coverage{Sources: []Source{}, ContentLimits: []string{}}
	for _, s := range reading.Sources {
		out := Source{
			Name: s.Name, Format: s.Format, Bytes: s.Bytes, Lines: s.Lines, Records: s.Records, Deliveries: s.Deliveries,
			Malformed: s.Malformed, First: timeOf(s.First), Last: timeOf(s.Last), Problems: append([]string{}, s.Problems...),
		}
		if s.Err != nil {
			out.Problems = append(out.Problems, s.Err.Error())
		}
		c.Sources = append(c.Sources, out)
		c.Lines += s.Lines
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
}

type builder struct {
	a       *Auditor
	reading *parsers.Reading
	r       *Result
	told    map[uint32]*finding
	domains []uint32 // of each of r.Deliveries
}

// deliveries gathers the deliveries to the lookalikes, in the order of time.
func (b *builder) deliveries() {
	var rows []row
	b.a.l.eachDetail(func(dom uint32) bool { return b.told[dom] != nil }, func(x detail) {
		if !x.d.Report && b.a.audits(&x) {
			rows = append(rows, b.row(&x))
		}
	})
	slices.SortFunc(rows, func(x, y row) int {
		return cmp.Or(
			compareTimes(x.d.Time, y.d.Time), cmp.Compare(x.origin.Source, y.origin.Source), cmp.Compare(x.d.Line, y.d.Line),
			cmp.Compare(x.d.Recipient, y.d.Recipient), cmp.Compare(x.d.QueueID, y.d.QueueID),
		)
	})
	rows = oneOfEach(rows)
	b.report(rows)
	b.inspect(rows)
	for i := range rows {
		b.r.Deliveries = append(b.r.Deliveries, rows[i].d)
		b.domains = append(b.domains, rows[i].domain)
	}
}

// A row is a delivery on its way into the result.
type row struct {
	d      Delivery
	origin parsers.Origin
	domain uint32
	handed bool
	merged bool // into an earlier one
	// copied tells that copy is where a copy of the message is kept.
	copied bool
	copy   parsers.Origin
}

func (b *builder) row(x *detail) row {
	r := row{d: b.delivery(x), origin: x.d.Origin, domain: x.domain, handed: x.d.Handed}
	if x.d.Copy {
		r.copied, r.copy = true, x.d.Origin
	}
	return r
}

// isDifferent tells whether two rows with the same message and recipient are
// nevertheless two deliveries: a log tells twice of what was sent twice, and a
// mailbox may hold many copies of what was sent once.
func (r *row) isDifferent(later *row) bool {
	if r.copied && later.copied {
		return false
	}
	if r.origin.Source == later.origin.Source && r.handed == later.handed {
		return true
	}
	return r.d.Time != nil && later.d.Time.Sub(*r.d.Time) > hopsApart
}

// hopsApart is how long a message may take from one server to the next: they
// keep trying for five days.
const hopsApart = 6 * 24 * time.Hour

// oneOfEach puts together what several sources tell of one message for one
// recipient, as the log of a server and that of the gateway behind it do, or
// two copies of a log: the first hop's word on who sent it counts, and the last
// one's on what became of it. rows are in the order of time.
func oneOfEach(rows []row) []row {
	type key struct{ id, recipient string }
	known := map[key][]int{}
	for i := range rows {
		r := &rows[i]
		if r.d.MessageID == "" {
			continue
		}
		k := key{r.d.MessageID, strings.ToLower(r.d.Recipient)}
		for _, j := range known[k] {
			first := &rows[j]
			if first.isDifferent(r) {
				continue
			}
			first.take(r)
			break
		}
		if !r.merged {
			known[k] = append(known[k], i)
		}
	}
	return slices.DeleteFunc(rows, func(r row) bool { return r.merged })
}

// take puts a later row of the same delivery into r.
func (r *row) take(later *row) {
	later.merged = true
	if !r.copied {
		r.copied, r.copy = later.copied, later.copy
	}
	if r.d.Attachments == 0 {
		r.d.carries(later.d.Attachments, later.d.AttachmentBytes, later.d.AttachmentKinds)
	}
	if r.d.Person == "" || r.d.AuthUser == nil && later.d.AuthUser != nil {
		r.d.Person, r.d.Sender, r.d.AuthUser = later.d.Person, later.d.Sender, later.d.AuthUser
	}
	if later.handed && !r.handed || later.d.Status == parsers.StatusUnknown {
		return
	}
	w := &later.d
	r.handed, r.origin = later.handed, later.origin
	r.d.Time, r.d.Status, r.d.Arrived, r.d.DSN, r.d.Relay = w.Time, w.Status, w.Arrived, w.DSN, w.Relay
	r.d.QueueID, r.d.Source, r.d.Line = w.QueueID, w.Source, w.Line
}

func compareTimes(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Compare(*b)
}

func (b *builder) delivery(x *detail) Delivery {
	d, v := x.d, &b.told[x.domain].verdict
	out := Delivery{
		Time: timeOf(d.Time), Person: b.a.nameOf(x), Recipient: d.Recipient, Orig: d.OrigRecipient,
		Meant: meant(d.Recipient, v.Intended), Lookalike: b.a.names[x.domain].String(), Intended: v.Intended.String(),
		Confidence: round(v.Confidence), Status: d.Status, Arrived: d.Arrived, DSN: d.DSN, Relay: d.Relay, Bytes: d.Bytes,
		Count: int64(max(1, d.Count)), MessageID: d.MessageID, QueueID: d.QueueID,
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
	if login := b.a.people[x.person].login; login != "" {
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
			b.r.Lookalikes = append(b.r.Lookalikes, f.lookalike(b.a.names[id]))
		}
	}
	slices.SortFunc(b.r.Lookalikes, func(x, y Lookalike) int {
		return cmp.Or(cmp.Compare(y.Exposure, x.Exposure), cmp.Compare(y.Arrived.Yes, x.Arrived.Yes), cmp.Compare(x.Domain, y.Domain))
	})
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

// A ranked sender gathers what is told of one.
type ranked struct {
	Sender
	recipients map[string]bool
	lookalikes map[string]float64 // exposure by domain
	intended   map[string]string
	first      time.Time
	last       time.Time
	leaked     bool // something sensitive arrived
}

func (b *builder) senders() {
	people := map[string]*ranked{}
	for i := range b.r.Deliveries {
		d := &b.r.Deliveries[i]
		b.r.Totals.count(d)
		if d.Person == "" {
			continue
		}
		p := people[d.Person]
		if p == nil {
			p = &ranked{recipients: map[string]bool{}, lookalikes: map[string]float64{}, intended: map[string]string{}}
			p.Sender.Sender, p.Sensitive = d.Person, map[string]int64{}
			people[d.Person] = p
		}
		p.add(d, b.told[b.domains[i]].verdict.Confidence)
	}
	for _, p := range people {
		b.r.Senders = append(b.r.Senders, p.finish())
	}
	slices.SortFunc(b.r.Senders, func(x, y Sender) int {
		return cmp.Or(cmp.Compare(y.Exposure, x.Exposure), cmp.Compare(y.Arrived.Yes, x.Arrived.Yes), cmp.Compare(x.Sender, y.Sender))
	})
	for i := range b.r.Senders {
		b.r.Senders[i].Rank = i + 1
	}
}

func (t *Totals) count(d *Delivery) {
	t.Messages += d.Count
	t.Arrived.add(d.Arrived, d.Count)
	switch {
	case d.Person != "":
	case d.Sender == nil:
		t.UnknownSender += d.Count
	default:
		t.NullSender += d.Count
	}
}

func (p *ranked) add(d *Delivery, confidence float64) {
	x := confidence * weightOfArrival(d.Arrived) * weightOfContent(d) * float64(d.Count)
	p.Exposure += x
	p.Messages += d.Count
	p.Arrived.add(d.Arrived, d.Count)
	p.recipients[strings.ToLower(d.Recipient)] = true
	p.lookalikes[d.Lookalike] += x
	p.intended[d.Lookalike] = d.Intended
	p.Bytes += d.Bytes * d.Count
	p.carried(d)
	p.first, p.last = widen(p.first, p.last, d.Time)
}

func (p *ranked) finish() Sender {
	s := p.Sender
	s.Exposure = round(s.Exposure)
	s.Risk = riskOf(s.Exposure)
	if p.leaked {
		s.Risk = RiskCritical
	}
	s.Recipients = len(p.recipients)
	s.Lookalikes = slices.SortedFunc(maps.Keys(p.lookalikes), func(x, y string) int {
		return cmp.Or(cmp.Compare(p.lookalikes[y], p.lookalikes[x]), cmp.Compare(x, y))
	})
	s.Worst = s.Lookalikes[0]
	s.Intended = p.intended[s.Worst]
	s.First, s.Last = timeOf(p.first), timeOf(p.last)
	return s
}

func riskOf(exposure float64) Risk {
	switch {
	case exposure >= criticalExposure:
		return RiskCritical
	case exposure >= highExposure:
		return RiskHigh
	case exposure >= mediumExposure:
		return RiskMedium
	case exposure > 0:
		return RiskLow
	}
	return RiskNone
}

func (b *builder) totals() {
	t := &b.r.Totals
	t.Senders, t.Lookalikes = len(b.r.Senders), len(b.r.Lookalikes)
	for i := range b.r.Lookalikes {
		t.Exposure += b.r.Lookalikes[i].Exposure
	}
	t.Exposure = round(t.Exposure)
}

// nameOf returns the name under which a person is ranked: the login, with a
// domain of ours, if there was one; else the alias that sent the mail on, else
// the sender. It is "" for the null reverse-path and an unknown sender.
func (a *Auditor) nameOf(x *detail) string {
	p := &a.people[x.person]
	switch {
	case a.isRefused(x.person):
		return strings.ToLower(plainSender(x.d.Sender))
	case p.alias != "":
		return p.alias
	case p.login == "":
		return p.sender
	case strings.Contains(p.login, "@"):
		return strings.ToLower(p.login)
	}
	login := strings.ToLower(p.login)
	switch {
	case p.fromUs:
		return login + "@" + a.names[p.domain].String()
	case len(a.own.names) == 1:
		return login + "@" + a.own.names[0].String()
	}
	return login
}
