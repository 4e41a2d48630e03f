package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

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
func (c *collector) collect() ([]row, error) {
	each, errs := make([][]row, len(c.kept.parts)), make([]error, len(c.kept.parts))
	var logs workers.Group
	for i, p := range c.kept.parts {
		logs.Go(func() {
			errs[i] = c.kept.eachOf(p, c.isReported, func(x detail) {
				audited := c.people.audits(&x)
				if audited || c.people.mayBeHop(&x) {
					r := c.row(&x)
					r.audited = audited
					each[i] = append(each[i], r)
				}
			})
		})
	}
	logs.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	rows := slices.Concat(each...)
	slices.SortFunc(rows, compareRows)
	rows = slices.DeleteFunc(oneOfEach(rows), func(r row) bool { return !r.audited })
	endByReplies(rows, &c.kept.threads)
	endByBounces(rows, c.kept.bounces)
	settleEnds(rows)
	findCauses(rows)
	return rows, nil
}

// isReported says whether a domain is. It is asked for every detail.
func (c *collector) isReported(dom uint32) bool { return c.reported[dom] }

// A row is a delivery on its way into the result.
type row struct {
	d      result.Delivery
	origin parsers.Origin
	file   int32 // number of the file, if the source is an export of several
	handed bool
	merged bool // into an earlier one
	// audited says that the sender is; else the row only says what became of
	// another hop's.
	audited bool
	// copied says that copy is where a copy of the message is kept.
	copied  bool
	copy    parsers.Origin
	subject uint32 // sum of that of a copy

	failure   parsers.Failure
	forwarded bool // by an alias or a rule of ours
	machine   bool // a program sent it
}

func (c *collector) row(x *detail) row {
	c.gateways.Mark(x.d)
	r := row{
		d: c.delivery(x), origin: x.d.Origin, file: x.d.Place.Number, handed: x.d.Handed, failure: x.d.Failure,
		forwarded: c.people.of(x.person).alias != "" || c.people.own.HasAddress(x.d.OrigRecipient), machine: c.people.isMachine(x.person),
	}
	if x.d.Copy {
		r.copied, r.copy, r.subject = true, x.d.Origin, x.d.SubjectSum
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

// isDifferent says whether two rows with the same message and recipient are
// nevertheless two deliveries: a log has twice what was sent twice, and a mailbox
// may hold many copies of what was sent once.
func (r *row) isDifferent(later *row) bool {
	if r.copied && later.copied {
		return false
	}
	if r.origin.Source == later.origin.Source && r.file == later.file && r.handed == later.handed {
		return true
	}
	return r.isTooOld(later)
}

// isTooOld reports whether r is too far back to be of the same message as a later row.
func (r *row) isTooOld(later *row) bool {
	return r.d.Time != nil && later.d.Time.Sub(*r.d.Time) > hopsApart
}

// hopsApart is how long a message may take from one server to the next: they
// keep trying for five days.
const hopsApart = 6 * 24 * time.Hour

// identity is what copies of a message and the logs of its hops share: its Message-ID. A
// sent copy may have none, when the server adds it; a migration then leaves two copies
// that agree in date, size and sender. It is "" for what cannot be told from others.
func (r *row) identity() string {
	switch {
	case r.d.MessageID != "":
		return r.d.MessageID
	case !r.copied || r.d.Time == nil || r.d.Bytes == 0 || r.d.Sender == nil:
		return ""
	}
	return fmt.Sprintf("\n%d %d %s", r.d.Time.Unix(), r.d.Bytes, strings.ToLower(*r.d.Sender)) // no Message-ID has a line end
}

// oneOfEach puts together what several sources say of one message for one
// recipient, as the log of a server and that of the gateway after it do, or
// two copies of a log: the first hop's word on who sent it counts, and the last
// one's on what became of it. rows are in the order of time.
func oneOfEach(rows []row) []row {
	type key struct{ id, recipient string }
	known := map[key]*sameMail{}
	for i := range rows {
		r := &rows[i]
		id := r.identity()
		if id == "" {
			continue
		}
		k := key{id, strings.ToLower(r.d.Recipient)}
		same := known[k]
		if same == nil {
			same = &sameMail{}
			known[k] = same
		}
		if first := same.of(rows, r); first >= 0 {
			rows[first].take(r)
			same.add(rows, first)
		} else {
			same.add(rows, i)
		}
	}
	return slices.DeleteFunc(rows, func(r row) bool { return r.merged })
}

// A sameMail is the rows of one identity and recipient that may be of one message, by
// where they are from: of those in one place, a later row is of all alike another one, or
// of none.
type sameMail struct{ places []place }

// A place is the rows of one source and hop, in their order.
type place struct {
	source int32
	file   int32
	handed bool
	copied bool
	rows   []int
}

// of takes out the first row that is of the same delivery as r, and returns its index; -1
// if there is none.
func (m *sameMail) of(rows []row, r *row) int {
	var from *place
	at := -1
	for i := range m.places {
		p := &m.places[i]
		if n := p.first(rows, r); n >= 0 && (from == nil || p.rows[n] < from.rows[at]) {
			from, at = p, n
		}
	}
	if from == nil {
		return -1
	}
	first := from.rows[at]
	if at == 0 {
		from.rows = from.rows[1:]
	} else {
		from.rows = slices.Delete(from.rows, at, at+1)
	}
	return first
}

// first returns where the first row is that is of the same delivery as r; -1 if there is
// none. In a log those that are too far back are of none that comes later; of copies there
// are few, for a later one of any age is put to the first.
func (p *place) first(rows []row, r *row) int {
	if p.copied {
		return slices.IndexFunc(p.rows, func(i int) bool { return !rows[i].isDifferent(r) })
	}
	for len(p.rows) > 0 && rows[p.rows[0]].isTooOld(r) {
		p.rows = p.rows[1:]
	}
	if len(p.rows) == 0 || rows[p.rows[0]].isDifferent(r) {
		return -1
	}
	return 0
}

// add keeps the row with an index, for later ones.
func (m *sameMail) add(rows []row, i int) {
	r := &rows[i]
	at := slices.IndexFunc(m.places, func(p place) bool {
		return p.source == r.origin.Source && p.file == r.file && p.handed == r.handed && p.copied == r.copied
	})
	if at < 0 {
		at = len(m.places)
		m.places = append(m.places, place{source: r.origin.Source, file: r.file, handed: r.handed, copied: r.copied})
	}
	p := &m.places[at]
	n, _ := slices.BinarySearch(p.rows, i)
	p.rows = slices.Insert(p.rows, n, i)
}

// take puts a later row of the same delivery into r.
func (r *row) take(later *row) {
	later.merged = true
	if !r.copied {
		r.copied, r.copy, r.subject = later.copied, later.copy, later.subject
	}
	if r.d.Attachments == 0 {
		r.d.Attachments, r.d.AttachmentBytes, r.d.AttachmentKinds = later.d.Attachments, later.d.AttachmentBytes, later.d.AttachmentKinds
	}
	if !r.audited && later.audited || r.d.Person == "" || r.d.AuthUser == nil && later.d.AuthUser != nil {
		r.d.Person, r.d.Sender, r.d.AuthUser = later.d.Person, later.d.Sender, later.d.AuthUser
	}
	r.audited = r.audited || later.audited
	r.forwarded, r.machine = r.forwarded || later.forwarded, r.machine || later.machine
	if later.handed && !r.handed || later.d.Status == parsers.StatusUnknown {
		return
	}
	w := &later.d
	r.failure = later.failure
	r.handed, r.origin, r.file = later.handed, later.origin, later.file
	r.d.Time, r.d.Status, r.d.Arrived, r.d.DSN, r.d.Relay = w.Time, w.Status, w.Arrived, w.DSN, w.Relay
	r.d.QueueID, r.d.Source, r.d.Line = w.QueueID, w.Source, w.Line
}

// parted returns the rows from before the window, and those in it.
func parted(rows []row, from time.Time) (earlier, window []row) {
	isEarlier := func(r row) bool { return r.d.Time != nil && r.d.Time.Before(from) }
	for _, r := range rows {
		if isEarlier(r) {
			earlier = append(earlier, r)
		}
	}
	return earlier, slices.DeleteFunc(rows, isEarlier)
}

// markNew marks what was not reported before.
func markNew(rows []row, before *result.Earlier) {
	for i := range rows {
		rows[i].d.New = before.IsNew(&rows[i].d)
	}
}

func deliveriesOf(rows []row) []result.Delivery {
	out := make([]result.Delivery, 0, len(rows))
	for i := range rows {
		out = append(out, rows[i].d)
	}
	return out
}

// compareRows orders by time, and then by place. The order is total but for what
// is the same.
func compareRows(x, y row) int {
	return cmp.Or(
		compareTimes(x.d.Time, y.d.Time), cmp.Compare(x.origin.Source, y.origin.Source), cmp.Compare(x.file, y.file), cmp.Compare(x.d.Line, y.d.Line),
		cmp.Compare(x.d.Recipient, y.d.Recipient), cmp.Compare(x.d.QueueID, y.d.QueueID),
	)
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

// mayBeFinding says whether a delivery is reported if its domain turns out to be
// a lookalike: what came in, or stayed within, is nobody's slip.
func mayBeFinding(d *parsers.Delivery) bool {
	return d.Direction != parsers.DirectionInbound && d.Direction != parsers.DirectionInternal
}

// A Trimmer leaves out of deliveries what no later audit asks for: of one that
// can be no finding only who wrote to whom, and when, is evidence.
type Trimmer struct {
	keep  func(canonical string) bool
	known map[string]bool // what keep says, by the domain as logged
}

// NewTrimmer returns a Trimmer for ledgers that keep the same.
func NewTrimmer(c Ledgering) *Trimmer { return &Trimmer{keep: c.Keep, known: map[string]bool{}} }

// maxTrimmed bounds the domains that a Trimmer remembers.
const maxTrimmed = 1 << 16

// Trim changes d, whose strings stay as they are.
func (t *Trimmer) Trim(d *parsers.Delivery) {
	if !d.Local && mayBeFinding(d) && t.keeps(d.Recipient) {
		return
	}
	d.DSN, d.QueueID, d.Bytes, d.SubjectSum = "", "", 0, 0
	if !d.Copy || d.Submitted {
		d.MessageID, d.References = "", "" // else a finding may be part of its thread
	}
	d.Relay = envelope.Site(d.Relay) // it shows a smarthost
}

func (t *Trimmer) keeps(recipient string) bool {
	raw := recipient[strings.LastIndexByte(recipient, '@')+1:]
	keep, ok := t.known[raw]
	if ok {
		return keep
	}
	name, err := domain.Parse(raw)
	keep = err == nil && (t.keep == nil || t.keep(name.String()))
	if len(t.known) < maxTrimmed {
		t.known[strings.Clone(raw)] = keep
	}
	return keep
}
