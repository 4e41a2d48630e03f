// Package findings makes rows of a report of single deliveries: it puts together what several logs and
// copies say of one message, what became of it in the end, and why it was misaddressed.
package findings

import (
	"cmp"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// A Row is a delivery on its way into the result.
type Row struct {
	Delivery result.Delivery
	Origin   parsers.Origin
	File     int32 // number of the file, if the source is an export of several
	Handed   bool
	merged   bool // into an earlier one
	// Audited says that the sender is; else the Row only says what became of
	// another hop's.
	Audited bool
	// Copied says that Copy is where a copy of the message is kept.
	Copied  bool
	Copy    parsers.Origin
	Subject uint32 // sum of that of a copy

	Failure   parsers.Failure
	Forwarded bool // by an alias or a rule of ours
	Machine   bool // a program sent it
}

// Settle puts together what several sources say of one message, leaves out what is nobody's who
// is audited, and says of each delivery what became of it and why it went to the wrong address.
// The rows that it returns are in the order of time. answered says whether a domain answered
// a message, by its Message-ID; bounces are those that may be about one of them.
func Settle(all []Row, answered func(messageID string, by domain.Name) bool, bounces parsers.Bounces) []Row {
	slices.SortFunc(all, compareRows)
	all = withoutRepeated(all)
	all = slices.DeleteFunc(oneOfEach(all), func(r Row) bool { return !r.Audited })
	endByReplies(all, answered)
	endByBounces(all, bounces)
	settleEnds(all)
	findCauses(all)
	return all
}

// Parted returns the rows from before the window, and those in it.
func Parted(rows []Row, from time.Time) (earlier, window []Row) {
	isEarlier := func(r Row) bool { return r.Delivery.Time != nil && r.Delivery.Time.Before(from) }
	for _, r := range rows {
		if isEarlier(r) {
			earlier = append(earlier, r)
		}
	}
	return earlier, slices.DeleteFunc(rows, isEarlier)
}

// MarkNew marks what was not reported before.
func MarkNew(rows []Row, before *result.Earlier) {
	for i := range rows {
		rows[i].Delivery.New = before.IsNew(&rows[i].Delivery)
	}
}

// Deliveries returns those of the rows, in their order.
func Deliveries(rows []Row) []result.Delivery {
	out := make([]result.Delivery, 0, len(rows))
	for i := range rows {
		out = append(out, rows[i].Delivery)
	}
	return out
}

// compareRows orders by time, and then by place. The order is total but for what
// is the same.
func compareRows(x, y Row) int {
	return cmp.Or(
		compareTimes(x.Delivery.Time, y.Delivery.Time), cmp.Compare(x.Origin.Source, y.Origin.Source), cmp.Compare(x.File, y.File), cmp.Compare(x.Delivery.Line, y.Delivery.Line),
		cmp.Compare(x.Delivery.Recipient, y.Delivery.Recipient), cmp.Compare(x.Delivery.QueueID, y.Delivery.QueueID),
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
