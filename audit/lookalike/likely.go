package lookalike

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A Likely slip is one that people are expected to make of a domain.
type Likely struct {
	Name domain.Name
	Kind Kind
	How  string // the kind in words
	// Registrable is set where its top-level domain exists: others may hold it.
	Registrable bool
	Share       float64 // of all slips that are made of the domain, as far as they are of these kinds
}

// Likeliest returns the n slips that people are likeliest to make of d, most
// likely first; with registrable only those whose top-level domain exists. It
// returns none for a public suffix.
//
// Each kind has its share of what people really type: 255 domains among 1.02
// million mails (see the constants). Within a kind the share is dealt out to
// its slips: a doubled letter is left out more often than another one, the
// first letter rarely.
func Likeliest(d domain.Name, n int, registrable bool) []Likely {
	var u umlauts
	e, ok := u.read(d)
	if !ok || e.core() == "" {
		return nil
	}
	g := generator{e: &e, shares: map[string]float64{}}
	g.suffixes()
	g.letters()
	g.separators()
	g.labels()
	g.looks()
	var all []Likely
	for text, share := range g.shares {
		name, err := domain.Parse(u.write(text))
		if err != nil || name == d || !name.IsValid() || len(u.letters) == 0 && name.String() != text {
			continue
		}
		p := u.cut(text, name)
		if registrable && !p.known {
			continue
		}
		if s, ok := compare(&p, &e, maxEdits); ok {
			all = append(all, Likely{Name: name, Kind: s.kind, How: u.unquote(s.how(&p, &e)), Share: share, Registrable: p.known})
		}
	}
	all = append(all, unaccented(d, registrable)...)
	slices.SortFunc(all, func(a, b Likely) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Name.String(), b.Name.String()))
	})
	return all[:min(n, len(all))]
}

// unaccented returns a domain with umlauts as it is typed without them.
func unaccented(d domain.Name, registrable bool) (all []Likely) {
	e := cut(d)
	if !e.idn || registrable && !e.known {
		return nil
	}
	text, err := idna.Punycode.ToUnicode(e.full)
	if err != nil {
		return nil
	}
	var dropped, spelled strings.Builder
	for _, r := range text {
		plain := string(r)
		if r >= utf8.RuneSelf {
			plain = glyph(r)
		}
		dropped.WriteString(plain)
		spelled.WriteString(cmp.Or(writtenOut(r), plain))
	}
	for i, text := range []string{spelled.String(), dropped.String()} {
		name, err := domain.Parse(text)
		if err != nil || name == d || i > 0 && text == spelled.String() {
			continue
		}
		p := cut(name)
		if s, ok := compare(&p, &e, maxEdits); ok {
			all = append(all, Likely{Name: name, Kind: s.kind, How: s.how(&p, &e), Share: [...]float64{shareSpelled, shareDropped}[i], Registrable: p.known})
		}
	}
	return all
}

// Shares of the kinds among real slips, by distinct domain.
const (
	shareTLDCut      = 0.19
	shareDeletion    = 0.18
	shareSwapped     = 0.09
	shareAppended    = 0.09
	shareTransposed  = 0.05
	shareInserted    = 0.09
	shareTLDMistyped = 0.04
	shareDotExtra    = 0.04
	shareNeighbourIn = 0.02 // a neighbour key put in
	shareRepeated    = 0.02
	shareNeighbour   = 0.05 // a neighbour key instead
	shareSecondLevel = 0.02
	sharePlural      = 0.01
	shareVowel       = 0.02
	shareSubstituted = 0.01
	shareDotMissing  = 0.02
	shareDotReplaced = 0.005
	shareHyphen      = 0.01
	shareAfter       = 0.02 // another TLD after the whole
	shareHead        = 0.01
	shareLabelsCut   = 0.03
	shareLabelGone   = 0.02
	shareReordered   = 0.02
	shareLooks       = 0.005
	shareSpelled     = 0.15 // by hand: umlauts written out
	shareDropped     = 0.05 // by hand: umlauts without their dots
)

// rareFirst is how much rarer the first letter of a name is wrong.
const rareFirst = 0.5

// A generator deals out the shares of the kinds.
type generator struct {
	e      *parts
	shares map[string]float64
}

// A share is a slip with its weight among those of its kind.
type share struct {
	text   string
	weight float64
}

// deal deals out the share of a kind to its slips by their weights.
func (g *generator) deal(total float64, slips []share) {
	sum := 0.0
	for _, s := range slips {
		sum += s.weight
	}
	for _, s := range slips {
		if s.text != g.e.full {
			g.shares[s.text] += total * s.weight / sum
		}
	}
}

const alphabet = "abcdefghijklmnopqrstuvwxyz"

// commonTLDs are those that people have in their fingers.
func commonTLDs() []string {
	return []string{"com", "net", "org", "de", "co", "uk", "cn", "ru", "fr", "eu", "us", "info", "io", "edu", "gov", "cm", "om", "ch", "at", "nl", "it", "es", "ca", "au", "me"}
}

func (g *generator) suffixes() {
	full, suffix := g.e.full, g.e.suffix()
	head := full[:len(full)-len(suffix)]
	tld := lastLabel(suffix)
	before := full[:len(full)-len(tld)]
	var cuts, appended, swapped, mistyped, second []share
	for n := 1; n < len(tld); n++ {
		cuts = append(cuts, share{before + tld[:n], []float64{1, 8}[min(1, n/(len(tld)-1))]})
	}
	for _, c := range alphabet {
		w := 1.0
		switch {
		case byte(c) == tld[len(tld)-1]:
			w = 3
		case adjacent(byte(c), tld[len(tld)-1]):
			w = 1.5
		}
		appended = append(appended, share{full + string(c), w})
	}
	for i, t := range commonTLDs() {
		w := 0.05
		switch {
		case Distance(t, tld, 1) <= 1:
			w = 6
		case i < 3:
			w = 5
		}
		if t != tld {
			swapped = append(swapped, share{before + t, w})
		}
	}
	for _, s := range oneLetter(tld, 0) {
		w := s.weight
		if _, known := domain.Canonical("x." + s.text).Suffix(); known {
			swapped = append(swapped, share{before + s.text, 5 * w})
			continue
		}
		mistyped = append(mistyped, share{before + s.text, w})
	}
	if first, _, two := strings.Cut(suffix, "."); two {
		second = []share{{head + tld, 1}, {head + first, 1}, {head + "com", 1}}
	}
	g.deal(shareTLDCut, cuts)
	g.deal(shareAppended, appended)
	g.deal(shareSwapped, swapped)
	g.deal(shareTLDMistyped, mistyped)
	g.deal(shareSecondLevel, second)
}

// oneLetter returns what slips of one letter make of a word, by how likely
// each is. from is the first letter that may be wrong.
func oneLetter(s string, from int) (out []share) {
	for i := from; i < len(s); i++ {
		out = append(out, share{s[:i] + s[i+1:], 1})
		if i+1 < len(s) && s[i] != s[i+1] {
			out = append(out, share{s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:], 2})
		}
		for _, c := range alphabet {
			if adjacent(byte(c), s[i]) {
				out = append(out, share{s[:i] + string(c) + s[i+1:], 2}, share{s[:i] + string(c) + s[i:], 0.5})
			}
		}
		out = append(out, share{s[:i] + s[i:i+1] + s[i:], 1})
	}
	return out
}

// letters deals out the slips in the letters of the name.
func (g *generator) letters() {
	s, rest := g.e.stem(), g.e.full[len(g.e.stem()):]
	var deleted, repeated, transposed, neighbourIn, neighbour, inserted, vowels, substituted []share
	put := func(kind *[]share, text string, weight float64) { *kind = append(*kind, share{text + rest, weight}) }
	for i := range len(s) {
		c := s[i]
		first := 1.0
		if i == 0 || s[i-1] == '.' {
			first = rareFirst
		}
		if isSeparator(c) {
			continue
		}
		double := 1.0
		if i > 0 && s[i-1] == c {
			double = 2
		}
		odds := func(x edit, typed string) float64 { return math.Exp(0.7 * letterOdds(x, typed, s)) }
		put(&deleted, s[:i]+s[i+1:], first*double*odds(edit{at: i, want: c}, ""))
		put(&repeated, s[:i]+s[i:i+1]+s[i:], 1)
		if i+1 < len(s) && s[i+1] != c && !isSeparator(s[i+1]) {
			put(&transposed, s[:i]+s[i+1:i+2]+s[i:i+1]+s[i+2:], max(first, 0.5)*odds(edit{kind: Transposition, at: i, got: s[i+1], want: c}, ""))
		}
		for _, r := range alphabet {
			k := byte(r)
			with := func() string { return s[:i] + string(r) + s[i+1:] }
			instead := first * odds(edit{at: i, got: k, want: c}, "")
			before, after := s[:i]+string(r)+s[i:], s[:i+1]+string(r)+s[i+1:]
			in := first * odds(edit{at: i, got: k}, before)
			switch {
			case k == c:
				continue
			case adjacent(k, c):
				row := 1.0
				if !beside(k, c) {
					row = acrossRows
				}
				put(&neighbourIn, before, first)
				put(&neighbourIn, after, 1)
				put(&neighbour, with(), first*row)
			case vowel(k) && vowel(c):
				put(&vowels, with(), instead)
			default:
				put(&substituted, with(), instead)
			}
			put(&inserted, before, in)
			if i == len(s)-1 {
				put(&inserted, after, odds(edit{at: i + 1, got: k}, after))
			}
		}
	}
	g.deal(shareDeletion, deleted)
	g.deal(shareRepeated, repeated)
	g.deal(shareTransposed, transposed)
	g.deal(shareNeighbourIn, neighbourIn)
	g.deal(shareNeighbour, neighbour)
	g.deal(shareInserted, inserted)
	g.deal(shareVowel, vowels)
	g.deal(shareSubstituted, substituted)
	if core := g.e.core(); core != "" {
		plural := s + "s"
		if singular, ok := strings.CutSuffix(s, "s"); ok {
			plural = singular
		}
		g.deal(sharePlural, []share{{plural + rest, 1}})
	}
}

// acrossRows is how much rarer the key above or below is hit than that beside: of the
// mistakes that letters.txt counts, against chance.
const acrossRows = 0.33

// separators deals out the slips in dots and hyphens.
func (g *generator) separators() {
	s, rest := g.e.stem(), g.e.full[len(g.e.stem()):]
	var extra, missing, replaced, hyphen []share
	for i := range len(s) {
		switch {
		case s[i] == '.':
			missing = append(missing, share{s[:i] + s[i+1:] + rest, 1})
			hyphen = append(hyphen, share{s[:i] + "-" + s[i+1:] + rest, 1})
			for _, c := range "lm" { // the keys beside the dot
				replaced = append(replaced, share{s[:i] + string(c) + s[i+1:] + rest, 1})
			}
		case s[i] == '-':
			hyphen = append(hyphen, share{s[:i] + s[i+1:] + rest, 3}, share{s[:i] + "." + s[i+1:] + rest, 1})
		case i > 0 && !isSeparator(s[i-1]):
			extra = append(extra, share{s[:i] + "." + s[i:] + rest, 1})
			hyphen = append(hyphen, share{s[:i] + "-" + s[i:] + rest, 0.1})
		}
	}
	tld := lastLabel(g.e.suffix())
	before := g.e.full[:len(g.e.full)-len(tld)]
	for i := 1; i < len(tld); i++ {
		extra = append(extra, share{before + tld[:i] + "." + tld[i:], 1})
	}
	g.deal(shareDotExtra, extra)
	g.deal(shareDotMissing, missing)
	g.deal(shareDotReplaced, replaced)
	g.deal(shareHyphen, hyphen)
}

// labels deals out the slips in whole labels.
func (g *generator) labels() {
	full := g.e.full
	var tails, heads, cuts, gone, reordered []share
	for i, t := range commonTLDs() {
		tails = append(tails, share{full + "." + t, []float64{5, 1}[min(1, i/3)]})
	}
	for i, h := range gluedHeads() {
		heads = append(heads, share{h + full, 1 / float64(1+i*i)})
	}
	inner := strings.IndexByte(full, '.')
	for n := inner + 2; n < len(full)-len(g.e.suffix()); n++ { // the end is lost after the first label
		w := 1.0
		if full[n] == '.' {
			w = 3
		}
		if full[n-1] != '.' {
			cuts = append(cuts, share{full[:n], w})
		}
	}
	all := strings.Split(g.e.stem(), ".")
	for i := 1; i < len(all); i++ {
		without := slices.Delete(slices.Clone(all), i, i+1)
		gone = append(gone, share{strings.Join(without, ".") + "." + g.e.suffix(), 1})
		swapped := slices.Clone(all)
		swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
		reordered = append(reordered, share{strings.Join(swapped, ".") + "." + g.e.suffix(), 1})
	}
	g.deal(shareAfter, tails)
	g.deal(shareHead, heads)
	g.deal(shareLabelsCut, cuts)
	g.deal(shareLabelGone, gone)
	g.deal(shareReordered, reordered)
}

// looks deals out what looks the same in ASCII.
func (g *generator) looks() {
	s, rest := g.e.stem(), g.e.full[len(g.e.stem()):]
	var all []share
	for _, pair := range [...][2]string{{"o", "0"}, {"l", "1"}, {"i", "1"}, {"i", "l"}, {"l", "i"}, {"m", "rn"}, {"rn", "m"}, {"w", "vv"}, {"d", "cl"}, {"s", "5"}} {
		for i := 0; ; {
			j := strings.Index(s[i:], pair[0])
			if j < 0 {
				break
			}
			all = append(all, share{s[:i+j] + pair[1] + s[i+j+len(pair[0]):] + rest, 1})
			i += j + len(pair[0])
		}
	}
	g.deal(shareLooks, all)
}
