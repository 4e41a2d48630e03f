package audit

import (
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// A row is a delivery on its way into the result.
type row struct {
	d      result.Delivery
	origin parsers.Origin
	handed bool
	merged bool // into an earlier one
	// copied tells that copy is where a copy of the message is kept.
	copied bool
	copy   parsers.Origin
}

func (b *builder) row(x *detail) row {
	r := row{d: b.delivery(x), origin: x.d.Origin, handed: x.d.Handed}
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
		r.d.Attachments, r.d.AttachmentBytes, r.d.AttachmentKinds = later.d.Attachments, later.d.AttachmentBytes, later.d.AttachmentKinds
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
