package lookalike

import (
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
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
	// Thin: next to no mail went to it, so that it may be the slip itself.
	Thin bool
	// Sought: it is looked for by its name, though Thin; else it is found only as the
	// domain of a twin.
	Sought bool

	guessed bool
	spread  int     // the providers of that name under other suffixes, itself included
	brand   float64 // the volume of the one with most mail of those that are of its family
}

// An Index finds the targets that a domain may be a slip for. It is safe for
// concurrent use.
//
// Each target is entered under the hash of every form that a slip may leave
// equal: the name with up to two letters left out (a deletion index: two names
// within two edits of each other share one of these), the name without its
// suffix, the domain cut short, without dots, without one of its labels, with
// its labels sorted, and as it looks. A look-up makes the same forms of what
// was typed. Entries lie in one table, by buckets. A filter before it answers for
// most forms that are not there: it is small enough for the cache.
type Index struct {
	targets []Target
	parts   []parts
	signs   []signature // of the parts
	weights Weights
	channel channel // of the weights
	terms   bool    // verdicts have theirs
	// suffixes counts the targets under each suffix that exists.
	suffixes map[string]int
	crowd    float64 // the decades of targets that are no provider's, beyond a thousand; from leastCrowd to 1
	// covering are the targets whose subdomains are covered: own and protected ones.
	covering []int32
	starts   []uint32 // of each bucket in entries
	// entries are the number of a target in the lower bits, and in the upper
	// ones the tag of the hash, which leads to the right bucket already.
	entries []uint32
	idBits  uint
	// filter has a word for each bucket: a blocked Bloom filter (Putze,
	// Sanders, Singler 2007) with two bits for each of its tags.
	filter []uint64
}

// bucketOf returns the bucket of a hash. Its upper bits name it.
func (x *Index) bucketOf(h uint64) uint64 {
	b, _ := bits.Mul64(h, uint64(len(x.filter)))
	return b
}

// tagOf returns the tag of a hash, in the upper bits.
func (x *Index) tagOf(h uint64) uint32 { return uint32(h) >> x.idBits << x.idBits }

// filterBits returns the bits of a tag in the filter. They are of its first
// twelve bits: beyond a million targets a tag has fewer, and the filter rules out less.
func filterBits(tag uint32) uint64 { return 1<<(tag>>26) | 1<<(tag>>20&63) }

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
	maxBucket = 96
	// maxCandidates bounds what one domain is compared with: those of most
	// weight. Only a flood of names made to be alike comes near it.
	maxCandidates = 200
)

// NewIndex returns an index of targets, which it keeps: their numbers are
// their places. Put those of most weight first.
func NewIndex(targets []Target) *Index { return newIndex(targets, DefaultWeights()) }

// NewIndexWith is NewIndex with other weights, for fitting them: verdicts have their Terms.
func NewIndexWith(targets []Target, w Weights) *Index {
	x := newIndex(targets, w)
	x.terms = true
	return x
}

func newIndex(targets []Target, w Weights) *Index {
	x := &Index{targets: targets, parts: make([]parts, len(targets)), signs: make([]signature, len(targets)), weights: w}
	x.channel = newChannel(&x.weights)
	providers := make([]*provider, len(targets))
	inRanges(len(targets), func(_, from, to int) {
		for i := from; i < to; i++ {
			if t := &targets[i]; t.Known {
				providers[i] = providerOf(t.Name, t.Major)
				x.parts[i], x.signs[i] = providers[i].parts, providers[i].sign
				continue
			}
			x.parts[i] = cut(targets[i].Name)
			x.parts[i].major = targets[i].Major
			x.signs[i] = signatureOf(&x.parts[i])
		}
	})
	names, brands, strangers := map[string]int{}, map[string]float64{}, 1
	x.suffixes = map[string]int{}
	for i := range targets {
		if x.parts[i].known {
			x.suffixes[x.parts[i].suffix()]++
		}
		if !targets[i].Known {
			strangers++
		}
		if targets[i].Own || targets[i].Protected {
			x.covering = append(x.covering, int32(i))
		}
		if targets[i].Known {
			names[x.parts[i].stem()]++
			brand := brandOf(&targets[i], &x.parts[i])
			brands[brand] = max(brands[brand], targets[i].volume())
		}
	}
	for i := range targets {
		if targets[i].Known {
			targets[i].spread, targets[i].brand = names[x.parts[i].stem()], brands[brandOf(&targets[i], &x.parts[i])]
		}
	}
	x.crowd = max(leastCrowd, min(1, math.Log10(float64(strangers))-3))
	buckets := minBuckets + bucketsPerTarget*len(targets)
	x.filter = make([]uint64, buckets)
	x.idBits = uint(bits.Len(uint(len(targets))))
	// Each worker enters a range of targets: first it counts them by bucket,
	// then it fills its part of each bucket, so that the numbers in a bucket
	// rise whatever the number of workers.
	next := make([][]uint32, workers.Count(maxWorkers))
	inRanges(len(targets), func(worker, from, to int) {
		next[worker] = make([]uint32, buckets)
		x.eachHash(providers, from, to, func(_ int, h uint64) { next[worker][x.bucketOf(h)]++ })
	})
	x.starts = make([]uint32, buckets+1)
	var total uint32
	for b := range buckets {
		x.starts[b] = total
		for _, n := range next {
			n[b], total = total, total+n[b]
		}
	}
	x.starts[buckets] = total
	x.entries = make([]uint32, total)
	inRanges(len(targets), func(worker, from, to int) {
		x.eachHash(providers, from, to, func(id int, h uint64) {
			b := x.bucketOf(h)
			x.entries[next[worker][b]] = x.tagOf(h) | uint32(id)
			next[worker][b]++
		})
	})
	inRanges(buckets, func(_, from, to int) { x.fillFilter(from, to) })
	return x
}

// brandOf names the brand of a provider: a name of one family, under any suffix.
func brandOf(t *Target, p *parts) string { return t.Family + " " + p.stem() }

// fillFilter fills the words of a range of buckets.
func (x *Index) fillFilter(from, to int) {
	for b := from; b < to; b++ {
		for _, e := range x.entries[x.starts[b]:x.starts[b+1]] {
			x.filter[b] |= filterBits(e >> x.idBits << x.idBits)
		}
	}
}

// leastCrowd is the crowd of the smallest logs that the weights were fitted to, those of a
// day.
const leastCrowd = -0.5

// Sizes of the table: a target has about 70 entries, and a bucket should hold
// a few.
const (
	minBuckets       = 1 << 6
	bucketsPerTarget = 8
)

// maxWorkers bounds the workers that build an index: each needs a count of all
// buckets.
const maxWorkers = 4

// inRanges deals the numbers from 0 to n, without it, to workers, in a range each.
func inRanges(n int, work func(worker, from, to int)) {
	var all workers.Group
	each := workers.Count(maxWorkers)
	for i := range each {
		all.Go(func() { work(i, n*i/each, n*(i+1)/each) })
	}
	all.Wait()
}

// eachHash yields the hashes of a range of targets, of which some are providers.
func (x *Index) eachHash(providers []*provider, from, to int, yield func(id int, h uint64)) {
	var f forms
	for i := from; i < to; i++ {
		if x.targets[i].Thin && !x.targets[i].Sought {
			continue
		}
		hashes := []uint64(nil)
		if p := providers[i]; p != nil {
			hashes = p.hashes
		} else {
			hashes = f.ofTarget(&x.parts[i])
		}
		for _, h := range hashes {
			yield(i, h)
		}
	}
}

// A provider is taken apart once: of a small log it is most of an index, and the same for each
// audit of a watch and each tenant of a run.
type provider struct {
	parts  parts
	sign   signature
	hashes []uint64 // under which it is entered
}

// providers are the ones that were taken apart, which are as many as there are in lists.
var providers = struct {
	sync.Mutex
	of map[providerKey]*provider
}{of: map[providerKey]*provider{}}

type providerKey struct {
	name  domain.Name
	major bool
}

func providerOf(name domain.Name, major bool) *provider {
	providers.Lock()
	defer providers.Unlock()
	key := providerKey{name, major}
	p := providers.of[key]
	if p == nil {
		p = &provider{parts: cut(name)}
		p.parts.major = major
		p.sign = signatureOf(&p.parts)
		var f forms
		p.hashes = f.ofTarget(&p.parts)
		providers.of[key] = p
	}
	return p
}

// forms makes the hashes of a domain; it reuses its memory. The hash of a text
// is a polynomial in a fixed number, so that those of its beginnings and of
// what is left when letters are taken out come from sums.
type forms struct {
	hashes []uint64
	before [maxText + 1]uint64 // polynomial of each beginning of the text
	powers [maxText + 1]uint64
}

// maxText is the longest text that is taken apart: a domain (RFC 1035 section
// 2.3.4).
const maxText = 253

// base is odd, so that no power of it loses bits.
const base = 0x9e3779b97f4a7c15

func poly(h uint64, s string) uint64 {
	for i := range len(s) {
		h = h*base + uint64(s[i]) + 1
	}
	return h
}

// put adds the hash of a form's polynomial.
func (f *forms) put(form byte, h uint64) {
	h += uint64(form) << 56
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9 // the finaliser of SplitMix64
	h = (h ^ h>>27) * 0x94d049bb133111eb
	f.hashes = append(f.hashes, h^h>>31)
}

func (f *forms) add(form byte, s ...string) {
	var h uint64
	for _, t := range s {
		h = poly(h, t)
	}
	f.put(form, h)
}

// take makes the polynomials of the beginnings of s.
func (f *forms) take(s string) {
	if f.powers[0] == 0 {
		f.powers[0] = 1
		for i := range maxText {
			f.powers[i+1] = f.powers[i] * base
		}
	}
	for i := range len(s) {
		f.before[i+1] = f.before[i]*base + uint64(s[i]) + 1
	}
}

// ofTarget returns the hashes under which a target is entered.
func (f *forms) ofTarget(p *parts) []uint64 {
	f.hashes = f.hashes[:0]
	f.take(p.full)
	f.put(formFull, f.before[len(p.full)])
	for n := len(p.full) - 1; n > 0 && n >= len(p.full)-maxTail && (n >= len(p.stem())+1 || strings.Contains(p.full[:n], ".") && n >= minCutLength); n-- {
		if p.full[n-1] != '.' {
			f.put(formFull, f.before[n])
		}
	}
	f.common(p, p.major)
	return f.hashes
}

// ofTyped returns the hashes to look up for what was typed.
func (f *forms) ofTyped(p *parts) []uint64 {
	f.hashes = f.hashes[:0]
	f.take(p.full)
	f.put(formFull, f.before[len(p.full)])
	least := len(p.full) / 2
	if !p.known {
		least = len(p.full) / 3 // of what is no domain, much may be glued on
	}
	for n := len(p.full) - 1; n > 3 && n >= least; n-- { // a tail is glued on
		f.put(formFull, f.before[n])
	}
	for _, head := range gluedHeads() {
		if rest, ok := strings.CutPrefix(p.full, head); ok {
			f.add(formFull, rest)
		}
	}
	if n := yearBefore(p.full); n > 0 {
		f.add(formFull, p.full[n:])
	}
	f.common(p, true)
	return f.hashes
}

// common adds what both sides have. The text that was taken is the domain, which may be
// that of a large provider.
func (f *forms) common(p *parts, major bool) {
	f.put(formSquash, p.squashed)
	f.add(formLook, p.look)
	if p.spelled != "" {
		f.add(formLook, p.spelled)
	}
	if p.dots >= 2 {
		f.put(formLabels, p.labels)
		f.withoutLabel(p.full)
	}
	if p.stem() == "" {
		return
	}
	f.put(formStem, f.before[len(p.stem())])
	d := depth(len(p.stem()))
	if major && len(p.stem()) == majorDepth {
		d = 2
	}
	f.deletions(p.stem(), d)
}

// deletions adds the first letters of the stem with up to d of them left
// out. Of a letter that is repeated it matters not which one is.
func (f *forms) deletions(stem string, d int) {
	n := len(stem)
	m := min(n, maxPrefix)
	all := f.before[m]
	f.put(formName, all)
	if d == 0 {
		return
	}
	for j := range m {
		again := j > 0 && stem[j] == stem[j-1]
		if !again {
			f.put(formName, all+(f.before[j]-f.before[j+1])*f.powers[m-1-j])
		}
		if d < 2 {
			continue
		}
		for i := range j {
			if i > 0 && stem[i] == stem[i-1] || again && i < j-1 {
				continue
			}
			head := f.before[j] + (f.before[i]-f.before[i+1])*f.powers[j-1-i] // up to j, without i
			f.put(formName, all+(head-f.before[j+1])*f.powers[m-1-j])
		}
	}
}

// withoutLabel adds the domain with each of its labels left out.
func (f *forms) withoutLabel(full string) {
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

// A Query looks domains up in an index; it reuses its memory and is not safe
// for concurrent use.
type Query struct {
	x     *Index
	forms forms
	found []int32
	// lookUps are those of the last domain; touched means nothing.
	lookUps []lookUp
	touched uint32
	// seen and twin are, of each target, the last look-up that found it and the
	// last one that it was a twin of; asked counts look-ups.
	seen, twin []uint32
	asked      uint32
	parts      parts // of the last domain
	registered parts // of the registered domain that it lies below
	best       []candidate
	// guessed is what was meant where no target is, see guess.
	guessed      Target
	guessedParts parts
	buf          [32]feature
	// subject is what is judged.
	subject Subject
	least   float64
	skip    []bool
	sums    bool // verdicts have theirs
}

// Query returns a new query of x. Verdicts of less confidence than least are
// not put into words. without, unless nil, marks the targets to leave out.
func (x *Index) Query(least float64, without []bool) *Query {
	return &Query{x: x, least: least, skip: without, seen: make([]uint32, len(x.targets)), twin: make([]uint32, len(x.targets))}
}

// KeepSums makes the verdicts of q have their Sum, which is long.
func (q *Query) KeepSums() { q.sums = true }

// candidates returns the numbers of the targets that s may be a slip for, in no
// order.
func (q *Query) candidates(s *Subject) []int32 {
	if s.Number > 0 {
		q.parts = q.x.parts[s.Number-1]
	} else {
		q.parts = cut(s.Name)
	}
	return q.lookedUp(&q.parts)
}

// lookedUp returns the numbers of the targets that a domain of these parts may be a slip for, in
// no order.
func (q *Query) lookedUp(p *parts) []int32 {
	x := q.x
	q.found = q.found[:0]
	if q.asked++; q.asked == 0 {
		clear(q.seen)
		clear(q.twin)
		q.asked = 1
	}
	q.lookUps = q.lookUps[:0]
	for _, h := range q.forms.ofTyped(p) {
		b, tag := x.bucketOf(h), x.tagOf(h)
		if want := filterBits(tag); x.filter[b]&want == want {
			l := lookUp{tag, x.starts[b], x.starts[b+1]}
			q.touched += x.entries[l.from] // so that the misses of several look-ups overlap
			q.lookUps = append(q.lookUps, l)
		}
	}
	for i := range q.lookUps {
		q.lookUp(&q.lookUps[i])
	}
	if len(q.found) > maxCandidates {
		slices.Sort(q.found)
		q.found = q.found[:maxCandidates]
	}
	return q.found
}

// A lookUp is of the entries of a bucket that have a tag.
type lookUp struct{ tag, from, to uint32 }

// lookUp adds the targets that l finds.
func (q *Query) lookUp(l *lookUp) {
	x := q.x
	n, last := 0, uint32(math.MaxUint32)
	for _, e := range x.entries[l.from:l.to] {
		if (e^l.tag)>>x.idBits != 0 {
			continue
		}
		id := e ^ l.tag
		if id == last { // a form that it has twice
			continue
		}
		last = id
		if q.seen[id] != q.asked {
			q.seen[id] = q.asked
			q.found = append(q.found, int32(id))
		}
		if n++; n == maxBucket {
			return
		}
	}
}
