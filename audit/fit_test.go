package audit

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/table"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// The weights of the verdict are fitted by
//
//	go test ./audit -run TestFit -v -fit DIR
//
// where DIR holds traffic-NAME.csv.gz and labels-NAME.csv. Sets whose names differ in
// their number alone, as org1 and org2, are measured together. It prints how well
// weights do that were fitted without the data they are tried on, and the
// weights that all the data gives, for lookalike/weights.go.
var fitDir = flag.String("fit", "", "folder of labelled traffic to fit the weights on")

// A sample is one labelled domain with the terms of its best candidate.
type sample struct {
	set, domain string
	meant       string // as the verdict has it
	fold        int
	typo        bool
	right       bool // the candidate is what was meant
	twin        bool
	terms       []lookalike.Term
}

const folds = 5

func TestFit(t *testing.T) {
	t.Parallel()
	if *fitDir == "" {
		t.Skip("no labelled traffic given by -fit")
	}
	sets := loadSets(t, *fitDir)
	groups := grouped(sets)
	prior := handSet()
	first := allSamples(sets, prior)
	var out [folds]fitted
	for f := range folds {
		out[f] = fitAll(sets, first, f)
	}
	var everything []scored
	for _, g := range groups {
		all := g.scored(func(fold int) fitted { return out[fold] })
		t.Logf("%-9s held out: %s, calibration error %.3f", g.name, g.measure(all), calibrationError(all))
		t.Logf("%-9s wrong, held out:%s", g.name, g.wrong(all))
		everything = append(everything, all...)
	}
	t.Logf("reliability, held out:%s", reliability(everything))
	whole := fitAll(sets, first, -1)
	for _, g := range groups {
		t.Logf("%-9s all:      %s", g.name, g.measure(g.scored(func(int) fitted { return whole })))
	}
	t.Logf("firmness %.1f, of the folds %.1f %.1f %.1f %.1f %.1f", whole.firmness, out[0].firmness, out[1].firmness, out[2].firmness, out[3].firmness, out[4].firmness)
	for i, x := range whole.weights {
		t.Logf("%2d %6.2f -> %6.2f", i, prior[i], x)
	}
}

// handSet are the weights that were set before any fit, in the order of
// lookalike.Weights: the ridge draws towards them, and not towards weights that
// have seen the data already.
func handSet() lookalike.Weights {
	return lookalike.Weights{
		-7.5, 5, 6, 5, 3.3, 1.3, -2.1, -0.8, 1.5, 4, 4,
		4, 5, 5, 3.7, 3.7, 1.7, 2.4, 0.9, 2, 4.6, 2.9,
		4, 1.2, 2, 4, -0.9, 3, -3, -1.5, -2.5, -2.5, -3.5,
		-2.2, 1.1, -2, 3, 3, -4.6, -1.5, -6, -0.5, -0.8, 0,
		0.8, 4.3, 2, 6, -4.5, 1, 1.9, 0.6, -1.8, -1, 4,
		2, 1, -2.5, 1,
		-0.7, 1.5, 0.7, 4, 1.5, -3, -4, 1.8, -4,
		-2.5, -2, -1, -1.5, -0.5, -1, 0.5, -1, -1, -1.5,
		0.5, -1.2, -0.5, -0.6, -1,
		1.5, 0.5, -1.5, -1.5, -1.5, -0.7, -1.5, -1, 0.5,
		1, -0.7, 0.7, 0.2, -0.5, -1, -3.5, 0.3, -0.5, 0.5, -0.5, 1,
	}
}

// A labelled set is evidence with the truth about its domains.
type labelled struct {
	name   string
	e      *Evidence
	labels map[string]label
	unsure map[string]bool
}

type label struct {
	typo     bool
	intended string
	twin     bool
}

func loadSets(t *testing.T, dir string) (sets []*labelled) {
	files, _ := filepath.Glob(filepath.Join(dir, "traffic-*.gz"))
	for _, f := range files {
		name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(f), "traffic-"), ".")
		s := &labelled{name: name, labels: map[string]label{}, unsure: map[string]bool{}}
		s.loadLabels(t, filepath.Join(dir, "labels-"+name+".csv"))
		s.load(t, f, nil)
		sets = append(sets, s)
		if isNumbered := strings.TrimRight(name, "0123456789") != name; strings.Contains(f, ".csv") && name != "lists" && !isNumbered { // the same with a list of partners
			l := &labelled{name: name + "+list", labels: s.labels, unsure: s.unsure}
			l.load(t, f, s.partners())
			sets = append(sets, l)
		}
	}
	return sets
}

// maxPartners is how many domains a list of partners has here.
const maxPartners = 300

// partners returns the legitimate domains with most mail.
func (s *labelled) partners() (names []domain.Name) {
	for _, target := range s.e.targets.all {
		if l, ok := s.labels[target.Name.String()]; target.Traffic.Sent > 0 && !target.Known && (!ok || !l.typo) && !s.unsure[target.Name.String()] {
			names = append(names, target.Name)
		}
	}
	return names[:min(maxPartners, len(names))]
}

func (s *labelled) load(t *testing.T, traffic string, partners []domain.Name) {
	providers, err := reference.Providers()
	if err != nil {
		t.Fatal(err)
	}
	o := Options{AllSenders: strings.Contains(traffic, ".csv"), Providers: providers, Reference: partners, Jobs: 1}
	inputs, _ := source.Expand([]string{traffic}, nil, time.Time{})
	reading, err := read.Read(context.Background(), inputs, read.Options{
		Formats: []parsers.Format{table.CSV{}, table.JSONL{}}, Location: time.UTC, Jobs: 1,
		NewSink: func(read.Role) parsers.Sink { return NewLedger(o.Ledgering(time.Time{}, time.Time{})) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.e, err = Learn(reading.Sinks[0].(*Ledger), o); err != nil {
		t.Fatal(err)
	}
}

func (s *labelled) loadLabels(t *testing.T, path string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		s.unsure[r[0]] = r[1] == "unsure"
		s.labels[r[0]] = label{typo: r[1] == "typo", intended: r[2], twin: r[4] == "yes"}
	}
}

// lift lowers the bar for candidates while fitting: those just below it must
// be able to rise.
const lift = 3

// samples judges every domain with weights w.
func (s *labelled) samples(w lookalike.Weights) (out []sample) {
	w[0] += lift
	s.e.targets.index = lookalike.NewIndexWith(s.e.targets.all, w)
	s.e.targets.slipAt = lift
	v, err := s.e.Judge()
	if err != nil {
		panic(err) // nothing was spilled
	}
	for _, f := range v.all {
		name := s.e.names[f.domain].String()
		if s.unsure[name] || s.e.question(&f) != "" { // what is asked for is no finding
			continue
		}
		l := s.labels[name]
		h := fnv.New32a()
		h.Write([]byte(organisationOf(f.verdict.Intended)))
		out = append(out, sample{
			set: s.name, domain: name, meant: f.verdict.Intended.String(), fold: int(h.Sum32() % folds), typo: l.typo,
			right: s.isRight(l.intended, f.verdict.Intended.String()), twin: l.twin, terms: f.verdict.Terms,
		})
	}
	return out
}

// organisationOf returns the registered label, by which the folds are split: no fold
// is tried on slips for an organisation that it was fitted on.
func organisationOf(d domain.Name) string {
	if r, ok := d.Registrable(); ok {
		d = r
	}
	label, _, _ := strings.Cut(d.String(), ".")
	return label
}

// isRight reports whether a verdict names what was meant. The lists name a
// provider's national twin now and then: there the name alone must agree.
func (s *labelled) isRight(meant, said string) bool {
	if s.name == "lists" {
		meant, _, _ = strings.Cut(meant, ".")
		said, _, _ = strings.Cut(said, ".")
	}
	return meant == said
}

// rounds is how often the best candidates are chosen again with better weights.
const rounds = 3

// fitted are weights, and how firm their scores are: see lookalike.Firmness.
type fitted struct {
	weights  lookalike.Weights
	firmness float64
}

// confidence is that of a sample.
func (f *fitted) confidence(x sample) float64 {
	z := score(x, f.weights)
	if z > 0 {
		z *= f.firmness / lookalike.Firmness
	}
	return lookalike.Confidence(z)
}

func allSamples(sets []*labelled, w lookalike.Weights) (all []sample) {
	for _, s := range sets {
		all = append(all, s.samples(w)...)
	}
	return all
}

// fitAll fits to all folds but one, of which it sees nothing. first are the samples with
// the weights that were set by hand.
func fitAll(sets []*labelled, first []sample, without int) fitted {
	prior := handSet()
	train := others(first, without)
	w := regress(train, prior)
	for range rounds - 1 {
		train = others(allSamples(sets, w), without)
		w = regress(train, prior)
	}
	return fitted{w, firmness(train, prior)}
}

// others returns the samples to fit to: those outside a fold, and no slips that were taken
// for one of another domain.
func others(all []sample, without int) (train []sample) {
	for _, x := range all {
		if x.fold != without && (!x.typo || x.right) {
			train = append(train, x)
		}
	}
	return train
}

// firmness returns by what the scores above zero are best multiplied, each taken with
// weights that were fitted without its fold.
func firmness(train []sample, prior lookalike.Weights) (best float64) {
	var unseen []scored
	for f := range folds {
		w := regress(others(train, f), prior)
		for _, x := range train {
			if z := score(x, w); x.fold == f && z > 0 {
				unseen = append(unseen, scored{p: z, typo: x.typo})
			}
		}
	}
	most := math.Inf(-1)
	for firm := 0.5; firm <= 3; firm += 0.1 {
		sum := 0.0
		for _, x := range unseen {
			p := lookalike.Confidence(x.p * firm / lookalike.Firmness)
			if !x.typo {
				p = 1 - p
			}
			sum += math.Log(p)
		}
		if sum > most {
			best, most = firm, sum
		}
	}
	return best
}

// weight is how much a sample counts. Among strangers' domains that were
// written to once, as in the lists, a false alarm is worse than a miss.
func (x *sample) weight() float64 {
	switch {
	case x.set == "enron" || x.set == "real":
		return natural
	case strings.HasSuffix(x.set, "+list"):
		return 0.5 // they were counted without it
	case x.typo || x.set != "lists":
		return 1
	}
	return falseAlarm
}

// natural is how much a sample of natural traffic counts: that is what people have.
const natural = 2

// falseAlarm is how many misses such a false alarm is as bad as.
const falseAlarm = 3

// ridge is how strongly the weights are held to what was set by hand, in
// observations of weight one.
const ridge = 1

// smallStep is the change of weights below which a fit ends.
const smallStep = 1e-4

// ridgeOf returns the ridge of a weight. That of the channel is one by definition.
func ridgeOf(i int) float64 {
	if i == lookalike.Channel {
		return 1e7
	}
	return ridge
}

// regress fits a logistic regression by Newton's method.
func regress(train []sample, prior lookalike.Weights) lookalike.Weights {
	n := len(prior)
	w := prior
	for range 25 {
		grad := make([]float64, n)
		hess := make([][]float64, n)
		for i := range hess {
			hess[i] = make([]float64, n)
			hess[i][i] = ridgeOf(i)
			grad[i] = -ridgeOf(i) * (w[i] - prior[i])
		}
		for _, x := range train {
			p := 1 / (1 + math.Exp(-score(x, w)))
			y := 0.0
			if x.typo {
				y = 1
			}
			for _, a := range x.terms {
				grad[a.Index] += x.weight() * (y - p) * a.Value
				for _, b := range x.terms {
					hess[a.Index][b.Index] += x.weight() * p * (1 - p) * a.Value * b.Value
				}
			}
		}
		step, from := solve(hess, grad), likelihood(train, w, prior)
		for size := 1.0; ; size /= 2 { // a whole step may overshoot
			next := w
			for i, d := range step {
				next[i] += size * d
			}
			if size < 1e-6 || likelihood(train, next, prior) >= from {
				w = next
				break
			}
		}
		if !slices.ContainsFunc(step, func(d float64) bool { return math.Abs(d) > smallStep }) {
			break
		}
	}
	return w
}

// likelihood is the logarithm of the chance of train under w, less the ridge.
func likelihood(train []sample, w, prior lookalike.Weights) (sum float64) {
	for _, x := range train {
		z := score(x, w)
		if !x.typo {
			z = -z
		}
		sum -= x.weight() * math.Log1p(math.Exp(-z))
	}
	for i := range w {
		sum -= ridgeOf(i) / 2 * (w[i] - prior[i]) * (w[i] - prior[i])
	}
	return sum
}

func score(x sample, w lookalike.Weights) (sum float64) {
	for _, t := range x.terms {
		sum += w[t.Index] * t.Value
	}
	return sum
}

// solve solves a·x = b by elimination with pivots.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		p := i
		for j := i + 1; j < n; j++ {
			if math.Abs(a[j][i]) > math.Abs(a[p][i]) {
				p = j
			}
		}
		a[i], a[p] = a[p], a[i]
		b[i], b[p] = b[p], b[i]
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= f * a[i][k]
			}
			b[j] -= f * b[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = b[i]
		for k := i + 1; k < n; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

// A group is the sets of one kind.
type group struct {
	name string
	sets []*labelled
}

// grouped puts the sets together whose names differ in their number alone.
func grouped(sets []*labelled) (groups []*group) {
	for _, s := range sets {
		name := strings.TrimRight(s.name, "0123456789")
		if n := len(groups); n > 0 && groups[n-1].name == name {
			groups[n-1].sets = append(groups[n-1].sets, s)
			continue
		}
		groups = append(groups, &group{name, []*labelled{s}})
	}
	return groups
}

// A scored domain was judged by weights that had not seen it.
type scored struct {
	p           float64
	typo, right bool
	twin        bool
	domain      string
	meant       string
}

// scored judges each domain of each set by its fold's weights, the surest first.
func (g *group) scored(by func(fold int) fitted) (all []scored) {
	for _, s := range g.sets {
		seen := map[string]bool{}
		for f := range folds {
			w := by(f)
			for _, x := range s.samples(w.weights) {
				if x.fold == f && !seen[x.domain] {
					seen[x.domain] = true
					all = append(all, scored{w.confidence(x), x.typo, x.right, x.twin, x.domain, x.meant})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b scored) int { return -cmpFloat(a.p, b.p) })
	return all
}

// wrong lists what was missed and the false alarms.
func (g *group) wrong(all []scored) string {
	var text strings.Builder
	said := map[string]scored{}
	for _, x := range all {
		if before, isThere := said[x.domain]; !isThere || x.p < before.p {
			said[x.domain] = x
		}
		if !x.typo && x.p >= 0.5 {
			fmt.Fprintf(&text, "\n  false  %.2f %s: said %s", x.p, x.domain, x.meant)
		}
	}
	for _, s := range g.sets {
		for _, d := range slices.Sorted(maps.Keys(s.labels)) {
			if x := said[d]; s.labels[d].typo && x.p < 0.5 {
				fmt.Fprintf(&text, "\n  missed %.2f %s: meant %s, said %s", x.p, d, s.labels[d].intended, x.meant)
			}
		}
	}
	return text.String()
}

// calibrationError returns by how much, on the average, the confidence of what is
// shown differs from what was so, in ten ranges.
func calibrationError(all []scored) (sum float64) {
	const ranges = 10
	var n, typos, said [ranges]float64
	total := 0.0
	for _, x := range all {
		if x.p < 0.01 {
			continue
		}
		i := min(ranges-1, int(x.p*ranges))
		n[i], said[i], total = n[i]+1, said[i]+x.p, total+1
		if x.typo {
			typos[i]++
		}
	}
	for i := range ranges {
		sum += math.Abs(said[i] - typos[i])
	}
	return sum / max(1, total)
}

// reliability says, for ranges of confidence, what was said and what was so.
func reliability(all []scored) string {
	from := [...]float64{0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.3, 0.1, 0.01}
	var text strings.Builder
	to := 1.0
	for _, least := range from {
		n, typos, said := 0, 0, 0.0
		for _, x := range all {
			if x.p >= least && (x.p < to || to == 1) {
				n, said = n+1, said+x.p
				if x.typo {
					typos++
				}
			}
		}
		fmt.Fprintf(&text, "\n%.2f-%.2f: %4d domains, said %.3f, was %.3f", least, to, n, said/float64(max(1, n)), float64(typos)/float64(max(1, n)))
		to = least
	}
	return text.String()
}

// measure returns precision and recall at one half, the highest recall at a
// precision of .95, and false alarms, each domain judged by its fold's weights.
func (g *group) measure(all []scored) string {
	typos, noTwin := 0, 0
	for _, s := range g.sets {
		for _, l := range s.labels {
			if l.typo {
				typos++
				if !l.twin {
					noTwin++
				}
			}
		}
	}
	var tp, fp, right, lone, atTP, atFP int
	best := 0.0
	for _, x := range all {
		if x.typo {
			tp++
		} else {
			fp++
		}
		if x.p >= 0.5 {
			atTP, atFP = tp, fp
			if x.typo && x.right {
				right++
			}
			if x.typo && !x.twin {
				lone++
			}
		}
		if float64(tp) >= 0.95*float64(tp+fp) {
			best = max(best, float64(tp)/float64(typos))
		}
	}
	return fmt.Sprintf("P %.3f R %.3f R@P95 %.3f intended %.3f no-twin %.3f, %d false alarms",
		float64(atTP)/float64(max(1, atTP+atFP)), float64(atTP)/float64(typos), best, float64(right)/float64(max(1, atTP)), float64(lone)/float64(max(1, noTwin)), atFP)
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
