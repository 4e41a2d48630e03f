package findings

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// isDifferent says whether two rows with the same message and recipient are
// nevertheless two deliveries: a log has twice what was sent twice, and a mailbox
// may hold many copies of what was sent once.
func (r *Row) isDifferent(later *Row) bool {
	if r.Copied && later.Copied {
		return false
	}
	if r.Origin.Source == later.Origin.Source && r.File == later.File && r.Handed == later.Handed {
		return true
	}
	return r.isTooOld(later)
}

// isTooOld reports whether r is too far back to be of the same message as a later row.
func (r *Row) isTooOld(later *Row) bool {
	return r.Delivery.Time != nil && later.Delivery.Time.Sub(*r.Delivery.Time) > hopsApart
}

// hopsApart is how long a message may take from one server to the next: they
// keep trying for five days.
const hopsApart = 6 * 24 * time.Hour

// identity is what copies of a message and the logs of its hops share: its Message-ID. A
// sent copy may have none, when the server adds it; a migration then leaves two copies
// that agree in date, size and sender. It is "" for what cannot be told from others.
func (r *Row) identity() string {
	switch {
	case r.Delivery.MessageID != "":
		return r.Delivery.MessageID
	case !r.Copied || r.Delivery.Time == nil || r.Delivery.Bytes == 0 || r.Delivery.Sender == nil:
		return ""
	}
	return fmt.Sprintf("\n%d %d %s", r.Delivery.Time.Unix(), r.Delivery.Bytes, strings.ToLower(*r.Delivery.Sender)) // no Message-ID has a line end
}

// withoutRepeated leaves out what lines say that stand twice, as where two logs of one server were
// put together: a queue gives one message to one recipient once at a time. rows are in the order of time.
func withoutRepeated(rows []Row) []Row {
	type key struct {
		queueID, messageID, recipient, orig, relay string
		when, bytes                                int64
		status                                     parsers.Status
		handed                                     bool
	}
	known := map[key]*Row{}
	for i := range rows {
		r := &rows[i]
		d := &r.Delivery
		if d.QueueID == "" || d.Time == nil {
			continue
		}
		k := key{d.QueueID, d.MessageID, strings.ToLower(d.Recipient), d.Orig, d.Relay, d.Time.UnixNano(), d.Bytes, d.Status, r.Handed}
		first := known[k]
		switch {
		case first == nil:
			known[k] = r
		case r.Audited && !first.Audited:
			first.merged, known[k] = true, r
		default:
			r.merged = true
		}
	}
	return slices.DeleteFunc(rows, func(r Row) bool { return r.merged })
}

// oneOfEach puts together what several sources say of one message for one
// recipient, as the log of a server and that of the gateway after it do, or
// two copies of a log: the first hop's word on who sent it counts, and the last
// one's on what became of it. rows are in the order of time.
func oneOfEach(rows []Row) []Row {
	type key struct{ id, recipient string }
	known := map[key]*sameMail{}
	for i := range rows {
		r := &rows[i]
		id := r.identity()
		if id == "" {
			continue
		}
		k := key{id, strings.ToLower(r.Delivery.Recipient)}
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
	return slices.DeleteFunc(rows, func(r Row) bool { return r.merged })
}

// A sameMail is the rows of one identity and recipient that may be of one message, by
// where they are from: of those in one place, a later Row is of all alike another one, or
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

// of takes out the first Row that is of the same delivery as r, and returns its index; -1
// if there is none.
func (m *sameMail) of(rows []Row, r *Row) int {
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

// first returns where the first Row is that is of the same delivery as r; -1 if there is
// none. In a log those that are too far back are of none that comes later; of copies there
// are few, for a later one of any age is put to the first.
func (p *place) first(rows []Row, r *Row) int {
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

// add keeps the Row with an index, for later ones.
func (m *sameMail) add(rows []Row, i int) {
	r := &rows[i]
	at := slices.IndexFunc(m.places, func(p place) bool {
		return p.source == r.Origin.Source && p.file == r.File && p.handed == r.Handed && p.copied == r.Copied
	})
	if at < 0 {
		at = len(m.places)
		m.places = append(m.places, place{source: r.Origin.Source, file: r.File, handed: r.Handed, copied: r.Copied})
	}
	p := &m.places[at]
	n, _ := slices.BinarySearch(p.rows, i)
	p.rows = slices.Insert(p.rows, n, i)
}

// take puts a later Row of the same delivery into r.
func (r *Row) take(later *Row) {
	later.merged = true
	if !r.Copied {
		r.Copied, r.Copy, r.Subject = later.Copied, later.Copy, later.Subject
	}
	if r.Delivery.Attachments == 0 {
		r.Delivery.Attachments, r.Delivery.AttachmentBytes, r.Delivery.AttachmentKinds = later.Delivery.Attachments, later.Delivery.AttachmentBytes, later.Delivery.AttachmentKinds
	}
	if !r.Audited && later.Audited || r.Delivery.Person == "" || r.Delivery.AuthUser == nil && later.Delivery.AuthUser != nil {
		r.Delivery.Person, r.Delivery.Sender, r.Delivery.AuthUser = later.Delivery.Person, later.Delivery.Sender, later.Delivery.AuthUser
	}
	r.Audited = r.Audited || later.Audited
	r.Forwarded, r.Machine = r.Forwarded || later.Forwarded, r.Machine || later.Machine
	if later.Handed && !r.Handed || later.Delivery.Status == parsers.StatusUnknown {
		return
	}
	w := &later.Delivery
	r.Failure = later.Failure
	r.Handed, r.Origin, r.File = later.Handed, later.Origin, later.File
	r.Delivery.Time, r.Delivery.Status, r.Delivery.Arrived, r.Delivery.DSN, r.Delivery.Relay = w.Time, w.Status, w.Arrived, w.DSN, w.Relay
	r.Delivery.QueueID, r.Delivery.Source, r.Delivery.Line = w.QueueID, w.Source, w.Line
}
