package source

import (
	"bytes"
	"cmp"
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
		for i, a := range g {
			for j, b := range g {
				if i != j && copies[a] == nil && copies[b] == nil && isBeginning(a, b, i > j) {
					copies[a] = b
				}
			}
		}
	}
	for _, in := range inputs {
		if copies[in] == nil {
			kept = append(kept, in)
		}
	}
	return kept, copies
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
	sizeA, errA := a.textSize()
	sizeB, errB := b.textSize()
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
