package source

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"io"
	"slices"
)

// DropCopies leaves out the inputs whose content is the beginning of another
// one's: a log and its copy, and a copy that was taken when the log was shorter.
// copies gives the input that each of them is a copy of. An input is known by
// its content after decompression, never by its name. The first given of two
// equal ones is kept; streams are never left out.
func DropCopies(inputs []*Input) (kept []*Input, copies map[*Input]*Input) {
	copies = map[*Input]*Input{}
	groups := map[string][]*Input{}
	for _, in := range inputs {
		if len(in.head) > 0 && in.stream == nil {
			first, _, _ := bytes.Cut(in.head[:min(len(in.head), 1<<10)], []byte("\n"))
			groups[string(first)] = append(groups[string(first)], in)
		}
	}
	for _, g := range groups {
		if len(g) > fewAlike {
			dropOfMany(g, copies)
		} else {
			dropOfFew(g, copies)
		}
	}
	for _, in := range inputs {
		if copies[in] == nil {
			kept = append(kept, in)
		}
	}
	return kept, copies
}

// dropOfFew finds the copies among inputs that begin alike, two at a time.
func dropOfFew(g []*Input, copies map[*Input]*Input) {
	for i, a := range g {
		for j, b := range g {
			if i != j && copies[a] == nil && copies[b] == nil && isBeginning(a, b, i > j) {
				copies[a] = b
			}
		}
	}
}

// fewAlike is how many inputs that begin alike are compared two at a time.
const fewAlike = 8

// A beginning is as much of an input as may be the whole of another one.
type beginning struct {
	in    *Input
	size  int64
	whole bool // all of it: the input may be a copy
}

// dropOfMany finds the copies among many inputs that begin alike. Each is read once, the
// shortest first, and at each length at which one ended before it is looked whether that
// is its beginning: two at a time would be read as often as there are others.
func dropOfMany(g []*Input, copies map[*Input]*Input) {
	seed := maphash.MakeSeed()
	all := beginnings(g, seed)
	var ends []int64 // of those so far that are whole
	type content struct {
		size int64
		sum  uint64
	}
	ended, longest := map[content]*Input{}, map[*Input]*Input{}
	for _, b := range all {
		if b.whole && (len(ends) == 0 || ends[len(ends)-1] < b.size) {
			ends = append(ends, b.size)
		}
		sums, err := b.sums(seed, ends)
		if err != nil {
			continue // it says so when it is read
		}
		for i, sum := range sums {
			c := content{ends[i], sum}
			switch a := ended[c]; {
			case a != nil && c.size < b.size:
				longest[a] = b.in
			case a != nil && b.whole:
				copies[b.in] = a
			case b.whole && c.size == b.size:
				ended[c] = b.in
			}
		}
	}
	for a, b := range longest {
		copies[a] = b
	}
	for a, b := range copies { // a copy of one that turned out to be the beginning of another
		for of := copies[b]; of != nil; of = copies[of] {
			copies[a] = of
		}
	}
}

// beginnings returns those of inputs, the shortest first. Of one that is larger than its
// head, and shares that with no other, no more is read: it is no copy.
func beginnings(g []*Input, seed maphash.Seed) (all []beginning) {
	heads := map[uint64]int{}
	for _, in := range g {
		heads[maphash.Bytes(seed, in.head)]++
	}
	for _, in := range g {
		b := beginning{in: in, size: int64(len(in.head)), whole: len(in.head) < HeadSize}
		if !b.whole && heads[maphash.Bytes(seed, in.head)] > 1 {
			size, err := in.TextSize()
			if err != nil {
				continue
			}
			b.size, b.whole = size, true
		}
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(a, b beginning) int { return cmp.Compare(a.size, b.size) })
	return all
}

// sums returns the checksums of the beginning up to each of some ascending lengths that it
// has.
func (b *beginning) sums(seed maphash.Seed, ends []int64) (all []uint64, err error) {
	var r io.Reader = bytes.NewReader(b.in.head)
	if b.size > int64(len(b.in.head)) {
		text, err := b.in.Open()
		if err != nil {
			return nil, err
		}
		defer text.Close()
		defer b.in.read.Store(0)
		r = text
	}
	var h maphash.Hash
	h.SetSeed(seed)
	buf := make([]byte, HeadSize)
	at := int64(0)
	for _, end := range ends {
		if end > b.size {
			break
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{&h}, io.LimitReader(r, end-at), buf)
		if at += n; err != nil || at < end {
			return all, cmp.Or(err, io.ErrUnexpectedEOF)
		}
		all = append(all, h.Sum64())
	}
	return all, nil
}

// isBeginning reports whether all of a is the beginning of b. Of two equal ones
// the later given is: later says whether a is.
func isBeginning(a, b *Input, later bool) bool {
	if len(a.head) < HeadSize {
		return bytes.HasPrefix(b.head, a.head) && (later || len(b.head) > len(a.head))
	}
	if !bytes.Equal(a.head, b.head) {
		return false
	}
	sizeA, errA := a.TextSize()
	sizeB, errB := b.TextSize()
	if errA != nil || errB != nil || sizeA > sizeB || sizeA == sizeB && !later {
		return false
	}
	tailA, errA := a.Slice(sizeA-HeadSize, HeadSize)
	tailB, errB := b.Slice(sizeA-HeadSize, HeadSize)
	return errA == nil && errB == nil && bytes.Equal(tailA, tailB)
}

// CompareNames compares names with the numbers in them taken as numbers, so
// that mail.log.10 comes after mail.log.9.
func CompareNames(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			if c := cmp.Or(cmp.Compare(na, nb), cmp.Compare(a[:na], b[:nb])); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) (n int) {
	for n < len(s) && s[n]-'0' < 10 {
		n++
	}
	return n
}
