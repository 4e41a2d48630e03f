package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/partial"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// valueOfColumn is how a value stands in a remark on a record (package table).
var valueOfColumn = regexp.MustCompile(`(column "(?:[^"\\]|\\.)*": )"(?:[^"\\]|\\.)*"`)

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
	failed   []error  // servers that could not be read, and files if none could
	problems []string // what was complained of
	unopened []string // of these, those of paths that are no source
	lists    []listFile
	rests    *partial.RestLog // of a shard; nil if what pieces share is joined here
}

// newPass returns a pass that keeps what it complains of, each text once.
func newPass(from Sources, o Options, w World, m *memory) *pass {
	p := &pass{from: from, o: o, memory: m}
	complain := w.Complain
	w.Complain = func(err error) {
		fresh := p.unsaid(err.Error())
		p.problems = append(p.problems, fresh...)
		said := errors.New(strings.Join(fresh, "\n"))
		var h *failure.Hint
		switch {
		case len(fresh) == 0:
		case errors.As(err, &h):
			complain(failure.WithHint(said, h.Text))
		default:
			complain(said)
		}
	}
	p.World = w
	return p
}

// unsaid returns the lines of a complaint that none had before.
func (p *pass) unsaid(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return slices.Contains(p.problems, line) })
}

// gap complains of something that is missing in what is audited.
func (p *pass) gap(err error) {
	p.Complain(err)
	p.partial = true
}

// complainOfFailed complains of what could not be had beside the files, and of a history
// that is not whole.
func (p *pass) complainOfFailed(m *memory) {
	for _, err := range slices.Concat(p.failed, p.o.Gaps) {
		p.gap(err)
	}
	if m != nil && m.store.Note != "" {
		p.gap(errors.New(m.store.Note))
	}
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
	p.lists = p.readAliases()
	if len(p.from.Servers)+len(p.from.Aliases) > 0 && len(p.lists) == 0 && !slices.ContainsFunc(p.reading.Sources, p.wasRead) {
		return nil, errors.Join(p.failed...)
	}
	p.complainOfFailed(p.memory)
	p.partial = p.partial || slices.ContainsFunc(p.reading.Sources, p.isLost)
	p.messages.files = p.reading
	options := p.o.Audit
	ledgers := append(p.sinks.ledgers(), audit.NewLedger(p.sinks.ledgering))
	var known *contentsMemory
	if p.memory != nil {
		known = p.memory.contents(p.reading, p.o.Content)
		earlier, err := p.recall(ctx)
		if err != nil {
			return nil, err
		}
		ledgers = append(ledgers, earlier...)
		options.Earlier, options.OnlyNew = &p.memory.earlier, p.memory.options.OnlyNew
	}
	options.Inspect = inspector(&p.messages, p.o.Content, known)
	return verdictsOn(ledgers, options)
}

// isLost reports a source of which part is missing, be it all of a pipe's.
func (p *pass) isLost(s *read.Source) bool {
	return s.IsLost(p.o.Since) || s.Empty && s.Name == source.Stdin
}

// verdictsOn takes the verdicts on all that was read: by the workers of this run, and its
// joiner, by earlier runs or in shards.
func verdictsOn(ledgers []*audit.Ledger, o audit.Options) (*audit.Verdicts, error) {
	evidence, err := audit.Learn(Merge(ledgers), o)
	if err != nil {
		return nil, err
	}
	return evidence.Judge()
}

func isRecognised(s *read.Source) bool { return s.Format != "" }

// wasRead reports a source that was read, be it empty.
func (p *pass) wasRead(s *read.Source) bool { return isRecognised(s) || p.from.isQuiet(s) }

// Merge merges ledgers into the largest, and returns that.
func Merge(all []*audit.Ledger) *audit.Ledger {
	slices.SortStableFunc(all, func(a, b *audit.Ledger) int { return cmp.Compare(b.Size(), a.Size()) })
	for _, l := range all[1:] {
		all[0].Merge(l)
	}
	return all[0]
}

// outcome makes the result, which opens the messages that are findings.
func (p *pass) outcome(ctx context.Context, v *audit.Verdicts) (out *Outcome, err error) {
	out = &Outcome{Reading: p.reading, Misaddressed: v.CheckRecipients(), memory: p.memory}
	if out.Result, err = v.Result(p.reading); err != nil {
		return nil, err
	}
	if err := p.judgeAliases(p.lists, v, out.Result); err != nil {
		return nil, err
	}
	if err := p.lookFurtherBack(ctx, out.Result); err != nil {
		return nil, err
	}
	p.mentionUnseen(v.Unseen(), out.Result)
	p.problems = append(p.problems, p.sinks.mentionTenant()...)
	out.Partial = p.complainOfSkipped() || p.partial
	p.complete(out.Result, out.Partial)
	return out, nil
}

// complete adds to a result what the audit does not know of the run.
func (p *pass) complete(r *result.Result, partial bool) {
	r.Window.Since, r.Window.Until = result.TimeOf(p.o.Since), result.TimeOf(p.o.Until)
	if first, last, ok := r.Span(); ok {
		r.Totals.From, r.Totals.To = result.TimeOf(first), result.TimeOf(last)
	}
	r.CountOlder()
	r.Incomplete, r.Coverage.Configured = partial, p.from.Configured
	r.Coverage.Problems = append(r.Coverage.Problems, p.problems...)
	if p.o.Tenant != nil {
		hideValues(r.Coverage.Problems)
		for i := range r.Coverage.Sources {
			hideValues(r.Coverage.Sources[i].Problems)
		}
	}
}

// hideValues takes the values out of remarks on the columns of exports: in one that several
// tenants have, a record that cannot be read may be anybody's.
func hideValues(problems []string) {
	for i, text := range problems {
		problems[i] = valueOfColumn.ReplaceAllString(text, `${1}a value`)
	}
}

// mentionUnseen warns of domains that somebody named and that never occur. Of a
// configuration the report alone says so: what cron runs is silent when all went well.
//
// One that a lookalike was found for is known by that.
func (p *pass) mentionUnseen(u audit.Unseen, r *result.Result) {
	isMeant := func(n domain.Name) bool {
		return slices.ContainsFunc(r.Lookalikes, func(l result.Lookalike) bool { return l.Intended == n.String() })
	}
	u.Protect = slices.DeleteFunc(u.Protect, isMeant)
	for _, x := range []struct {
		setting string
		names   []domain.Name
	}{{"internal", u.Internal}, {"protect", u.Protect}} {
		if len(x.names) == 0 {
			continue
		}
		names := make([]string, len(x.names))
		for i, n := range x.names {
			names[i] = n.String()
		}
		text := fmt.Sprintf("--%s %s: never occurs in what was read; is it spelled right?", x.setting, strings.Join(names, ", "))
		if p.from.Configured {
			p.problems = append(p.problems, strings.TrimPrefix(text, "--"))
			continue
		}
		p.Complain(errors.New(text))
	}
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
