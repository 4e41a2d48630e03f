package parsers

import (
	"cmp"
	"slices"
	"time"
)

// A Tally counts what was read. Tallies of pieces add up.
type Tally struct {
	Lines      int64 // lines or rows, also those that are none of ours
	Records    int64 // records that the format understood
	Deliveries int64
	Malformed  int64 // records that look like ours and could not be understood
	NoSender   int64 // deliveries whose sender is not known
	NoTime     int64 // deliveries whose time is not known
	Incomplete int64 // deliveries whose beginning or end is not in the log
	// Unnamed are the messages of which no line names a recipient. At the ends of a log there
	// are a few: where they are more than the deliveries, the lines that name them are missing.
	Unnamed int64 `json:",omitempty"`
	// NotUnderstood are those of Malformed that look like a delivery, so that one may
	// be missing.
	NotUnderstood Programs `json:",omitempty"`
	// NotOurs are the lines of programs that no format reads.
	NotOurs Programs `json:",omitempty"`
	// Known is set where lines of a program that the format reads were seen. A log
	// of such lines alone is one in which nothing happened.
	Known bool `json:",omitempty"`
	// Passed are the lines of companions of a mail server that show a mail on its way to
	// somebody. What became of it the server's own lines say: where there are none, it is
	// not known.
	Passed Programs `json:",omitempty"`
	// Longest are the longest lines of a log, by which it is seen that they were cut.
	Longest Longest `json:",omitzero"`
	// Bare are the deliveries to recipients without a domain, by which it is seen that
	// addresses were masked.
	Bare Bare `json:",omitzero"`
	// Pages are the answers of APIs, by which it is seen that some are missing.
	Pages Pages `json:",omitzero"`
	// Gaps are the sources that an earlier reading could not read, and why, where its
	// deliveries are read again.
	Gaps  []string `json:",omitempty"`
	First time.Time
	Last  time.Time
	// Errors are the first few malformed records, for -v.
	Errors []SyntaxError
	// Problems are remarks about the source as a whole, a sentence each.
	Problems []string
}

// maxSyntaxErrors bounds the malformed records that a tally keeps: the rest
// are only counted.
const maxSyntaxErrors = 20

// A SyntaxError is a record that could not be understood.
type SyntaxError struct {
	Origin Origin
	Reason string
}

func (e *SyntaxError) Error() string { return e.Reason }

// Bad counts a malformed record. Those of the earliest are kept, whatever the order.
func (t *Tally) Bad(o Origin, reason string) {
	t.Malformed++
	n := len(t.Errors)
	if n == maxSyntaxErrors && compareOrigins(o, t.Errors[n-1].Origin) >= 0 {
		return // as in a log that is read from its beginning
	}
	t.keepErrors(SyntaxError{o, reason})
}

// keepErrors keeps the earliest of those of t and of others, in the order of the input.
func (t *Tally) keepErrors(others ...SyntaxError) {
	all := slices.Concat(t.Errors, others) // copies of a Tally share its errors
	slices.SortStableFunc(all, func(a, b SyntaxError) int { return compareOrigins(a.Origin, b.Origin) })
	t.Errors = all[:min(len(all), maxSyntaxErrors)]
}

// ReasonUnread is why a line is missed that no format reads.
const ReasonUnread = "looks like a delivery, and was not understood"

// Missed counts a record that looks like a line of a delivery and could not be
// understood, with the program that wrote it, "" if that is not known.
func (t *Tally) Missed(o Origin, program, reason string) {
	t.Bad(o, reason)
	t.NotUnderstood.Add(program, 1)
}

// MissMalformed counts all malformed records as deliveries that may be missing: in a
// source that holds nothing but mail, each of them may be one.
func (t *Tally) MissMalformed() { t.NotUnderstood.Add("", t.Malformed-t.NotUnderstood.Total()) }

// maxMissed is one over the part of the deliveries that may be missing from an
// audit that calls itself whole: one line in a thousand may be damaged by a crash or
// a full disk; more of them are a shape that is not read.
const maxMissed = 1000

// MissesMany reports whether more lines of deliveries were not understood than a
// whole log has.
func (t *Tally) MissesMany() bool { return t.NotUnderstood.Total()*maxMissed > t.Deliveries }

// Seen widens the span of t to hold when.
func (t *Tally) Seen(when time.Time) {
	if when.IsZero() {
		return
	}
	if t.First.IsZero() || when.Before(t.First) {
		t.First = when
	}
	if when.After(t.Last) {
		t.Last = when
	}
}

// Merge adds u to t. The errors that stay are those of the earliest pieces,
// whatever the order of merging.
func (t *Tally) Merge(u Tally) {
	t.Lines += u.Lines
	t.Records += u.Records
	t.Deliveries += u.Deliveries
	t.Malformed += u.Malformed
	t.NoSender += u.NoSender
	t.NoTime += u.NoTime
	t.Incomplete += u.Incomplete
	t.Unnamed += u.Unnamed
	t.NotUnderstood.Merge(u.NotUnderstood)
	t.NotOurs.Merge(u.NotOurs)
	t.Passed.Merge(u.Passed)
	t.Longest.Merge(u.Longest)
	t.Bare.Merge(u.Bare)
	t.Pages.Merge(u.Pages)
	t.Known = t.Known || u.Known
	t.Gaps = append(t.Gaps, u.Gaps...)
	t.Seen(u.First)
	t.Seen(u.Last)
	if len(u.Errors) > 0 {
		t.keepErrors(u.Errors...)
	}
	for _, p := range u.Problems {
		t.Problem(p)
	}
}

// Count counts a delivery, with the number of equal ones that it stands for.
func (t *Tally) Count(d *Delivery) {
	n := int64(max(1, d.Count))
	t.Deliveries += n
	if !d.SenderKnown {
		t.NoSender += n
	}
	if d.Time.IsZero() {
		t.NoTime += n
	}
	if d.Incomplete {
		t.Incomplete += n
	}
	t.Bare.Count(d, n)
}

// Problem adds a remark, once.
func (t *Tally) Problem(text string) {
	for _, p := range t.Problems {
		if p == text {
			return
		}
	}
	t.Problems = append(t.Problems, text)
}

// compareOrigins puts places into the order of the input.
func compareOrigins(a, b Origin) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Piece, b.Piece), cmp.Compare(a.Line, b.Line))
}
