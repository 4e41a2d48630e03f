package parsers

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
)

// The same content counts once: a log and its copy, and a copy that was taken
// when the log was shorter. A source is known by its content after
// decompression, never by its name.

// dropCopies leaves out the inputs whose content another one has, and says so.
// The first given of two equal ones stays. Streams are never left out.
func dropCopies(inputs []*Input) (kept []*Input, copies map[*Input]*Input) {
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
				if i != j && copies[a] == nil && copies[b] == nil && startsWith(b, a, i > j) {
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

// startsWith tells whether all of a is the beginning of b; of two equal ones
// only if later says that a may be left out.
func startsWith(b, a *Input, later bool) bool {
	if len(a.head) < headSize {
		return bytes.HasPrefix(b.head, a.head) && (later || len(b.head) > len(a.head))
	}
	if !bytes.Equal(a.head, b.head) {
		return false
	}
	sizeA, errA := a.decodedSize()
	sizeB, errB := b.decodedSize()
	if errA != nil || errB != nil || sizeA > sizeB || sizeA == sizeB && !later {
		return false
	}
	tailA, errA := a.slice(sizeA-headSize, headSize)
	tailB, errB := b.slice(sizeA-headSize, headSize)
	return errA == nil && errB == nil && bytes.Equal(tailA, tailB)
}

// decodedSize reads all of a compressed input to learn its size. That is done
// only where two inputs begin alike.
func (in *Input) decodedSize() (int64, error) {
	if f, skip, ok, err := in.ReaderAt(); err != nil {
		return 0, err
	} else if ok {
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return 0, err
		}
		return info.Size() - skip, nil
	}
	r, err := in.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	defer in.read.Store(0)
	n, err := io.Copy(io.Discard, r)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // it is being written, or broken: up to there it may be a copy
	}
	return n, err
}

// slice returns n bytes of the decoded input from a place on.
func (in *Input) slice(from, n int64) ([]byte, error) {
	b := make([]byte, n)
	if f, skip, ok, err := in.ReaderAt(); err != nil {
		return nil, err
	} else if ok {
		defer f.Close()
		_, err := f.ReadAt(b, from+skip)
		return b, err
	}
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	defer in.read.Store(0)
	if _, err := io.CopyN(io.Discard, r, from); err != nil {
		return nil, err
	}
	_, err = io.ReadFull(r, b)
	return b, err
}

// copyText says that a source was left out.
func copyText(of *Input) string { return fmt.Sprintf("same content as %s: counted once", of.name) }

// inOrder sorts sources by the time of their first line, as rotation wrote
// them; those without one by name, in which a higher number is an older log.
func inOrder(sources []*source) {
	slices.SortStableFunc(sources, func(a, b *source) int {
		if a.timed && b.timed {
			if c := a.first.Compare(b.first); c != 0 {
				return c
			}
		}
		if a.timed != b.timed {
			if a.timed {
				return -1
			}
			return 1
		}
		return cmp.Or(compareNatural(b.out.Name, a.out.Name), 0)
	})
}

// compareNatural compares names with the numbers in them taken as numbers.
func compareNatural(a, b string) int {
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
