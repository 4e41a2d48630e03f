package audit

import (
	"cmp"
	"iter"
	"runtime"
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/reference"
)

// Verdicts are those on the domains that were written to.
type Verdicts struct {
	evidence *Evidence
	all      []found // in the order of the names
	slips    []bool  // the targets that are slips themselves
}

// A found verdict is one on a domain of the traffic.
type found struct {
	domain  uint32
	verdict lookalike.Verdict
	why     string // the question that is asked instead of a finding, "" for none
}

// Judge judges every domain that was written to, on several cores: first with
// all targets, then once more those that look like one, with each of their mails, and
// again without the targets that turned out to be slips themselves. It fails if what the
// ledger laid outside memory cannot be read back.
func (e *Evidence) Judge() (*Verdicts, error) {
	var subjects []uint32
	for id := range e.names {
		if e.roles[id] == roleOther && e.traffic.byDomain[id].Sent > 0 {
			subjects = append(subjects, uint32(id))
		}
	}
	all := e.judgeSome(subjects, unspoken, nil) // which is judged again
	if len(all) > 0 {
		var machines workers.Group
		machines.Go(e.findMachines)
		err := e.lookCloser(all)
		if machines.Wait(); err != nil {
			return nil, err
		}
	}
	subjects = subjects[:0]
	for i := range all {
		subjects = append(subjects, all[i].domain)
	}
	all = e.judgeSome(subjects, e.options.MinConfidence, nil)
	slips := e.slipTargets(all)
	isSlip := func(target int32) bool { return target >= 0 && slips[target] }
	var again []uint32
	rest := slices.DeleteFunc(all, func(f found) bool {
		if isSlip(f.verdict.Target) || f.verdict.Also.IsValid() && isSlip(f.verdict.AlsoTarget) {
			again = append(again, f.domain)
			return true
		}
		return false
	})
	all = append(rest, e.judgeSome(again, e.options.MinConfidence, slips)...)
	slices.SortFunc(all, func(x, y found) int { return cmp.Compare(e.names[x.domain].String(), e.names[y.domain].String()) })
	v := &Verdicts{evidence: e, all: all, slips: slips}
	for i := range all {
		if f := &all[i]; f.verdict.Confidence >= e.options.MinConfidence {
			f.why = e.question(f)
		}
	}
	return v, nil
}

// slipTargets marks the targets that are slips themselves, made often enough to
// look like a partner: nobody means them. Where two are found to be slips for
// each other, the surer verdict counts, or that on the later name.
func (e *Evidence) slipTargets(all []found) []bool {
	sure := make(map[uint32]*lookalike.Verdict, len(all))
	for i := range all {
		if all[i].verdict.Score >= e.targets.slipAt {
			sure[all[i].domain] = &all[i].verdict
		}
	}
	slips := make([]bool, len(e.targets.all))
	for id, v := range sure {
		t := e.targets.of[id]
		if t < 0 {
			continue
		}
		meant, _ := e.targets.domainOf(v.Target)
		back := sure[meant]
		slips[t] = back == nil || back.Target != t || back.Score < v.Score ||
			back.Score == v.Score && e.names[meant].String() < e.names[id].String()
	}
	return slips
}

// unspoken is a confidence that no verdict has: none is put into words.
const unspoken = 2

// judgeSome judges the subjects; targets in without are not considered. Verdicts of less
// confidence than least are not put into words.
func (e *Evidence) judgeSome(subjects []uint32, least float64, without []bool) []found {
	jobs := e.options.Jobs
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	parts := make([][]found, jobs)
	workers.Share(len(subjects), judgeBatch, jobs, func(worker int, numbers iter.Seq[int]) {
		m := e.matcher(least, without)
		for i := range numbers {
			if v, ok := m.judge(subjects[i]); ok {
				parts[worker] = append(parts[worker], found{domain: subjects[i], verdict: v})
			}
		}
	})
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(x, y found) int { return cmp.Compare(x.domain, y.domain) })
	return all
}

// judgeBatch is how many domains a worker takes at a time.
const judgeBatch = 64

// A matcher judges domains; it reuses its memory.
type matcher struct {
	e     *Evidence
	query *lookalike.Query
	twins []int32
	asked *asked // for the explanation of one name; else nil
	// settled are the verdicts of a snapshot, which stand for domains with much mail; else nil.
	settled map[uint32]found
}

// matcher returns a new one. Verdicts of less confidence than least are not put into words.
func (e *Evidence) matcher(least float64, without []bool) matcher {
	return matcher{e: e, query: e.targets.index.Query(least, without)}
}

// judge judges a domain that was written to.
func (m *matcher) judge(id uint32) (lookalike.Verdict, bool) {
	return m.judgeWith(id, m.e.traffic.byDomain[id], false)
}

// judgeWith judges a domain of the traffic as if it had that of t, of which the mail to it
// may be supposed.
func (m *matcher) judgeWith(id uint32, t lookalike.Traffic, supposed bool) (lookalike.Verdict, bool) {
	e := m.e
	m.twins = m.twinTargets(id, m.twins[:0])
	s := lookalike.Subject{
		Name: e.names[id], Traffic: t, Supposed: supposed, OfAll: e.options.AllSenders, Number: e.targets.of[id] + 1,
		FirstLook:  e.timeline == nil && e.acquainted == nil,
		Background: func() lookalike.Background { return e.background(e.names[id]) },
	}
	if m.asked == nil {
		s.MayBeTwin = func(target int32) bool {
			to, ok := e.targets.domainOf(target)
			return ok && e.recipients.mayShare(id, to)
		}
	}
	pair := func(to uint32) lookalike.Pair {
		p := m.pair(id, to)
		m.addAsked(&p, to)
		return p
	}
	v, ok := m.judgeName(s, m.twins, pair)
	if !ok || s.Traffic.Received == 0 {
		return v, ok
	}
	s.Traffic.Exchanges, s.Traffic.Answers = e.correspondence(id)
	return m.judgeName(s, m.twins, pair)
}

// judgeName judges a domain. pair returns what the traffic knows of it together with the
// domain of a number.
func (m *matcher) judgeName(s lookalike.Subject, twins []int32, pair func(to uint32) lookalike.Pair) (lookalike.Verdict, bool) {
	return m.query.Judge(s, twins, func(target int32) lookalike.Pair {
		if to, ok := m.e.targets.domainOf(target); ok {
			return pair(to)
		}
		return lookalike.Pair{}
	})
}

// background returns what is known of a domain beside its own traffic.
func (e *Evidence) background(name domain.Name) lookalike.Background {
	b := lookalike.Background{Established: reference.IsEstablished(name)}
	if parent, ok := name.Registrable(); ok && parent != name {
		if id, ok := e.kept.domains.Find([]byte(parent.String())); ok {
			b.Parent = e.traffic.byDomain[id]
		}
	}
	return b
}

// twinTargets appends the targets where a recipient of the domain has a
// namesake, in no order.
func (m *matcher) twinTargets(id uint32, buf []int32) []int32 {
	for other := range m.e.recipients.elsewhere(id) {
		if t := m.e.targets.of[other]; t >= 0 {
			buf = append(buf, t)
		}
	}
	return buf
}

// pair returns what the traffic knows of two domains together.
func (m *matcher) pair(d, e uint32) (p lookalike.Pair) {
	p.OnlyAnswered = m.e.answered[e]
	r := &m.e.recipients
	for address, end := r.of(d); address < end; address++ {
		twin, shared, ok := r.twinAt(r.addresses.At(address).Local, e)
		if !ok {
			continue
		}
		p.Twins++
		if shared {
			p.SharedTwins++
		}
		sent, same, amid := r.sentToBoth(address, twin)
		if amid {
			p.Amid++
		}
		if same {
			p.SameSender++
			m.e.timeline.pairOf(&p, address, twin, e)
		}
		if name := r.addresses.Local(address); sent > p.TwinMessages || p.TwinLocal == "" || sent == p.TwinMessages && string(name) < p.TwinLocal {
			p.TwinMessages, p.TwinLocal = sent, string(name)
		}
	}
	if m.e.acquainted != nil {
		p.Knowing, p.Known = m.e.knowing(d, e), m.e.people.writing
	}
	if p.Twins == 0 && m.e.timeline != nil { // a second look: there are few such pairs
		p.FormTyped, p.FormMeant = r.inAnotherForm(d, e)
	}
	return p
}
