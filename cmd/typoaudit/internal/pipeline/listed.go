package pipeline

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/aliases"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A listFile is a file of aliases that was read.
type listFile struct {
	name string
	*aliases.File
}

// readAliases reads the files of addresses that mail is sent on to. One that cannot be
// read is a gap.
func (p *pass) readAliases() (files []listFile) {
	for _, pattern := range p.from.Aliases {
		for _, path := range source.Paths(pattern) {
			f, err := readAliasFile(path)
			if err != nil {
				p.failed = append(p.failed, fmt.Errorf("aliases %s: %w", path, failure.Plain(err)))
				continue
			}
			p.complainOfList(path, f)
			files = append(files, listFile{path, f})
		}
	}
	return files
}

// complainOfList says what a file names that was not judged. In an unattended run the report
// alone says that it is empty, as a list without members may be.
func (p *pass) complainOfList(path string, f *aliases.File) {
	if n := len(f.NotUnderstood); n > 0 {
		p.gap(fmt.Errorf("aliases %s: %s not understood: %s", path, counted(n, "line"), firstOf(f.NotUnderstood)))
	}
	if f.Includes > 0 {
		p.gap(fmt.Errorf("aliases %s: names %s by :include:, not read: to be given by --aliases", path, counted(f.Includes, "file")))
	}
	switch empty := fmt.Errorf("aliases %s: it is empty", path); {
	case f.Lines > 0:
	case p.from.Configured:
		p.problems = append(p.problems, empty.Error())
	default:
		p.gap(empty)
	}
}

// counted is a number of things.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// firstOf names the first lines.
func firstOf(lines []int) string {
	const most = 5
	var names []string
	for _, n := range lines[:min(most, len(lines))] {
		names = append(names, fmt.Sprint(n))
	}
	if len(lines) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

func readAliasFile(path string) (*aliases.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return aliases.Read(path, f)
}

// judgeAliases adds to a result the addresses that look mistyped. What the traffic says of
// a domain counts; of one that it does not have, the other addresses of the files are the
// evidence.
func (p *pass) judgeAliases(files []listFile, traffic *audit.Verdicts, r *result.Result) error {
	if len(files) == 0 {
		return nil
	}
	alone, err := p.verdictsOn(files, r.InternalDomains)
	if err != nil {
		return err
	}
	for _, f := range files {
		r.Coverage.Lists = append(r.Coverage.Lists, result.ListFile{Name: f.name, Lines: f.Lines, Addresses: len(f.Entries), NotUnderstood: len(f.NotUnderstood)})
		for i := range f.Entries {
			e := &f.Entries[i]
			x, err := explain(e.Address, traffic, alone)
			switch {
			case err != nil: // no domain that could be mistyped
				continue
			case x.Question != "":
				r.Ask(result.NewQuestion(x.Domain, x.Intended, fmt.Sprintf("%s It stands in %s, line %d.", x.Question, f.name, e.Line), 0, x.Confidence))
				continue
			case !x.Lookalike:
				if x.Confidence >= result.MinHidden {
					r.Coverage.HiddenListed++
				}
				continue
			}
			cause := result.CauseForward
			if e.List {
				cause = result.CauseList
			}
			r.Listed = append(r.Listed, result.Listed{
				Source: f.name, Line: e.Line, Place: e.Place, Cause: cause, Address: e.Address, Meant: x.Meant, Lookalike: x.Domain, Intended: x.Intended,
				Kind: x.Kind, How: x.How, Confidence: x.Confidence, Verdict: x.Verdict,
			})
		}
	}
	s := result.NewSuppressor(p.o.Audit.Ignore, p.o.Audit.Now)
	r.Listed, r.Questions = s.KeepListed(r.Listed), s.Answer(r.Questions)
	s.CountIn(&r.Coverage)
	return nil
}

// explain returns why an address is a slip, or none.
func explain(address string, traffic, alone *audit.Verdicts) (*result.Explanation, error) {
	x, err := traffic.Explain(address, "")
	if err != nil || x.Lookalike || x.Messages > 0 || x.Received > 0 {
		return x, err
	}
	return alone.Explain(address, "")
}

// verdictsOn judges the addresses of files by themselves.
func (p *pass) verdictsOn(files []listFile, own []string) (*audit.Verdicts, error) {
	o := p.o.Audit
	o.AllSenders, o.Earlier, o.OnlyNew, o.Inspect = true, nil, false, nil
	for _, name := range own {
		if n, err := domain.Parse(name); err == nil && !slices.Contains(o.Internal, n) {
			o.Internal = append(slices.Clip(o.Internal), n)
		}
	}
	ledger := audit.NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, f := range files {
		for i := range f.Entries {
			e := &f.Entries[i]
			ledger.Add(&parsers.Delivery{AuthUser: e.Place, Submitted: true, Recipient: e.Address, Direction: parsers.DirectionOutbound, Count: 1})
		}
	}
	evidence, err := audit.Learn(ledger, o)
	if err != nil {
		return nil, err
	}
	return evidence.Judge()
}
