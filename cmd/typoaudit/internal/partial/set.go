package partial

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A Set is partials that belong together. It must be closed.
type Set struct {
	all      []*File
	decoder  *carry.Decoder // of all
	unopened []string       // paths that a shard lacks, see header; sorted
}

// Open opens partials, and refuses those that cannot be merged: of another version
// of the program, read in another way, damaged, or with the same log in two of them. The
// same shard twice counts once. expected are names of shards, of the files that have them, or of
// sources, with their folders or without; all must be there.
func Open(paths []string, version string, expected []string) (m *Set, err error) {
	d, err := carry.NewDecoder()
	if err != nil {
		return nil, err
	}
	m = &Set{decoder: d}
	defer func() {
		if err != nil {
			m.Close()
		}
	}()
	for _, path := range paths {
		p, err := openPath(path, d)
		if err != nil {
			return m, err
		}
		m.all = append(m.all, p)
	}
	if err := m.expect(expected); err != nil {
		return m, err
	}
	if err := checkSame(m.all, version); err != nil {
		return m, err
	}
	kept, err := dropRepeated(slices.Clone(m.all))
	if err != nil {
		return m, err
	}
	for _, p := range m.all { // those that repeat a shard may lack others
		m.unopened = append(m.unopened, p.header.Unopened...)
	}
	slices.Sort(m.unopened)
	m.unopened = slices.Compact(m.unopened)
	for _, p := range m.all {
		if !slices.Contains(kept, p) {
			p.close()
		}
	}
	m.all = kept
	return m, checkSources(m.all)
}

func openPath(path string, d *carry.Decoder) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, failure.Plain(err))
	}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%s: not a regular file", path), f.Close())
	}
	return openPart(path, f, d)
}

// maxMissing is how many names an error has.
const maxMissing = 10

// expect is the error of names that nothing has.
func (m *Set) expect(names []string) error {
	known := map[string]bool{}
	for _, p := range m.all {
		known[p.path], known[filepath.Base(p.path)] = true, true
		for _, s := range p.header.Shards {
			known[s.Name], known[filepath.Base(s.Name)] = true, true
		}
		for i := range p.parts {
			known[p.parts[i].Name], known[filepath.Base(p.parts[i].Name)] = true, true
		}
	}
	missing := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return known[n] })
	if len(missing) == 0 {
		return nil
	}
	rest := ""
	if n := len(missing) - maxMissing; n > 0 {
		missing, rest = missing[:maxMissing], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("missing: %s%s", strings.Join(missing, ", "), rest)
}

// Settings returns those by which the shards were read.
func (m *Set) Settings() []Setting { return m.all[0].header.Settings }

// Window returns the times of --since and --until with which the shards were read.
func (m *Set) Window() (since, until time.Time) {
	return m.all[0].header.Since, m.all[0].header.Until
}

// Shards returns the sources of each partial.
func (m *Set) Shards() (all [][]read.Part) {
	for _, f := range m.all {
		all = append(all, f.parts)
	}
	return all
}

// Unopened says of each path that is no source why a shard could not have it, sorted.
func (m *Set) Unopened() []string { return m.unopened }

// Write writes a partial of all that the partials hold.
func (m *Set) Write(w io.Writer, merging *read.Merging) error {
	h, parts := m.header(merging)
	pack := func(w *carry.BlockWriter) error { return m.Fault(audit.PackUnion(m.Packed(merging), w)) }
	return Write(w, &h, parts, pack, func(b *carry.BlockWriter) error { return copyRests(b, &h, m.places(merging)) })
}

// Close closes the files.
func (m *Set) Close() {
	for _, p := range m.all {
		p.close()
	}
	m.decoder.Close()
}

// dropRepeated leaves out partials whose shards are all in another one. One that shares but
// some of them with another is an error.
func dropRepeated(all []*File) (kept []*File, err error) {
	slices.SortStableFunc(all, func(a, b *File) int { return cmp.Compare(len(b.shards), len(a.shards)) })
	of := map[string]*File{} // the partial that has a shard
	for _, p := range all {
		if len(p.shards) > 0 && isIn(of[p.shards[0]], p.shards, of) {
			continue
		}
		for i, id := range p.shards {
			if q := of[id]; q != nil {
				return nil, fmt.Errorf("%s and %s have the shard %s both, and others beside it: merge them from the shards themselves", q.path, p.path, p.header.Shards[i].Name)
			}
			of[id] = p
		}
		kept = append(kept, p)
	}
	return kept, nil
}

// isIn reports that all shards are those of one partial, which may be nil for none.
func isIn(p *File, shards []string, of map[string]*File) bool {
	return p != nil && !slices.ContainsFunc(shards, func(id string) bool { return of[id] != p })
}

// checkSame refuses partials that were not read in the same way.
func checkSame(all []*File, version string) error {
	for _, p := range all {
		if p.header.Version != version {
			return fmt.Errorf("%s: was written by version %s of the program, and this is %s: write it again by this one", p.path, p.header.Version, version)
		}
		if text := all[0].header.differs(&p.header); text != "" {
			return fmt.Errorf("%s and %s were not read in the same way: %s", all[0].path, p.path, text)
		}
	}
	return nil
}

// differs says in what two headers differ, "" if in nothing that changes what is read.
func (h *Header) differs(g *Header) string {
	for i := range max(len(h.Settings), len(g.Settings)) {
		switch {
		case i >= len(h.Settings), i >= len(g.Settings), h.Settings[i].Name != g.Settings[i].Name:
			return "with other settings"
		case h.Settings[i] != g.Settings[i]:
			return fmt.Sprintf("%s is %q in one and %q in the other", h.Settings[i].Name, h.Settings[i].Value, g.Settings[i].Value)
		}
	}
	if !h.Since.Equal(g.Since) || !h.Until.Equal(g.Until) {
		return "the window of --since and --until is another one; give times, and no ages"
	}
	return ""
}

// checkSources refuses the same log in two shards: its mail would count twice.
func checkSources(all []*File) error {
	type place struct{ path, name string }
	whole, begins := map[read.Content]place{}, map[uint64]place{}
	for _, p := range all {
		for i := range p.parts {
			part := &p.parts[i]
			c, here := part.Content, place{p.path, part.Name}
			if c.Size == 0 {
				continue
			}
			if there, ok := whole[c]; ok {
				return fmt.Errorf("%s of %s and %s of %s are the same: a log may be in one shard alone", there.name, there.path, here.name, here.path)
			}
			whole[c] = here
			if part.Mailbox || !c.FillsHead() {
				continue
			}
			if there, ok := begins[c.Head]; ok {
				return fmt.Errorf("%s of %s and %s of %s begin alike: one is a copy of the other, made when it was shorter", there.name, there.path, here.name, here.path)
			}
			begins[c.Head] = here
		}
	}
	return nil
}

// Packed returns the ledgers of all partials.
func (m *Set) Packed(merging *read.Merging) (all []audit.Packed) {
	for i, f := range m.all {
		all = append(all, audit.Packed{File: f.r, Blocks: f.ledger, At: func(source, piece uint64) (int64, bool) {
			if source >= uint64(len(f.parts)) {
				return 0, false
			}
			to := merging.Indices[i][source]
			return int64(to), merging.HasPiece(to, piece)
		}})
	}
	return all
}

// Fault names the partial of which the ledger cannot be read.
func (m *Set) Fault(err error) error {
	var of *audit.PackedError
	if errors.As(err, &of) {
		return m.all[of.Index].fault(of.Err, nil)
	}
	return err
}

// A place is a source of one partial.
type place struct {
	file   *File
	source int
}

// places returns those of the sources of the Reading.
func (m *Set) places(merging *read.Merging) []place {
	all := make([]place, len(merging.Reading.Sources))
	for i, f := range m.all {
		for source, index := range merging.Indices[i] {
			all[index] = place{f, source}
		}
	}
	return all
}

// RestsOf returns what yields the rests of a source of the Reading.
func (m *Set) RestsOf(merging *read.Merging) func(source int32, yield func(piece int32, packed []byte) error) error {
	places := m.places(merging)
	return func(index int32, yield func(piece int32, packed []byte) error) error {
		at := places[index]
		for _, b := range at.file.rests[at.source] {
			if err := at.file.eachRest(b, yield); err != nil {
				return at.file.fault(err, nil)
			}
		}
		return nil
	}
}

// eachRest yields the rests of a block.
func (f *File) eachRest(b carry.Block, yield func(piece int32, packed []byte) error) error {
	raw, err := f.r.Read(b)
	if err != nil {
		return err
	}
	for u := carry.Unpack(raw); u.More(); {
		piece, packed := u.Below(1<<31), u.Bytes()
		if u.Err != nil {
			return u.Err
		}
		if err := yield(int32(piece), packed); err != nil {
			return err
		}
	}
	return nil
}

// header returns that of a partial of all, and its sources.
func (m *Set) header(merging *read.Merging) (Header, []read.Part) {
	first := &m.all[0].header
	h := Header{Version: first.Version, Settings: first.Settings, Since: first.Since, Until: first.Until, Unopened: m.unopened}
	parts := make([]read.Part, len(merging.Reading.Sources))
	for i, f := range m.all {
		for source := range f.parts {
			parts[merging.Indices[i][source]] = f.parts[source]
		}
		for _, s := range f.header.Shards {
			of := Shard{Name: s.Name}
			for _, source := range s.Parts {
				of.Parts = append(of.Parts, int(merging.Indices[i][source]))
			}
			slices.Sort(of.Parts)
			h.Shards = append(h.Shards, of)
		}
	}
	slices.SortFunc(h.Shards, func(a, b Shard) int { return strings.Compare(a.Name, b.Name) })
	return h, parts
}
