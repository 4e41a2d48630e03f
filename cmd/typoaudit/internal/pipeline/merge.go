package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A Merged is partials that belong together. It must be closed.
type Merged struct {
	all      []*partFile
	decoder  *carry.Decoder // of all
	unopened []string       // paths that a shard lacks, see header; sorted
}

// OpenPartials opens partials, and refuses those that cannot be merged: of another version
// of the program, read in another way, damaged, or with the same log in two of them. The
// same shard twice counts once. expected are names of shards, of the files that have them, or of
// sources, with their folders or without; all must be there.
func OpenPartials(paths []string, version string, expected []string) (m *Merged, err error) {
	d, err := carry.NewDecoder()
	if err != nil {
		return nil, err
	}
	m = &Merged{decoder: d}
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

func openPath(path string, d *carry.Decoder) (*partFile, error) {
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
func (m *Merged) expect(names []string) error {
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
func (m *Merged) Settings() []Setting { return m.all[0].header.Settings }

// Close closes the files.
func (m *Merged) Close() {
	for _, p := range m.all {
		p.close()
	}
	m.decoder.Close()
}

// merge puts the sources of all partials into order.
func (p *pass) merge(m *Merged) (*read.Merging, error) {
	o := p.o.Read
	p.sinks = p.newSinks()
	o.NewSink = p.sinks.add
	var shards [][]read.Part
	for _, f := range m.all {
		shards = append(shards, f.parts)
	}
	merging, err := read.Merge(shards, o)
	if err != nil {
		return nil, err
	}
	p.reading, p.sinks.reading = merging.Reading, merging.Reading
	return merging, nil
}

// packed returns the ledgers of all partials.
func (m *Merged) packed(merging *read.Merging) (all []audit.Packed) {
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

// fault names the partial of which the ledger cannot be read.
func (m *Merged) fault(err error) error {
	var of *audit.PackedError
	if errors.As(err, &of) {
		return m.all[of.Index].fault(of.Err, nil)
	}
	return err
}

// A place is a source of one partial.
type place struct {
	file   *partFile
	source int
}

// places returns those of the sources of the Reading.
func (m *Merged) places(merging *read.Merging) []place {
	all := make([]place, len(merging.Reading.Sources))
	for i, f := range m.all {
		for source, index := range merging.Indices[i] {
			all[index] = place{f, source}
		}
	}
	return all
}

// restsOf returns what yields the rests of a source of the Reading.
func (m *Merged) restsOf(merging *read.Merging) func(source int32, yield func(piece int32, packed []byte) error) error {
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
func (f *partFile) eachRest(b carry.Block, yield func(piece int32, packed []byte) error) error {
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

// MergePartials takes the verdict on what the shards read together. The Outcome must be
// closed. A history knows what was reported before; what was read it does not keep: that is
// in the partials.
func MergePartials(ctx context.Context, m *Merged, lists []string, o Options, w World) (*Outcome, error) {
	o.Since, o.Until = m.all[0].header.Since, m.all[0].header.Until
	memory, err := remember(ctx, o.History, w)
	if err != nil {
		return nil, err
	}
	p := newPass(Sources{Aliases: lists}, o, w, nil)
	verdicts, err := p.judgeMerged(m, memory)
	if err == nil {
		p.memory = memory
		var out *Outcome
		if out, err = p.outcome(ctx, verdicts); err == nil {
			return out, nil
		}
	}
	return nil, errors.Join(err, memory.close())
}

func (p *pass) judgeMerged(m *Merged, memory *memory) (*audit.Verdicts, error) {
	merging, err := p.merge(m)
	if err != nil {
		return nil, err
	}
	ledger := audit.NewLedger(p.sinks.ledgering)
	if err := ledger.Unpack(m.packed(merging)); err != nil {
		return nil, m.fault(err)
	}
	if err := merging.Join(m.restsOf(merging)); err != nil {
		return nil, err
	}
	if err := p.complainOfParts(m); err != nil {
		return nil, err
	}
	p.lists = p.readAliases()
	p.complainOfFailed(memory)
	p.messages.files = p.reading
	options := p.o.Audit
	options.Inspect = inspector(&p.messages, false, nil)
	if memory != nil {
		memory.contents(p.reading, false)
		for _, s := range p.reading.Sources {
			memory.noteDays(s)
		}
		memory.earlier.Until = p.o.Until
		options.Earlier, options.OnlyNew = &memory.earlier, memory.options.OnlyNew
	}
	return verdictsOn(append(p.sinks.ledgers(), ledger), options)
}

// Write writes a partial of all that the partials hold. partial says that something is missing
// in them.
func (m *Merged) Write(o Options, w World, to Partial) (partial bool, err error) {
	o.Since, o.Until = m.all[0].header.Since, m.all[0].header.Until
	p := newPass(Sources{}, o, w, nil)
	merging, err := p.merge(m)
	if err != nil {
		return false, err
	}
	if err := p.complainOfParts(m); err != nil {
		p.gap(err) // others may have what is recognised
	}
	pack := func(w *carry.BlockWriter) error { return m.fault(audit.PackUnion(m.packed(merging), w)) }
	h, parts := m.header(merging)
	places := m.places(merging)
	return p.partial, to.Write(func(w io.Writer) error {
		return writePartial(w, &h, parts, pack, func(b *carry.BlockWriter) error { return copyRests(b, &h, places) })
	})
}

// copyRests writes the rests of sources in their order, as they stand in the partials.
func copyRests(w *carry.BlockWriter, h *header, places []place) error {
	for index, at := range places {
		for _, b := range at.file.rests[at.source] {
			h.Rests = append(h.Rests, index)
			if err := w.Copy(at.file.r, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// complainOfParts complains of what is missing in the partials. It fails if nothing was
// recognised.
func (p *pass) complainOfParts(m *Merged) error {
	for _, text := range m.unopened {
		p.gap(errors.New(text))
	}
	partial, err := ComplainOfSources(p.reading, p.from, p.World)
	p.partial = p.partial || partial
	return err
}

// header returns that of a partial of all, and its sources.
func (m *Merged) header(merging *read.Merging) (header, []read.Part) {
	first := &m.all[0].header
	h := header{Version: first.Version, Settings: first.Settings, Since: first.Since, Until: first.Until, Unopened: m.unopened}
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
