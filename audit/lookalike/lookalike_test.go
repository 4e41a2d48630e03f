package lookalike

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	seen := map[Kind]bool{}
	for _, test := range []struct {
		typed, meant string
		want         Kind
	}{
		{"acme.co", "acme.com", TLDCut}, {"acme.c", "acme.com", TLDCut}, {"army.mi", "army.mil", TLDCut},
		{"acme.comi", "acme.com", TLDAppended}, {"acme.org", "acme.com", TLDSwapped}, {"army.ml", "army.mil", TLDSwapped},
		{"acme.con", "acme.com", TLDMistyped}, {"acme.com", "acme.co", TLDSwapped}, {"acme.uk", "acme.co.uk", SecondLevel}, {"acme.org.uk", "acme.co.uk", SecondLevel},
		{"acm.com", "acme.com", Deletion}, {"accme.com", "acme.com", Repetition}, {"amce.com", "acme.com", Transposition},
		{"acmwe.com", "acme.com", NeighbourInserted}, {"acmr.com", "acme.com", NeighbourInstead}, {"acmo.com", "acme.com", Vowel},
		{"acmqpe.com", "acmqe.com", Insertion}, {"acwe.com", "acme.com", Substitution}, {"acmepart.com", "acmeparts.com", Plural},
		{"mailacme.com", "mail.acme.com", DotMissing}, {"acme.parts.com", "acmeparts.com", DotExtra}, {"maillacme.com", "mail.acme.com", DotReplaced},
		{"mai.lacme.com", "mail.acme.com", DotMoved}, {"acmeparts.com", "acme-parts.com", HyphenMissing}, {"acme-parts.com", "acmeparts.com", HyphenExtra},
		{"acme.parts.com", "acme-parts.com", HyphenReplaced}, {"acme.comjohn", "acme.com", GluedTail}, {"wwwacme.com", "acme.com", GluedHead}, {"1975acme.com", "acme.com", GluedHead},
		{"mail.acme", "mail.acme.com", LabelsCut}, {"mail.com", "mail.acme.com", LabelDropped}, {"acme.com.com", "acme.com", LabelAdded},
		{"acme.mail.com", "mail.acme.com", LabelReordered}, {"acme.couk", "acme.co.uk", DotMissing}, {"xn--cme-5cd.com", "acme.com", Homoglyph}, {"xn--acm-dma.com", "acme.com", IDN}, {"xn--gmal-xpa.com", "gmail.com", IDN},
		{"acrne.com", "acme.com", ASCIILookalike}, {"acme1.com", "acmel.com", ASCIILookalike}, {"accme-parts.com", "aacme-parts.com", BitFlip}, {"amceparst.com", "acmeparts.com", TwoEdits},
	} {
		d, e := cut(domain.Must(test.typed)), cut(domain.Must(test.meant))
		s, ok := compare(&d, &e, 2)
		if !ok || s.kind != test.want {
			t.Errorf("%s for %s: got %v %q, want %q", test.typed, test.meant, ok, s.kind, test.want)
			continue
		}
		seen[s.kind] = true
		if how := s.how(&d, &e); how == "" || strings.HasPrefix(how, "0") {
			t.Errorf("%s for %s: %q", test.typed, test.meant, how)
		}
		x := NewIndex([]Target{{Name: domain.Must(test.meant)}})
		if len(x.Query(0, nil).candidates(&Subject{Name: domain.Must(test.typed)})) != 1 {
			t.Errorf("%s is not found for %s", test.meant, test.typed)
		}
	}
	for _, k := range kinds() {
		if !seen[k] && k != LabelReplaced { // which needs a twin
			t.Errorf("no example of %s", k)
		}
	}
}

func TestLabelReplacedNeedsATwin(t *testing.T) {
	t.Parallel()
	d, e := cut(domain.Must("vger.consulting.com")), cut(domain.Must("vger.acme.com"))
	if s, ok := compare(&d, &e, 2); ok {
		t.Errorf("without a twin: %q", s.kind)
	}
	if s, ok := compare(&d, &e, maxTwinEdits); !ok || s.kind != LabelReplaced {
		t.Errorf("with a twin: %v %q", ok, s.kind)
	}
	d, e = cut(domain.Must("consulting.com.cn")), cut(domain.Must("acme.com.cn"))
	if s, ok := compare(&d, &e, maxTwinEdits); ok {
		t.Errorf("a whole name is no part of one: %q", s.kind)
	}
	for _, other := range []string{"mail.consulting.com", "lists.acme.com"} {
		d, e := cut(domain.Must(other)), cut(domain.Must("mail.acme.com"))
		if s, ok := compare(&d, &e, maxTwinEdits); ok {
			t.Errorf("%s is no slip for mail.acme.com: %q", other, s.kind)
		}
	}
}

// TestDigitAndSuffix: with a twin an error may be in the name and another in the suffix, but a
// digit more and another suffix that exists are no two errors.
func TestDigitAndSuffix(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typed, meant string
		want         bool
	}{
		{"corp2.net", "corp.example", false}, {"acme4.org", "acme.com", false}, {"acme4.con", "acme.com", true},
		{"amce.org", "acme.com", true}, {"acme1.org", "acmel.com", true}, {"acme4.co", "acme.com", true},
	} {
		d, e := cut(domain.Must(test.typed)), cut(domain.Must(test.meant))
		if s, ok := compare(&d, &e, maxTwinEdits); ok != test.want {
			t.Errorf("%s for %s: %v %q", test.typed, test.meant, ok, s.kind)
		}
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"abc", "acb", 1}, {"ca", "abc", 3}, {"kitten", "sitting", 3}, {"gmail", "gmial", 1}, {"abcd", "badc", 2}} {
		if got := Distance(test.a, test.b, 5); got != test.want {
			t.Errorf("%q, %q: got %d, want %d", test.a, test.b, got, test.want)
		}
		if got := Distance(test.b, test.a, 0); got != min(test.want, 1) {
			t.Errorf("%q, %q within 0: %d", test.b, test.a, got)
		}
	}
}

func TestAdjacent(t *testing.T) {
	t.Parallel()
	for _, pair := range []string{"qw", "as", "qa", "tz", "za", "ui", "mn", "sx"} {
		if !adjacent(pair[0], pair[1]) || !adjacent(pair[1], pair[0]) {
			t.Errorf("%s do not touch", pair)
		}
	}
	for _, pair := range []string{"qp", "aa", "gp", "1m"} {
		if adjacent(pair[0], pair[1]) {
			t.Errorf("%s touch", pair)
		}
	}
}

// TestIndexFindsAll holds the index against comparing everything with
// everything, under the same depth rule.
func TestIndexFindsAll(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	word := func() string {
		b := make([]byte, 1+r.IntN(9))
		for i := range b {
			b[i] = "abcde"[r.IntN(5)]
		}
		return string(b)
	}
	suffixes := []string{"com", "co.uk", "de", "org"}
	var targets []Target
	used := map[string]bool{}
	for len(targets) < 400 {
		name := word() + "." + suffixes[r.IntN(len(suffixes))]
		if r.IntN(5) == 0 {
			name = word() + "." + name
		}
		if !used[name] {
			used[name] = true
			targets = append(targets, Target{Name: domain.Must(name)})
		}
	}
	x := NewIndex(targets)
	var all []parts
	for i := range targets {
		all = append(all, cut(targets[i].Name))
	}
	missed, found := 0, 0
	for range 600 {
		name := targets[r.IntN(len(targets))].Name.String()
		at := r.IntN(len(name))
		switch r.IntN(3) {
		case 0:
			name = name[:at] + name[at+1:]
		case 1:
			name = name[:at] + word()[:1] + name[at:]
		}
		d, err := domain.Parse(name)
		if err != nil {
			continue
		}
		dp := cut(d)
		got := x.Query(0, nil).candidates(&Subject{Name: d})
		slices.Sort(got)
		if len(got) > maxCandidates {
			t.Fatalf("%d candidates", len(got))
		}
		for id := range targets {
			ep := &all[id]
			if dp.suffix() != ep.suffix() {
				continue
			}
			if n := Distance(dp.stem(), ep.stem(), 2); n == 0 || n > min(2, depth(min(len(dp.stem()), len(ep.stem())))) {
				continue
			}
			found++
			if _, ok := slices.BinarySearch(got, int32(id)); !ok {
				missed++
				t.Logf("%s: %s is not found", d, targets[id].Name)
			}
		}
	}
	if missed > 0 || found < 100 {
		t.Errorf("%d of %d are missed", missed, found)
	}
}

func judge(t *testing.T, s Subject, targets ...Target) (Verdict, bool) {
	t.Helper()
	x := NewIndex(targets)
	return x.Query(0, nil).Judge(s, nil, func(int32) Pair { return Pair{} })
}

// TestSignature: what a signature says cannot be is none, of names that differ in
// every way that is reported, and of names at random.
func TestSignature(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	letters := "abcdeilmnorstvw01-."
	suffixes := []string{"com", "con", "co", "net", "org", "de", "co.uk", "uk", "org.uk", "com.br", "info", "gov", "mil", "ml"}
	names := []string{"xn--mnchen-3ya.de", "munchen.de", "www-acme.com", "mail.acme.com", "mail.a.acme.com", "acme.mail.com", "corp.acme.co.uk", "rnicrosoft.com", "microsoft.com", "vvordclub.com", "wordclub.com"}
	for range 400 {
		name := make([]byte, 2+r.IntN(9))
		for i := range name {
			name[i] = letters[r.IntN(len(letters))]
		}
		names = append(names, string(name)+"."+suffixes[r.IntN(len(suffixes))])
	}
	passed, kept := 0, 0
	for _, text := range names {
		near := []string{text, text + "m", "www" + text, text + ".ar", strings.Replace(text, ".", "", 1), strings.Replace(text, "-", ".", 1)}
		for _, label := range []string{"mail", "corp", "hq", "a"} { // one more, and others in its place
			near = append(near, label+"."+text, strings.Replace(text, text[:strings.IndexByte(text, '.')], label, 1))
		}
		for range 60 { // up to five edits
			b := []byte(text)
			for range 1 + r.IntN(5) {
				switch i := r.IntN(len(b)); r.IntN(3) {
				case 0:
					b[i] = letters[r.IntN(len(letters))]
				case 1:
					b = slices.Delete(b, i, i+1)
				default:
					b = slices.Insert(b, i, letters[r.IntN(len(letters))])
				}
				if len(b) == 0 {
					b = []byte("x")
				}
			}
			near = append(near, string(b))
		}
		for range 30 {
			near = append(near, names[r.IntN(len(names))])
		}
		d, err := domain.Parse(text)
		if err != nil {
			continue
		}
		dp := cut(d)
		ds := signatureOf(&dp)
		for _, other := range near {
			e, err := domain.Parse(other)
			if err != nil {
				continue
			}
			ep := cut(e)
			es := signatureOf(&ep)
			for _, limit := range []int{maxEdits, maxTwinEdits} {
				passed++
				if ds.mayBe(&es, limit) {
					kept++
					continue
				}
				if s, ok := compare(&dp, &ep, limit); ok {
					t.Errorf("%s for %s is %s, but its signature says no", d, e, s.kind)
				}
			}
		}
	}
	if kept == passed || kept == 0 {
		t.Errorf("%d of %d pairs pass", kept, passed)
	}
}

// TestFirstLook: what is known to have no twin, and is looked at first, is judged as if it were
// asked of each target what is known of both.
func TestFirstLook(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	name := func() string {
		b := make([]byte, 3+r.IntN(6))
		for i := range b {
			b[i] = "aeilnorst"[r.IntN(9)]
		}
		return string(b) + "." + []string{"com", "co", "net", "de", "co.uk"}[r.IntN(5)]
	}
	var targets []Target
	for range 3000 {
		sent := int64(1) << r.IntN(12)
		targets = append(targets, Target{Name: domain.Canonical(name()), Thin: r.IntN(9) == 0, Traffic: Traffic{Sent: sent, Senders: min(9, sent), Recipients: 1, Received: sent / 3}})
	}
	x := NewIndex(targets)
	const ofTwins, shared, lone = 0, 1, 2 // a target by its number
	pair := func(id int32) (p Pair) {
		p.OnlyAnswered = id%7 == 3
		switch id % 5 {
		case ofTwins:
			return Pair{Twins: 1, SameSender: int64(id % 2), TwinLocal: "jane"}
		case shared:
			return Pair{Twins: 1, SharedTwins: 1, Amid: int64(id % 2), SameSender: 1, TwinLocal: "info"}
		case lone:
			p.Knowing, p.Known, p.FormTyped, p.FormMeant = 1, 1000, "j.doe", "jane.doe"
		}
		return p
	}
	firstPair := func(id int32) Pair {
		p := pair(id)
		p.Knowing, p.Known, p.FormTyped, p.FormMeant = 0, 0, "", ""
		return p
	}
	var twins []int32
	for id := range int32(len(targets)) {
		if id%5 == ofTwins {
			twins = append(twins, id)
		}
	}
	mayBeTwin := func(id int32) bool { return id%5 == shared }
	found, subjects := 0, 1000
	if testing.Short() {
		subjects = 80
	}
	for range subjects {
		sent := 1 + r.Int64N(20)
		s := Subject{Name: domain.Canonical(name()), Traffic: Traffic{Sent: sent, Senders: 1 + r.Int64N(sent), Recipients: 1 + r.Int64N(sent)}}
		for _, isFirst := range []bool{false, true} {
			p := pair
			if isFirst {
				p = firstPair
			}
			want, wanted := x.Query(0, nil).Judge(s, twins, p)
			s.MayBeTwin, s.FirstLook = mayBeTwin, isFirst
			got, ok := x.Query(0, nil).Judge(s, twins, p)
			s.MayBeTwin, s.FirstLook = nil, false
			if ok != wanted || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: got %v %+v, want %v %+v", s.Name, ok, got, wanted, want)
			}
			if ok {
				found++
			}
		}
	}
	if found == 0 {
		t.Error("nothing was found")
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	gmail := Target{Name: domain.Must("gmail.com"), Known: true, Major: true, Family: "google"}
	partner := Target{Name: domain.Must("bigcustomer.example"), Traffic: Traffic{Sent: 40, Senders: 3, Recipients: 5, Received: 20, Writers: 3}}
	one := Traffic{Sent: 1, Senders: 1, Recipients: 1, Arrived: 1}
	known := Traffic{Sent: 30, Senders: 4, Recipients: 6, Arrived: 30, Received: 25, Writers: 4, Exchanges: 2, Answers: 3}
	for _, test := range []struct {
		name     string
		s        Subject
		target   Target
		min, max float64
	}{
		{"slip for a provider", Subject{Name: domain.Must("gmial.com"), Traffic: one}, gmail, 0.9, 1},
		{"slip for a partner", Subject{Name: domain.Must("bigcustmoer.example"), Traffic: one}, partner, 0.7, 1},
		{"no such TLD", Subject{Name: domain.Must("gmail.con"), Traffic: one}, gmail, 0.99, 1},
		{"a correspondent", Subject{Name: domain.Must("bigcustmer.example"), Traffic: known}, partner, 0, 0.3},
		{"another word", Subject{Name: domain.Must("email.com"), Traffic: known}, gmail, 0, 0.3},
		{"protected", Subject{Name: domain.Must("army.ml"), Traffic: one}, Target{Name: domain.Must("army.mil"), Protected: true}, 0.8, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, _ := judge(t, test.s, test.target)
			if v.Confidence < test.min || v.Confidence > test.max {
				t.Errorf("confidence %.3f, evidence %v", v.Confidence, v.Evidence)
			}
			if v.Confidence > 0.5 && len(v.Evidence) == 0 {
				t.Error("no evidence is named")
			}
		})
	}
	near := func(name string) Target { return Target{Name: domain.Must(name), Traffic: partner.Traffic} }
	if v, _ := judge(t, Subject{Name: domain.Must("lindan.example"), Traffic: one}, near("lindon.example"), near("linden.example")); !v.Also.IsValid() {
		t.Error("of two near-equal ones only one is named")
	}
}

func TestFamilyIsNoSlip(t *testing.T) {
	t.Parallel()
	fr := Target{Name: domain.Must("yahoo.fr"), Known: true, Major: true, Family: "yahoo"}
	if v, ok := judge(t, Subject{Name: domain.Must("yahoo.gr"), Known: true, Family: "yahoo", Traffic: Traffic{Sent: 5}}, fr); ok {
		t.Errorf("yahoo.gr for yahoo.fr at %.2f", v.Confidence)
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("gmial.com", "gmail.com")
	f.Add("xn--cme-5cd.com", "acme.com")
	f.Add("a.b.c.d", "d.c.b.a")
	f.Add("com.au", "co.uk")
	f.Fuzz(func(t *testing.T, typed, meant string) {
		d, err := domain.Parse(typed)
		if err != nil {
			return
		}
		e, err := domain.Parse(meant)
		if err != nil {
			return
		}
		x := NewIndex([]Target{{Name: e, Protected: true}})
		v, ok := x.Query(0, nil).Judge(Subject{Name: d, Traffic: Traffic{Sent: 1}}, []int32{0}, func(int32) Pair { return Pair{Twins: 1} })
		if ok && (v.Confidence < 0 || v.Confidence > 1 || v.How == "" || d == e) {
			t.Fatalf("%s for %s: %+v", d, e, v)
		}
	})
}

func benchmarkIndex(b *testing.B, n int) (*Index, []domain.Name) {
	b.Helper()
	r := rand.New(rand.NewPCG(7, 8))
	syllables := strings.Fields("ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo za net soft tech bank med data")
	name := func() domain.Name {
		s := ""
		for range 2 + r.IntN(3) {
			s += syllables[r.IntN(len(syllables))]
		}
		return domain.Must(s + []string{".com", ".de", ".co.uk", ".org"}[r.IntN(4)])
	}
	targets := make([]Target, n)
	for i := range targets {
		targets[i].Name = name()
	}
	asked := make([]domain.Name, 10_000)
	for i := range asked {
		asked[i] = name()
	}
	return NewIndex(targets), asked
}

func BenchmarkCandidates(b *testing.B) {
	for _, n := range []int{1_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x, asked := benchmarkIndex(b, n)
			q := x.Query(0, nil)
			i := 0
			for b.Loop() {
				q.candidates(&Subject{Name: asked[i%len(asked)]})
				i++
			}
		})
	}
}

func TestLikeliest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		meant, typed string
		within       int
	}{
		{"army.mil", "army.ml", 20},
		{"army.mil", "army.mi", 5},
		{"bigcustomer.com", "bigcustomer.co", 5},
		{"bigcustomer.com", "bigcustmer.com", 30},
		{"bigcustomer.com", "bigcustmoer.com", 60},
		{"bigcustomer.com", "bigcustomer.org", 30},
		{"bigcustomer.com", "bigcustomer.comm", 60},
		{"bigcustomer.co.uk", "bigcustomer.uk", 20},
		{"mail.corp.example", "corp.mail.example", 30},
		{"acme-parts.com", "acmeparts.com", 60},
	} {
		at := slices.IndexFunc(Likeliest(domain.Must(test.meant), 1000, false), func(l Likely) bool { return l.Name.String() == test.typed })
		if at < 0 || at >= test.within {
			t.Errorf("%s for %s is number %d, not within %d", test.typed, test.meant, at+1, test.within)
		}
	}
	sum := 0.0
	for i, l := range Likeliest(domain.Must("bigcustomer.co.uk"), 100_000, false) {
		sum += l.Share
		if l.How == "" || l.Kind == "" || l.Share <= 0 || i > 0 && l.Name == domain.Must("bigcustomer.co.uk") {
			t.Errorf("%+v", l)
		}
	}
	if sum > 1 {
		t.Errorf("the shares sum up to %g", sum)
	}
}

// TestLikeliestReal holds the list against slips of real mail, where they are
// at hand.
func TestLikeliestReal(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../../../shared/eval/dev/labels-real.csv")
	if err != nil {
		t.Skip("no labelled slips at hand")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	slips, found := 0, 0
	for _, r := range rows[1:] {
		if r[1] != "typo" {
			continue
		}
		slips++
		if slices.ContainsFunc(Likeliest(domain.Must(r[2]), 200, false), func(l Likely) bool { return l.Name.String() == r[0] }) {
			found++
		}
	}
	t.Logf("%d of %d slips are among the 200 likeliest", found, slips)
	if 10*found < 7*slips {
		t.Errorf("only %d of %d slips are among the 200 likeliest", found, slips)
	}
}

// TestTwinBearsMoreEdits has two letters too few in a short name, which only a
// namesake makes believable.
func TestTwinBearsMoreEdits(t *testing.T) {
	t.Parallel()
	x := NewIndex([]Target{{Name: domain.Must("quicinc.com"), Traffic: Traffic{Sent: 40, Senders: 3, Recipients: 5}}})
	s := Subject{Name: domain.Must("quinc.com"), Traffic: Traffic{Sent: 1, Senders: 1, Recipients: 1}}
	if v, ok := x.Query(0, nil).Judge(s, nil, func(int32) Pair { return Pair{} }); ok && v.Confidence > 0.1 {
		t.Errorf("without a twin: %g", v.Confidence)
	}
	v, ok := x.Query(0, nil).Judge(s, []int32{0}, func(int32) Pair { return Pair{Twins: 1, SameSender: 1, TwinLocal: "jane"} })
	if !ok || v.Kind != TwoEdits || v.Confidence < 0.2 {
		t.Errorf("with a twin: %v %s %g", ok, v.Kind, v.Confidence)
	}
}

func TestTwoEdits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typed, meant string
		kinds        string
	}{
		{"gogle", "google.", "deletion dot-missing"},
		{"hotmali1", "hotmail", "transposition insertion"},
		{"hotmart", "hotmail", "substitution substitution"},
		{"gooogel", "google", "repetition transposition"},
		{"yhaooo", "yahoo", "transposition repetition"},
	} {
		both, ok := twoEdits(test.typed, test.meant)
		if got := string(both[0].kind) + " " + string(both[1].kind); !ok || got != test.kinds {
			t.Errorf("%s for %s: %s", test.typed, test.meant, got)
		}
	}
}

// BenchmarkMillion judges a million distinct domains against 50,000 targets on
// all cores.
func BenchmarkMillion(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 10))
	letters := "eeeeetttaaaoooiiinnnssshhrrdlucmfwypvbgkjqxz"
	name := func() domain.Name {
		s := make([]byte, 5+r.IntN(9))
		for i := range s {
			s[i] = letters[r.IntN(len(letters))]
		}
		return domain.Canonical(string(s) + []string{".com", ".com", ".de", ".co.uk", ".org", ".net"}[r.IntN(6)])
	}
	targets := make([]Target, 50_000)
	for i := range targets {
		targets[i] = Target{Name: name(), Traffic: Traffic{Sent: 50, Senders: 5, Recipients: 9}}
	}
	asked := make([]domain.Name, 1_000_000)
	for i := range asked {
		asked[i] = name()
	}
	for b.Loop() {
		x := NewIndex(targets)
		var wg sync.WaitGroup
		workers := runtime.GOMAXPROCS(0)
		for w := range workers {
			wg.Go(func() {
				q := x.Query(0.5, nil)
				for i := w; i < len(asked); i += workers {
					q.Judge(Subject{Name: asked[i], Traffic: Traffic{Sent: 1, Senders: 1, Recipients: 1}}, nil, func(int32) Pair { return Pair{} })
				}
			})
		}
		wg.Wait()
	}
}
