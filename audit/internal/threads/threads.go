// Package threads knows who took part in the conversations of mailboxes.
package threads

import (
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/parsers"
)

// Threads say which domains took part in the conversations of mailboxes (RFC 5322
// section 3.6.4): for each message that came in, its domain stands under its own
// identifier and under those that it refers to. A pair is kept as its hash, in eight
// bytes; two that are taken for one are one in 10^12 even among ten million.
type Threads struct {
	pairs  []uint64
	sorted int // that many pairs are in order, each once
}

// pairOf returns the hash of an identifier and of a domain in canonical form.
func pairOf(identifier string, domain []byte) uint64 {
	return compact.Mix(xxhash.Sum64String(identifier) + compact.Mix(xxhash.Sum64(domain)))
}

// Note notes that somebody of a domain, in canonical form, wrote a message that has an
// identifier, "" for none, and refers to others, which blanks part.
func (t *Threads) Note(identifier, references string, domain []byte) {
	if identifier != "" {
		t.add(identifier, domain)
	}
	if references == "" {
		return
	}
	for id := range strings.SplitSeq(references, " ") {
		t.add(id, domain)
	}
}

func (t *Threads) add(identifier string, domain []byte) {
	t.pairs = append(t.pairs, pairOf(identifier, domain))
	if len(t.pairs) > 2*t.sorted+minPairs {
		t.sort()
	}
}

// minPairs is how many pairs are gathered before they are sorted.
const minPairs = 1 << 12

func (t *Threads) sort() {
	slices.Sort(t.pairs)
	t.pairs = slices.Compact(t.pairs)
	t.sorted = len(t.pairs)
}

// Pairs returns the hashes of the pairs in order, each once.
func (t *Threads) Pairs() []uint64 {
	t.sort()
	return t.pairs
}

// AddPairs adds pairs that another Threads had.
func (t *Threads) AddPairs(all []uint64) { t.pairs = append(t.pairs, all...) }

// Merge adds those of u.
func (t *Threads) Merge(u *Threads) {
	t.pairs = append(t.pairs, u.pairs...)
	t.sort()
}

// Settled returns t with all pairs in order: only then it answers.
func (t *Threads) Settled() Threads {
	t.sort()
	return *t
}

// IsEmpty reports that nobody wrote.
func (t *Threads) IsEmpty() bool { return len(t.pairs) == 0 }

// Answered says whether somebody of a domain answered the message of an identifier, or
// went on from it.
func (t *Threads) Answered(messageID string, by domain.Name) bool {
	return messageID != "" && !t.IsEmpty() && t.has(pairOf(messageID, []byte(by.String())))
}

// answers says whether a message with these references (parsers.Delivery.References)
// goes on from one that somebody of a domain wrote, or answered.
func (t *Threads) answers(references string, of domain.Name) bool {
	if references == "" || t.IsEmpty() {
		return false
	}
	name := []byte(of.String())
	for id := range strings.SplitSeq(references, " ") {
		if t.has(pairOf(id, name)) {
			return true
		}
	}
	return false
}

// Joins says whether somebody of a domain takes part in the thread of a delivery:
// Answered it, or wrote what it answers.
func (t *Threads) Joins(d *parsers.Delivery, of domain.Name) bool {
	return t.Answered(d.MessageID, of) || t.answers(d.References, of)
}

func (t *Threads) has(pair uint64) bool {
	_, ok := slices.BinarySearch(t.pairs, pair)
	return ok
}
