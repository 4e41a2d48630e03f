package lookalike

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A boundCase makes targets, domains that were written to, and what is known of both.
type boundCase struct{ *rand.Rand }

func (r boundCase) oneIn(n int) bool { return r.IntN(n) == 0 }

func (r boundCase) suffix() string {
	all := [...]string{"com", "net", "org", "de", "fr", "co", "cm", "om", "info", "co.uk", "uk", "com.br", "con", "ed", "ac.uk", "gov"}
	return all[r.IntN(len(all))]
}

// name returns a name of few letters, so that many are alike; some have a label more.
func (r boundCase) name() string {
	text := make([]byte, 3+r.IntN(9))
	for i := range text {
		text[i] = "aeinorstml-1g"[r.IntN(13)]
	}
	text[0], text[len(text)-1] = 'n', 'e'
	if r.oneIn(5) {
		return []string{"us", "mail", "de1"}[r.IntN(3)] + "." + string(text)
	}
	if r.oneIn(8) {
		return string(text[:2]) + "mail"
	}
	return string(text)
}

// slipOf returns a domain with an error or two, mostly of one letter instead of another one;
// its suffix may be another one as well.
func (r boundCase) slipOf(name, suffix string) string {
	text := []byte(name)
	for range r.IntN(3) {
		i := r.IntN(len(text))
		switch r.IntN(7) {
		case 0:
			text = append(text[:i], text[i+1:]...)
		case 1:
			if i > 0 {
				text[i-1], text[i] = text[i], text[i-1]
			}
		case 2:
			text = append(text[:i+1], text[i:]...)
		default:
			if text[i] != '.' || r.oneIn(4) {
				text[i] = "abcdefghijklmnopqrstuvwxyz0123456789-."[r.IntN(38)]
			}
		}
		if len(text) < 3 {
			break
		}
	}
	if r.oneIn(2) {
		suffix = r.suffix()
	}
	return string(text) + "." + suffix
}

func (r boundCase) traffic() Traffic {
	some := func() int64 { return r.Int64N(1 << r.IntN(12)) }
	t := Traffic{Sent: 1 + some(), Recipients: 1 + r.Int64N(9)}
	t.Senders = 1 + r.Int64N(t.Sent)
	t.Recipients = min(t.Recipients, t.Sent)
	switch r.IntN(5) {
	case 0:
		t.NoDomain = t.Sent
	case 1:
		t.NoUser, t.Failed = t.Sent/2, t.Sent/2
	default:
		t.Arrived = t.Sent
	}
	if r.oneIn(3) {
		t.Received = 1 + some()
		t.Writers, t.Answers, t.Exchanges = r.Int64N(4), r.Int64N(3), r.Int64N(2)
	}
	if r.oneIn(9) {
		t.Forwarded, t.Aliases = t.Sent, 1
	}
	return t
}

func (r boundCase) target(name string) Target {
	t := Target{Name: domain.Canonical(name), Traffic: r.traffic(), Thin: r.oneIn(9)}
	switch r.IntN(8) {
	case 0:
		t.Own = true
	case 1:
		t.Listed = true
	case 2:
		t.Protected, t.Traffic = true, Traffic{}
	case 3:
		t.Known, t.Major, t.Thin, t.Family = true, r.oneIn(2), false, "one"
		if r.oneIn(2) {
			t.Traffic = Traffic{}
		}
	}
	return t
}

// pair returns what is known of two domains, a twin included if there may be one.
func (r boundCase) pair(first, mayBeTwin bool) (p Pair) {
	p.OnlyAnswered = r.oneIn(3)
	if !first {
		p.Knowing, p.Known = r.Int64N(3), 1+r.Int64N(1000)
	}
	if !mayBeTwin || r.oneIn(3) {
		if !first && r.oneIn(2) {
			p.FormTyped, p.FormMeant = "j.doe", "jane.doe"
		}
		return p
	}
	p.Twins, p.TwinLocal = 1+r.Int64N(3), "jane"
	p.SharedTwins, p.SameSender, p.Amid = r.Int64N(2), r.Int64N(2), r.Int64N(2)
	p.Corrections, p.Reversed, p.Beside = r.Int64N(2), r.Int64N(2), r.Int64N(2)
	return p
}

// weights returns the default ones, or any.
func (r boundCase) weights() Weights {
	w := DefaultWeights()
	switch r.IntN(4) {
	case 0:
		for i := range w {
			w[i] = 3 * r.NormFloat64()
		}
	case 1:
		for i := range w {
			w[i] += r.NormFloat64()
		}
	}
	w[Channel] = 1
	return w
}

// index returns one of n targets, and of each a domain that is like it.
func (r boundCase) index(n int, w Weights) (x *Index, typed []string) {
	var targets []Target
	for range n {
		name, suffix := r.name(), r.suffix()
		targets = append(targets, r.target(name+"."+suffix))
		typed = append(typed, r.slipOf(name, suffix))
	}
	return NewIndexWith(targets, w), typed
}

func (r boundCase) subject(name string) Subject {
	s := Subject{Name: domain.Canonical(name), Traffic: r.traffic(), FirstLook: r.oneIn(2), Known: r.oneIn(9)}
	b := Background{Established: r.oneIn(3)}
	if r.oneIn(3) {
		b.Parent = r.traffic()
	}
	s.Background = func() Background { return b }
	return s
}

// errorOf returns what the error of a slip adds to a score, but for the words of both names.
func errorOf(x *Index, s *slip, dp *parts, e *Target, ep *parts) (score float64) {
	for _, f := range features(nil, s, &Subject{}, dp, e, ep, &Pair{}) {
		switch {
		case f.term.isOfError(), f.term == termSibling, f.term == termSiblingLong, f.term == termSpelled, f.term == termSpread:
			score += x.weights[f.term] * f.value
		}
	}
	return score
}

// TestBoundOfError: with any weights, no error weighs more than its bound, and most errors have
// one.
func TestBoundOfError(t *testing.T) {
	t.Parallel()
	r := boundCase{rand.New(rand.NewPCG(15, 16))}
	rounds, pairs, bounds := 400, 0, 0
	if testing.Short() {
		rounds = 40
	}
	for range rounds {
		x, _ := r.index(300, r.weights())
		q := x.Query(0, nil)
		for id := range x.targets {
			e, ep := q.target(int32(id))
			dp := cut(domain.Canonical(r.slipOf(ep.stem(), ep.suffix())))
			s, ok := compare(&dp, ep, maxEdits)
			if !ok {
				continue
			}
			x.channel.weigh(&s, &dp, ep)
			pairs++
			sign, p := signatureOf(&dp), q.prospectOf(&dp)
			p.words = 0
			bound := x.mostOfError(&p, &x.standings[id], &sign, &x.signs[id])
			if score := errorOf(x, &s, &dp, e, ep); score > bound+boundRounding {
				t.Fatalf("%s for %s, %s: %g, beyond %g\n%+v", dp.full, ep.full, s.kind, score, bound, s)
			}
			if !math.IsInf(bound, 1) {
				bounds++
			}
		}
	}
	if bounds < pairs/3 {
		t.Errorf("%d of %d errors have a bound", bounds, pairs)
	}
}

// TestBound: with any weights, no score is above the bound of what was known before.
func TestBound(t *testing.T) {
	t.Parallel()
	r := boundCase{rand.New(rand.NewPCG(11, 12))}
	rounds, bounds := 400, 0
	if testing.Short() {
		rounds = 40
	}
	for range rounds {
		x, names := r.index(300, r.weights())
		q := x.Query(0, nil)
		for id, name := range names {
			q.subject = r.subject(name)
			d := &q.subject
			d.crowd, d.background = x.crowd, d.Background()
			dp := cut(d.Name)
			e, ep := q.target(int32(id))
			s, ok := compare(&dp, ep, maxEdits)
			if !ok {
				continue
			}
			x.channel.weigh(&s, &dp, ep)
			sign, p := signatureOf(&dp), q.prospectOf(&dp)
			standing, mayBeTwin := &x.standings[id], r.oneIn(2)
			compared := x.sum(features(nil, &s, d, &dp, e, ep, &Pair{})) + p.withPair(&x.weights, standing, mayBeTwin)
			s.lookWordsUp(&dp, ep)
			words := x.ofWords(&s, ep)
			if words > p.words {
				t.Fatalf("%s for %s: the words weigh %g, beyond %g", name, e.Name, words, p.words)
			}
			pair := r.pair(d.FirstLook, mayBeTwin)
			score := x.sum(features(nil, &s, d, &dp, e, ep, &pair))
			if score > compared+words {
				t.Fatalf("%s for %s, %s: %g, beyond %g when compared\n%+v", name, e.Name, s.kind, score, compared+words, pair)
			}
			bound := p.withTarget(&x.weights, standing) + x.mostOfError(&p, standing, &sign, &x.signs[id])
			if mayBeTwin {
				bound += p.twin
			}
			if score > bound {
				t.Fatalf("%s for %s, %s: %g, beyond %g\n%+v\n%+v", name, e.Name, s.kind, score, bound, s, pair)
			}
			if bound < minScore {
				bounds++
			}
		}
	}
	if bounds == 0 {
		t.Error("no bound is low")
	}
}

// TestBoundLeavesNothingOut: verdicts are those that are found if each target that comes up is
// compared.
func TestBoundLeavesNothingOut(t *testing.T) {
	t.Parallel()
	r := boundCase{rand.New(rand.NewPCG(13, 14))}
	rounds, found, hopeless := 8, 0, 0
	if testing.Short() {
		rounds = 3
	}
	for range rounds {
		w := r.weights()
		x, names := r.index(1000, w)
		all := NewIndexWith(x.targets, w)
		for i := range all.standings {
			all.standings[i].most = float32(math.Inf(1))
		}
		q, whole := x.Query(0, nil), all.Query(0, nil)
		for _, name := range names {
			s, seed := r.subject(name), r.Uint64()
			mayBeTwin := func(id int32) bool { return (uint64(id)+seed)%3 == 0 }
			if r.oneIn(3) {
				s.MayBeTwin = mayBeTwin
			}
			pair := func(id int32) Pair {
				of := boundCase{rand.New(rand.NewPCG(seed, uint64(id)))}
				return of.pair(s.FirstLook, s.MayBeTwin == nil || mayBeTwin(id))
			}
			got, ok := q.Judge(s, nil, pair)
			want, wanted := whole.Judge(s, nil, pair)
			if ok != wanted || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: got %v %+v, want %v %+v", name, ok, got, wanted, want)
			}
			if ok {
				found++
			}
			candidates := q.candidates(&s)
			sign, p := signatureOf(&q.parts), q.prospectOf(&q.parts)
			for _, id := range candidates {
				if q.isHopeless(&p, id, &sign, &x.signs[id]) {
					hopeless++
				}
			}
		}
	}
	if found == 0 || hopeless == 0 {
		t.Errorf("%d verdicts; %d targets were left out", found, hopeless)
	}
}
