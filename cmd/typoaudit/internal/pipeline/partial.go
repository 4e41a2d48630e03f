package pipeline

import (
	"context"
	"errors"
	"io"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/partial"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A Partial is one to write.
type Partial struct {
	Name     string // of the shard
	Settings []partial.Setting
	Write    func(func(io.Writer) error) error
}

// WritePartial reads sources as one shard of many, and writes a partial: what merge takes.
// incomplete says that a part of them could not be read.
func WritePartial(ctx context.Context, from Sources, o Options, w World, to Partial) (incomplete bool, err error) {
	p := newPass(from, o, w, nil)
	p.rests = &partial.RestLog{}
	defer p.rests.Close()
	if err := p.readFiles(ctx); err != nil {
		return false, err
	}
	p.complainOfFailed(nil)
	ledger := Merge(append(p.sinks.ledgers(), audit.NewLedger(p.sinks.ledgering)))
	parts := p.reading.Parts()
	h := partial.Header{Version: o.Audit.Tool.Version, Settings: to.Settings, Since: o.Since, Until: o.Until, Shards: []partial.Shard{{Name: to.Name}}, Unopened: p.unopened}
	for i := range parts {
		h.Shards[0].Parts = append(h.Shards[0].Parts, i)
	}
	err = to.Write(func(w io.Writer) error {
		return partial.Write(w, &h, parts, ledger.Pack, func(b *carry.BlockWriter) error { return p.rests.Write(b, &h) })
	})
	return p.partial, err
}

// merge puts the sources of all partials into order.
func (p *pass) merge(m *partial.Set) (*read.Merging, error) {
	o := p.o.Read
	p.sinks = p.newSinks()
	o.NewSink = p.sinks.add
	merging, err := read.Merge(m.Shards(), o)
	if err != nil {
		return nil, err
	}
	p.reading, p.sinks.reading = merging.Reading, merging.Reading
	return merging, nil
}

// MergePartials takes the verdict on what the shards read together. The Outcome must be
// closed. A history knows what was reported before; what was read it does not keep: that is
// in the partials.
func MergePartials(ctx context.Context, m *partial.Set, lists []string, o Options, w World) (*Outcome, error) {
	o.Since, o.Until = m.Window()
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
	return nil, errors.Join(m.Fault(err), memory.close())
}

// judgeMerged takes the verdict. Its error is not yet that of the Set.
func (p *pass) judgeMerged(m *partial.Set, memory *memory) (*audit.Verdicts, error) {
	merging, err := p.merge(m)
	if err != nil {
		return nil, err
	}
	ledger := audit.NewLedger(p.sinks.ledgering)
	if err := ledger.Unpack(m.Packed(merging)); err != nil {
		return nil, err
	}
	if err := merging.Join(m.RestsOf(merging)); err != nil {
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

// WriteMerged writes a partial of all that the partials hold. incomplete says that something
// is missing in them.
func WriteMerged(m *partial.Set, o Options, w World, to Partial) (incomplete bool, err error) {
	o.Since, o.Until = m.Window()
	p := newPass(Sources{}, o, w, nil)
	merging, err := p.merge(m)
	if err != nil {
		return false, err
	}
	if err := p.complainOfParts(m); err != nil {
		p.gap(err) // others may have what is recognised
	}
	return p.partial, to.Write(func(w io.Writer) error { return m.Write(w, merging) })
}

// complainOfParts complains of what is missing in the partials. It fails if nothing was
// recognised.
func (p *pass) complainOfParts(m *partial.Set) error {
	for _, text := range m.Unopened() {
		p.gap(errors.New(text))
	}
	incomplete, err := ComplainOfSources(p.reading, p.from, p.World)
	p.partial = p.partial || incomplete
	return err
}
