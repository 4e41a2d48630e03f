package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A pass is one way through the pipeline.
type pass struct {
	World
	from     Sources
	o        Options
	memory   *memory // nil without a history
	next     *int64  // with a history, the number of the next source that is new
	sinks    *sinks
	reading  *read.Reading
	messages messages
	partial  bool
}

// judge reads everything and takes the verdicts.
func (p *pass) judge(ctx context.Context) (*audit.Verdicts, error) {
	if err := p.readFiles(ctx); err != nil {
		return nil, err
	}
	for _, s := range p.from.Servers {
		if err := p.readServer(ctx, s); err != nil {
			return nil, err
		}
	}
	if len(p.from.Servers) > 0 && !slices.ContainsFunc(p.reading.Sources, isRecognised) {
		return nil, errors.New("none of the sources could be read")
	}
	p.messages.files = p.reading
	options := p.o.Audit
	options.Inspect = inspector(&p.messages, p.o.Content)
	ledgers := p.sinks.ledgers()
	if p.memory != nil {
		earlier, err := p.recall(ctx)
		if err != nil {
			return nil, err
		}
		ledgers = append(ledgers, earlier...)
		options.Earlier, options.OnlyNew = &p.memory.earlier, p.memory.options.OnlyNew
	}
	evidence, err := audit.Learn(Merge(ledgers), options)
	if err != nil {
		return nil, err
	}
	return evidence.Judge()
}

func isRecognised(s *read.Source) bool { return s.Format != "" }

// Merge merges ledgers into the largest, and returns that.
func Merge(all []*audit.Ledger) *audit.Ledger {
	slices.SortStableFunc(all, func(a, b *audit.Ledger) int { return cmp.Compare(b.Size(), a.Size()) })
	for _, l := range all[1:] {
		all[0].Merge(l)
	}
	return all[0]
}

// outcome makes the result, which opens the messages that are findings.
func (p *pass) outcome(v *audit.Verdicts) (out *Outcome, err error) {
	out = &Outcome{Reading: p.reading, Misaddressed: v.CheckRecipients(), memory: p.memory}
	if out.Result, err = v.Result(p.reading); err != nil {
		return nil, err
	}
	out.Partial = p.complainOfSkipped() || p.partial
	return out, nil
}

// complainOfSkipped says that messages could not be opened again, which is a gap
// where they were to be searched.
func (p *pass) complainOfSkipped() (partial bool) {
	for _, s := range p.messages.servers {
		if n := s.messages.Skipped(); n > 0 && p.o.Content {
			p.Complain(fmt.Errorf("%d messages to lookalike domains could not be opened again: what they carried is not reported", n))
			partial = true
		}
	}
	return partial
}
