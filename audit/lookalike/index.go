package lookalike

import (
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A Target is a domain that may have been meant.
type Target struct {
	Name      domain.Name
	Traffic   Traffic
	Own       bool   // one of the organisation's
	Protected bool   // the user says that people mean it
	Listed    bool   // in the user's list of partners
	Known     bool   // of a mailbox provider
	Major     bool   // of a large one
	Family    string // of the provider, "" if none
}

// An Index finds the targets that a domain may be a slip for. It is safe for
// concurrent use.
//
// Each target is entered under the hash of every form that a slip may leave
// equal: the name with up to two letters left out (a deletion index: two names
// within two edits of each other share one of these), the name without its
// suffix, the domain cut short, without dots, without one of its labels, with
// its labels sorted, and as it looks. A look-up makes the same forms of what
// was typed. Entries lie in one table of hashes and numbers.
type Index struct {
	targets []Target
	parts   []parts
	weights Weights
	starts  []uint32 // of each bucket in entries
	entries []entry
	mask    uint64
}

type entry struct {
	tag uint32 // of the hash
	id  uint32
}

// Forms under which a target is entered; each is a part of the hash.
const (
	formName   = iota // stem, letters left out
	formStem          // without suffix
	formFull          // the domain itself
	formSquash        // no dots, no hyphens
	formLabels        // labels in alphabetical order
	formLook          // skeleton
)

// Bounds of the deletion index: letters are left out of the first maxPrefix
// letters only, and only the first maxBucket targets of an entry, which are
// those of most weight, are looked at.
const (
	maxPrefix = 9
	maxBucket = 32
	// maxCandidates bounds what one domain is compared with: those of most
	// weight. Only a flood of names made to be alike comes near it.
	maxCandidates = 200
)

// NewIndex returns an index of targets, which it keeps: their numbers are
// their places. Put those of most weight first.
func NewIndex(targets []Target) *Index { return NewIndexWith(targets, DefaultWeights()) }

// NewIndexWith is NewIndex with other weights, for fitting them.
func NewIndexWith(targets []Target, w Weights) *Index {
	x := &Index{targets: targets, parts: make([]parts, len(targets)), weights: w}
	x.share(func(_, from, to int) {
		for i := from; i < to; i++ {
			x.parts[i] = cut(targets[i].Name)
		}
	})
	buckets := uint64(minBuckets)
	for buckets < uint64(len(targets))*bucketsPerTarget {
		buckets *= 2
	}
	x.mask = buckets - 1
	// Each worker enters a range of targets: first it counts them by bucket,
	// then it fills its part of each bucket, so that the numbers in a bucket
	// rise whatever the number of workers.
	next := make([][]uint32, x.workers())
	x.share(func(worker, from, to int) {
		next[worker] = make([]uint32, buckets)
		x.eachHash(from, to, func(_ int, h uint64) { next[worker][h&x.mask]++ })
	})
	x.starts = make([]uint32, buckets+1)
	var total uint32
	for b := range buckets {
		x.starts[b] = total
		for _, n := range next {
			if n != nil {
				n[b], total = total, total+n[b]
			}
		}
	}
	x.starts[buckets] = total
	x.entries = make([]entry, total)
	x.share(func(worker, from, to int) {
		x.eachHash(from, to, func(id int, h uint64) {
			b := h & x.mask
			x.entries[next[worker][b]] = entry{uint32(h >> 32), uint32(id)}
			next[worker][b]++
		})
	})
	return x
}

// Sizes of the table: a target has about 70 entries, and a bucket should hold
// a few.
const (
	minBuckets       = 1 << 10
	bucketsPerTarget = 16
)

// maxWorkers bounds the workers that build an index: each needs a count of all
// buckets.
const maxWorkers = 4

func (x *Index) workers() int { return min(maxWorkers, runtime.GOMAXPROCS(0)) }

// share deals the targets out to workers, in ranges.
func (x *Index) share(work func(worker, from, to int)) {
	var wg sync.WaitGroup
	n, workers := len(x.targets), x.workers()
	for i := range workers {
		wg.Go(func() { work(i, n*i/workers, n*(i+1)/workers) })
	}
	wg.Wait()
}

// eachHash yields the hashes of a range of targets.
func (x *Index) eachHash(from, to int, yield func(id int, h uint64)) {
	var f forms
	for i := from; i < to; i++ {
		for _, h := range f.ofTarget(&x.parts[i]) {
			yield(i, h)
		}
	}
}

// forms makes the hashes of a domain; it reuses its memory.
type forms struct {
	hashes []uint64
	buf    []byte
}

func (f *forms) add(form byte, s ...string) {
	b := append(f.buf[:0], form)
	for _, t := range s {
		b = append(b, t...)
	}
	f.buf = b
	f.hashes = append(f.hashes, xxhash.Sum64(b))
}

// ofTarget returns the hashes under which a target is entered.
func (f *forms) ofTarget(p *parts) []uint64 {
	f.hashes = f.hashes[:0]
	f.add(formFull, p.full)
	for n := len(p.full) - 1; n > 0 && n >= len(p.full)-maxTail && (n >= len(p.stem)+1 || strings.Contains(p.full[:n], ".") && n >= minCutLength); n-- {
		if p.full[n-1] != '.' {
			f.add(formFull, p.full[:n])
		}
	}
	f.common(p)
	f.withoutLabel(p.full)
	return f.unique()
}

// ofTyped returns the hashes to look up for what was typed.
func (f *forms) ofTyped(p *parts) []uint64 {
	f.hashes = f.hashes[:0]
	f.add(formFull, p.full)
	for n := len(p.full) - 1; n > 3 && n >= len(p.full)/2; n-- { // a tail is glued on
		f.add(formFull, p.full[:n])
	}
	for _, head := range [...]string{"www", "www-", "mail", "mailto", "smtp", "http", "https"} {
		if rest, ok := strings.CutPrefix(p.full, head); ok {
			f.add(formFull, rest)
		}
	}
	f.common(p)
	f.withoutLabel(p.full)
	return f.hashes
}

// common adds what both sides have.
func (f *forms) common(p *parts) {
	f.add(formSquash, squash(p.full))
	f.add(formLook, p.look)
	if strings.Count(p.full, ".") >= 2 {
		labels := strings.Split(p.full, ".")
		slices.Sort(labels)
		f.add(formLabels, strings.Join(labels, "."))
	}
	if p.stem == "" {
		return
	}
	f.add(formStem, p.stem)
	f.deletions(p.stem)
}

// deletions adds the stem's first letters with up to depth letters left out.
func (f *forms) deletions(stem string) {
	s := stem[:min(len(stem), maxPrefix)]
	f.add(formName, s)
	// A name one letter longer may bear more: its neighbour must be found too.
	d := depth(len(stem) + 1)
	if d == 0 {
		return
	}
	for i := range len(s) {
		f.add(formName, s[:i], s[i+1:])
		if d < 2 {
			continue
		}
		for j := i + 1; j < len(s); j++ {
			f.add(formName, s[:i], s[i+1:j], s[j+1:])
		}
	}
}

// withoutLabel adds the domain with each of its labels left out.
func (f *forms) withoutLabel(full string) {
	if strings.Count(full, ".") < 2 {
		return
	}
	from := 0
	for from < len(full) {
		i := strings.IndexByte(full[from:], '.')
		if i < 0 {
			f.add(formFull, full[:from-1])
			return
		}
		f.add(formFull, full[:from], full[from+i+1:])
		from += i + 1
	}
}

func (f *forms) unique() []uint64 {
	slices.Sort(f.hashes)
	f.hashes = slices.Compact(f.hashes)
	return f.hashes
}

// A Query looks domains up in an index; it reuses its memory and is not safe
// for concurrent use.
type Query struct {
	x     *Index
	forms forms
	found []int32
	parts parts // of the last domain
}

// Query returns a new query of x.
func (x *Index) Query() *Query { return &Query{x: x} }

// candidates returns the numbers of the targets that d may be a slip for, in
// rising order.
func (q *Query) candidates(d domain.Name) []int32 {
	x := q.x
	q.parts = cut(d)
	q.found = q.found[:0]
	for _, h := range q.forms.ofTyped(&q.parts) {
		b := h & x.mask
		n := 0
		for _, e := range x.entries[x.starts[b]:x.starts[b+1]] {
			if e.tag != uint32(h>>32) {
				continue
			}
			q.found = append(q.found, int32(e.id))
			if n++; n == maxBucket {
				break
			}
		}
	}
	slices.Sort(q.found)
	q.found = slices.Compact(q.found)
	q.found = q.found[:min(len(q.found), maxCandidates)]
	return q.found
}
