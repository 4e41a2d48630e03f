package audit

import (
	"cmp"
	"slices"

	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

// What a domain wrote to us shows that it is meant only if people of ours wrote with
// people there: a squatter writes as well, and a catch-all answers within the minute.

const (
	// atOnce is how soon an answer comes that a program gives, in seconds.
	atOnce = 10 * 60
	// answerWithin is how late somebody else at a domain still answers, in seconds.
	answerWithin = 14 * 24 * 60 * 60
	// exchangeSpan is how long both sides write in an exchange, in seconds.
	exchangeSpan = 24 * 60 * 60
)

// correspondence returns how many pairs of one of ours and one at a domain wrote to
// each other over days, and how many of ours were answered. Where everybody's mail is
// audited, nobody is ours: there it is how many of theirs were written to and wrote to
// anybody.
func (e *Evidence) correspondence(id uint32) (exchanges, answers int64) {
	w := e.traffic.writers[id]
	if w == nil {
		return 0, 0
	}
	answered, acquainted := map[uint32]bool{}, map[uint32]bool{}
	r := &e.recipients
	for address, end := r.of(id); address < end; address++ {
		theirs := shortHash(r.addresses.At(address).Local)
		for sent := range r.edges.to(address) {
			p := &e.people.all[sent.person]
			if !p.evidence || p.flags&personForwarding != 0 {
				continue
			}
			for i := range w.pairs {
				x := &w.pairs[i]
				isSame, isOurs := x.theirs == theirs, x.ours == p.local
				if isSame {
					acquainted[x.ours] = true
				}
				if isSame && isOurs && x.exchanges(&sent) {
					exchanges++
				}
				switch {
				case e.options.AllSenders && isSame:
					answered[x.theirs] = true
				case isOurs && !answered[x.ours] && x.answers(&sent, isSame):
					answered[x.ours] = true
				}
			}
		}
	}
	if e.options.AllSenders {
		return exchanges, max(int64(len(answered)), e.ofWriters(id))
	}
	if len(acquainted) >= minAcquainted {
		return exchanges, max(1, int64(len(answered)))
	}
	return exchanges, int64(len(answered))
}

// minAcquainted is to how many of ours somebody has written until that stands for an
// answer: mail of ours goes to that one's address.
const minAcquainted = 3

// onlyAnswered says whether all that ours wrote to a domain answered what had been written
// to them from there: who wants to be taken for a partner begins like that.
func (e *Evidence) onlyAnswered(id uint32) bool {
	w := e.traffic.writers[id]
	if w == nil || e.options.AllSenders { // nobody is ours
		return false
	}
	answers := false
	r := &e.recipients
	for address, end := r.of(id); address < end; address++ {
		for sent := range r.edges.to(address) {
			p := &e.people.all[sent.person]
			if !p.evidence || p.flags&personForwarding != 0 {
				continue
			}
			isAnswer, isKnown := w.wroteBefore(p.local, sent.first)
			if isKnown && !isAnswer || !isKnown && w.areAll() {
				return false
			}
			answers = answers || isAnswer
		}
	}
	return answers
}

// wroteBefore says whether anybody there had written to one of ours when that one first
// wrote there, and whether anybody is known to have written to that one.
func (w *writers) wroteBefore(ours, at uint32) (before, known bool) {
	for i := range w.pairs {
		if x := &w.pairs[i]; x.ours == ours {
			known = true
			before = before || x.first <= at
		}
	}
	return before, known
}

// minReceived is how many mails from one writer make a correspondent where everybody's
// mail is audited: one message is no proof, for a slip in somebody's From makes it.
const minReceived = 5

// ofWriters returns the answers that who wrote from a domain stand for where everybody's
// mail is audited: of a log or archive of many organisations it is not known who answers
// whom.
func (e *Evidence) ofWriters(id uint32) int64 {
	if t := &e.traffic.byDomain[id]; t.Received >= minReceived || t.Writers > 1 {
		return 2
	}
	return 1
}

// exchanges says whether what one of ours sent to one of theirs, and the other way,
// went back and forth over days. Of an export that sums mail the times are not known.
func (w *writing) exchanges(sent *edge) bool {
	if sent.sent < 2 || w.count < 2 {
		return false
	}
	if isSummed(sent.sent, sent.first, sent.last) || isSummed(w.count, w.first, w.last) {
		return true
	}
	mirrors := followsAtOnce(w.first, sent.first) && followsAtOnce(w.last, sent.last)
	return sent.last-sent.first >= exchangeSpan && w.last-w.first >= exchangeSpan && !mirrors
}

// isSummed says whether several mails have one time, or none.
func isSummed(count, first, last uint32) bool { return count > 1 && first == last }

// answers says whether a mail of theirs came after one of ours, and not at once. From
// another address of theirs it must come within days: it may be about anything.
func (w *writing) answers(sent *edge, sameAddress bool) bool {
	if w.first == 0 || sent.first == 0 {
		return sameAddress
	}
	for _, at := range [...]uint32{w.first, w.last} {
		isAnswer := at > sent.first && !followsAtOnce(at, sent.first) && !followsAtOnce(at, sent.last)
		if isAnswer && (sameAddress || at-sent.first <= answerWithin || at > sent.last && at-sent.last <= answerWithin) {
			return true
		}
	}
	return false
}

// followsAtOnce says whether an answer came as soon as a program gives it.
func followsAtOnce(answer, sent uint32) bool { return answer >= sent && answer-sent <= atOnce }

// Writers sum up who wrote from a domain to whom of ours: of all pairs of one of
// theirs and one of ours those with the smallest hashes, so that merging keeps
// the same ones whatever the order. That is a fair sample, and all of them where
// there are no more.
type writers struct {
	pairs []writing // in the order of their hashes
	span            // in which the domain wrote
}

// maxPairs is how many pairs of a domain are known: of a partner's some who write to
// each other are among them, and a spammer's million domains have one each.
const maxPairs = 48

// A writing sums up what one of theirs wrote to one of ours. The addresses are known by
// the hash of their local part; 0 is nobody.
type writing struct {
	hash         uint32 // of both
	theirs, ours uint32
	count        uint32
	first, last  uint32 // Unix seconds; 0 is none
}

// newWriting returns the writing of mails, whose times are Unix seconds.
func newWriting(theirs, ours, count, first, last uint32) writing {
	hash := uint32(compact.Mix(uint64(theirs)<<32 | uint64(ours)))
	return writing{hash: hash, theirs: theirs, ours: ours, count: count, first: first, last: last}
}

// shortHash shortens the hash of a local part; it is never 0.
func shortHash(local uint64) uint32 { return uint32(local>>32) | 1 }

// take adds what another record says of the same pair.
func (w *writing) take(x *writing) {
	w.count = plus(w.count, x.count)
	w.first = least(w.first, x.first)
	w.last = max(w.last, x.last)
}

// least returns the smaller one of two numbers, of which 0 is none.
func least(a, b uint32) uint32 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// add adds a writing.
func (w *writers) add(x *writing) {
	w.span.add(x.first, x.last, x.count)
	w.insert(x)
}

// insert puts a writing into its place among the pairs. Of a domain that many write
// from, most hashes are larger than those that are known.
func (w *writers) insert(x *writing) {
	if len(w.pairs) == maxPairs && x.hash > w.pairs[maxPairs-1].hash {
		return
	}
	i, isThere := slices.BinarySearchFunc(w.pairs, x.hash, func(p writing, hash uint32) int { return cmp.Compare(p.hash, hash) })
	switch {
	case isThere:
		w.pairs[i].take(x)
	case len(w.pairs) == maxPairs:
		copy(w.pairs[i+1:], w.pairs[i:])
		w.pairs[i] = *x
	default:
		w.pairs = slices.Insert(w.pairs, i, *x)
	}
}

// merge adds the writers of the same domain in another ledger.
func (w *writers) merge(from *writers) {
	w.span.add(from.first, from.last, from.mails)
	for i := range from.pairs {
		w.insert(&from.pairs[i])
	}
}

// includes says whether somebody with a local part is known to have written. Of a nil w nobody
// is.
func (w *writers) includes(local uint64) bool {
	if w == nil {
		return false
	}
	theirs := shortHash(local)
	return slices.ContainsFunc(w.pairs, func(x writing) bool { return x.theirs == theirs })
}

// count returns how many of theirs are known.
func (w *writers) count() (theirs int64) {
	for i := range w.pairs {
		if !slices.ContainsFunc(w.pairs[:i], func(x writing) bool { return x.theirs == w.pairs[i].theirs }) {
			theirs++
		}
	}
	return theirs
}

// areAll says whether the pairs are all that there are.
func (w *writers) areAll() bool { return len(w.pairs) < maxPairs }
