package lookalike

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// parts is a domain cut up for comparison. An index has them of every target, so
// that they are small.
type parts struct {
	full string // A-labels
	look string // as it looks: see skeleton
	// spelled is as it looks with its umlauts written out: "mueller.de" of müller.de.
	// It is "" if it has none.
	spelled string

	// What shows at a glance that two domains have nothing to do with each
	// other: the letters that occur in them, and hashes of what is left without
	// separators and of the labels in any order.
	letters, stemLetters uint64
	squashed, labels     uint64

	suffixAt, coreAt uint8 // where the public suffix and the registered label begin
	dots             uint8
	known            bool // the TLD exists
	major            bool // of a large mailbox provider
	idn              bool // it has an encoded label
}

// stem is what is before the public suffix: "linux.ibm" of linux.ibm.com.
func (p *parts) stem() string { return p.full[:max(1, p.suffixAt)-1] }

// suffix is the public suffix: "com", "co.uk".
func (p *parts) suffix() string { return p.full[p.suffixAt:] }

// core is the registered label: "ibm".
func (p *parts) core() string { return p.full[p.coreAt : max(1, p.suffixAt)-1] }

// reg is core and suffix: "ibm.com".
func (p *parts) reg() string { return p.full[p.coreAt:] }

// hasSubdomain reports a domain below a registered one.
func (p *parts) hasSubdomain() bool { return p.coreAt > 0 && p.core() != "" }

// isOtherSuffix reports an error of the suffix that no finger slips to: others have the name, or
// the same organisation has it for its hosts.
func (s *slip) isOtherSuffix() bool {
	return s.edits > 1 && (s.kind == TLDSwapped || s.kind == SecondLevel)
}

// isAppended reports a domain that lies below a registered one as e does by itself, as mail
// systems append their own to what they do not know: "a.acme.com.acme.net" of acme.com.
func (p *parts) isAppended(e domain.Name) bool {
	below := p.full[:max(1, p.coreAt)-1]
	return below == e.String() || strings.HasSuffix(below, "."+e.String())
}

func cut(n domain.Name) parts {
	p := parts{full: n.String()}
	suffix, known := n.Suffix()
	p.known = known
	p.letters = letters(p.full)
	p.dots = uint8(strings.Count(p.full, "."))
	p.squashed, p.labels = signatures(p.full)
	p.idn = strings.Contains(p.full, "xn--")
	p.look, p.spelled = skeleton(&p)
	if len(suffix) < len(p.full) {
		p.suffixAt = uint8(len(p.full) - len(suffix))
		p.stemLetters = letters(p.stem())
		p.coreAt = uint8(strings.LastIndexByte(p.stem(), '.') + 1)
	}
	return p
}

// letters returns the set of letters that occur in s. An edit changes it by one
// each way at most.
func letters(s string) (set uint64) {
	for i := range len(s) {
		set |= 1 << (s[i] & 63) // a few digits share the bit of a letter
	}
	return set
}

// fewLetters reports that names with these letters may be n edits apart.
func fewLetters(a, b uint64, n int) bool {
	return bits.OnesCount64(a&^b) <= n && bits.OnesCount64(b&^a) <= n
}

// signatures returns the polynomial of s without separators, and the sum of
// those of its labels.
func signatures(s string) (squashed, labels uint64) {
	var label uint64
	for i := range len(s) {
		c := s[i]
		if !isSeparator(c) {
			squashed = squashed*base + uint64(c) + 1
		}
		if c == '.' {
			labels += label * label
			label = 0
			continue
		}
		label = label*base + uint64(c) + 1
	}
	return squashed, labels + label*label
}

// A slip is what makes one domain of another.
type slip struct {
	kind   Kind
	tld    Kind    // a second error in the public suffix, "" if none
	edit   edit    // of a kind of one letter
	letter bool    // edit holds
	both   [2]edit // of two edits; of the zero Kind if they are more
	// channel is the logarithm of how likely the letters of the one name become those of
	// the other, see channel.weigh.
	channel float64
	first   bool // of two edits and more, the first letter of the name is another one
	edits   int  // letters that differ
	// sibling: both names are of one organisation, so no stranger got it.
	sibling bool
	// after: what was meant stands whole, but for an error in the name, and
	// has a dot and more after it: gmail.com.ar.
	after bool
	// spelled: umlauts are written out, in what was typed or in what was meant.
	spelled bool
	// words are how much of both names words are; looked up where that matters.
	words struct {
		known        bool
		typed, meant float64
	}
	// generic: both suffixes are generic; national: both are of countries.
	generic, national bool
}

// How many edits of a name pass: more where a twin speaks for them.
const (
	maxEdits     = 2
	maxTwinEdits = 4
)

// compare finds how d may have come of e. limit bounds the edits of a name.
func compare(d, e *parts, limit int) (s slip, ok bool) {
	if d.full == e.full {
		return s, false
	}
	s, ok = compareParts(d, e, limit)
	s.sibling = ok && d.reg() == e.reg() && d.core() != ""
	return s, ok
}

func compareParts(d, e *parts, limit int) (slip, bool) {
	if d.idn || e.idn || d.look == e.look {
		if s, ok := compareGlyphs(d, e); ok {
			return s, true
		}
	}
	isPart := isEnd(d.full, e.full)
	if isPart && (isBelow(d.full, e.full) && !repeats(d, e) || isBelow(e.full, d.full) || isServer(d, e)) {
		return slip{}, false // a host of one organisation
	}
	if d.stem() == e.stem() && d.stem() != "" {
		return compareSuffix(d, e)
	}
	if isPart {
		if s, ok := compareEnds(d, e); ok {
			return s, true
		}
	}
	sameSuffix := d.suffix() == e.suffix()
	if sameSuffix && (limit > 2 || fewLetters(d.stemLetters, e.stemLetters, limit)) {
		if s, ok := compareStem(d.stem(), e.stem(), limit, e.major); ok {
			return s, true
		}
	}
	if d.squashed == e.squashed {
		if s, ok := compareDots(d, e); ok {
			return s, true
		}
	}
	if !sameSuffix && fewLetters(d.letters, e.letters, 1) {
		if s, ok := compareWhole(d, e); ok {
			return s, true
		}
	}
	if d.dots+e.dots >= 3 {
		if s, ok := compareLabels(d, e, limit > 2); ok {
			return s, true
		}
	}
	if !sameSuffix && (limit > 2 || fewLetters(d.stemLetters, e.stemLetters, 1)) {
		return compareBoth(d, e, limit)
	}
	return slip{}, false
}

// isEnd reports that one text begins or ends with the other one.
func isEnd(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	return strings.HasPrefix(a, b) || strings.HasSuffix(a, b)
}

// isBelow reports that d is a subdomain of e.
func isBelow(d, e string) bool {
	return len(d) > len(e) && d[len(d)-len(e)-1] == '.' && strings.HasSuffix(d, e)
}

// isServer reports that d begins as e does, but is the server of another domain: mail.rudolf.net
// and mail.ru.nl are those of rudolf.net and ru.nl, and no slips for mail.ru.
func isServer(d, e *parts) bool {
	tail, begins := strings.CutPrefix(d.full, e.full)
	return begins && d.known && strings.Contains(tail, ".") && isHost(e.stem())
}

// repeats reports that d is e with nothing but its own name, or its own domain, before
// it: gmail.gmail.com.
func repeats(d, e *parts) bool {
	head := d.full[:len(d.full)-len(e.full)-1]
	return head == e.core() || head == e.full
}

// depth is how many edits a name of n letters bears: three of freedom in four
// letters mean nothing.
func depth(n int) int {
	switch {
	case n <= 2:
		return 0
	case n <= 5:
		return 1
	}
	return 2
}

// majorDepth is how many letters the shortest name of a large provider has that bears two
// edits: so many write to gmail and yahoo that gaiml and yhooo are slips for them.
const majorDepth = 5

// compareStem compares names under the same public suffix.
func compareStem(d, e string, limit int, major bool) (s slip, ok bool) {
	if limit <= 2 && !(major && len(e) == majorDepth && len(d) > 2) {
		limit = min(limit, stemDepth(len(d), len(e)))
	}
	n := Distance(d, e, limit)
	if n > limit || n == 0 { // two public suffixes have no names
		return s, false
	}
	s.edits = n
	if n > 1 {
		s.kind, s.first = TwoEdits, d == "" || e == "" || d[0] != e[0]
		if n == 2 {
			s.both, _ = twoEdits(d, e)
		}
		return s, true
	}
	s.edit, s.letter = oneEdit(d, e), true
	s.kind = s.edit.kind
	return s, true
}

// stemDepth is the depth for what was typed in d letters for a name of e letters. A
// letter that is missing or too many may leave two; two that are missing may leave
// four.
func stemDepth(d, e int) int {
	switch {
	case d <= 2 || e <= 2:
		return min(1, max(d, e)-2, max(d, e)-min(d, e))
	case d <= 3 || e <= 5:
		return 1
	}
	return depth(e)
}

// compareSuffix compares two suffixes of the same name.
func compareSuffix(d, e *parts) (s slip, ok bool) {
	s.kind = suffixKind(d, e)
	if s.kind == "" {
		return s, false
	}
	s.generic = isGeneric(d.suffix()) && isGeneric(e.suffix())
	s.national = isNational(d.suffix()) && isNational(e.suffix())
	s.edits = Distance(d.suffix(), e.suffix(), 3)
	rest, begins := strings.CutPrefix(d.suffix(), e.suffix())
	s.after = begins && strings.HasPrefix(rest, ".")
	return s, true
}

// suffixKind finds how the suffix of d may have come of that of e.
func suffixKind(d, e *parts) Kind {
	s, t := d.suffix(), e.suffix()
	switch {
	case !d.known && strings.ReplaceAll(t, ".", "") == s:
		return DotMissing
	case strings.HasPrefix(t, s) && t[len(s)] == '.':
		return LabelsCut
	case strings.HasPrefix(t, s):
		return TLDCut
	case strings.HasPrefix(s, t) && !strings.Contains(s[len(t):], ".") && (!d.known || len(s) > len(t)+1):
		if len(s) == len(t)+1 {
			return TLDAppended
		}
		return GluedTail
	case strings.Contains(s, ".") != strings.Contains(t, ".") || lastLabel(s) == lastLabel(t):
		return SecondLevel
	case d.known:
		return TLDSwapped
	case Distance(s, t, 2) <= 2:
		return TLDMistyped
	}
	return ""
}

func lastLabel(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }

// isGeneric reports the old generic domains (RFC 1591), which people mix up.
func isGeneric(s string) bool {
	switch s {
	case "com", "net", "org", "info", "biz", "edu", "gov", "mil", "int":
		return true
	}
	return false
}

// isNational reports country codes: all of two letters (ISO 3166-1).
func isNational(s string) bool { return len(lastLabel(s)) == 2 }

// maxTail bounds what is glued to the end of a domain.
const maxTail = 16

// compareEnds compares domains of which one is the beginning or the end of the
// other.
func compareEnds(d, e *parts) (s slip, ok bool) {
	df, ef := d.full, e.full
	switch {
	case strings.HasPrefix(ef, df) && strings.Contains(df, "."):
		s.kind = LabelsCut
		if len(df) > len(e.stem()) {
			s.kind = TLDCut
		}
		s.edits = len(ef) - len(df)
		return s, s.kind == TLDCut || len(df) >= minCutLength && strings.Count(e.stem(), ".") > 0 && !strings.HasSuffix(df, ".")
	case strings.HasPrefix(df, ef) && len(df)-len(ef) <= maxTail+len(ef):
		tail := df[len(ef):]
		s.edits = len(tail)
		switch {
		case tail[0] == '.':
			s.kind, s.after = LabelAdded, true
		case len(tail) == 1:
			s.kind = TLDAppended
		default:
			s.kind = GluedTail
		}
		return s, true
	case strings.HasSuffix(df, ef):
		head := df[:len(df)-len(ef)]
		if slices.Contains(gluedHeads(), head) || yearBefore(df) == len(head) {
			s.kind, s.edits = GluedHead, len(head)
			return s, true
		}
	}
	return s, false
}

// isHost reports the names that every organisation gives to its servers.
func isHost(label string) bool {
	switch label {
	case "mail", "email", "webmail", "smtp", "imap", "pop", "pop3", "mx", "relay", "lists", "news", "www", "web", "ftp", "ns":
		return true
	}
	return false
}

// gluedHeads returns what people paste in front of a domain.
func gluedHeads() []string {
	return []string{"www", "www-", "mail", "mailto", "smtp", "http", "https"}
}

// yearBefore returns how many digits s begins with, if they are a year that belongs
// before the "@" and got after it, as in jane@1975acme.com. It is 0 if there is
// none.
func yearBefore(s string) (n int) {
	for n < len(s) && s[n]-'0' <= 9 {
		n++
	}
	if n == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")) {
		return n
	}
	return 0
}

// minCutLength is the shortest rest of a domain that is still known by it.
const minCutLength = 6

// compareDots compares domains that differ in their dots and hyphens alone.
func compareDots(d, e *parts) (s slip, ok bool) {
	if !sameSquashed(d.full, e.full) {
		return s, false
	}
	dots := strings.Count(d.full, ".") - strings.Count(e.full, ".")
	hyphens := strings.Count(d.full, "-") - strings.Count(e.full, "-")
	s.edits = max(1, Distance(d.full, e.full, 3))
	switch {
	case dots < 0 && hyphens <= 0:
		s.kind = DotMissing
	case dots > 0 && hyphens >= 0:
		s.kind = DotExtra
	case dots != 0:
		s.kind = HyphenReplaced
	case hyphens < 0:
		s.kind = HyphenMissing
	case hyphens > 0:
		s.kind = HyphenExtra
	default:
		s.kind = DotMoved
	}
	return s, true
}

// sameSquashed reports names that are equal without dots and hyphens.
func sameSquashed(a, b string) bool {
	i, j := 0, 0
	for {
		for i < len(a) && isSeparator(a[i]) {
			i++
		}
		for j < len(b) && isSeparator(b[j]) {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if a[i] != b[j] {
			return false
		}
		i, j = i+1, j+1
	}
}

func isSeparator(c byte) bool { return c == '.' || c == '-' || c == '_' }

// compareLabels compares domains that differ in whole labels before the last.
func compareLabels(dp, ep *parts, replaced bool) (s slip, ok bool) {
	d, e := dp.full, ep.full
	nd, ne := int(dp.dots), int(ep.dots)
	if nd+ne < 3 || nd-ne > 1 || ne-nd > 1 || nd == ne && dp.labels != ep.labels && !replaced {
		return s, false
	}
	s.edits = 1
	switch {
	case nd == ne && dp.labels == ep.labels && sameLabels(d, e):
		s.kind = LabelReordered
	case nd == ne-1 && without(e, d):
		s.kind = LabelDropped
	case nd == ne+1 && without(d, e):
		s.kind = LabelAdded
	case replaced && nd == ne && dp.hasSubdomain() && ep.hasSubdomain() && differing(d, e) == 1 && dp.reg() != ep.reg() && !isHost(d[:strings.IndexByte(d, '.')]):
		s.kind = LabelReplaced
	default:
		return s, false
	}
	return s, true
}

func sameLabels(a, b string) bool {
	return slices.Equal(slices.Sorted(strings.SplitSeq(a, ".")), slices.Sorted(strings.SplitSeq(b, ".")))
}

// without reports whether long, which has one label more, is short but for that.
func without(long, short string) bool {
	if rest, ok := strings.CutPrefix(long, short); ok && rest[0] == '.' {
		return true
	}
	n := 0 // where the first label that differs begins
	for i := 0; i < len(short) && i < len(long) && long[i] == short[i]; i++ {
		if long[i] == '.' {
			n = i + 1
		}
	}
	_, rest, _ := strings.Cut(long[n:], ".")
	return rest == short[n:]
}

// differing counts the labels that differ, one by one.
func differing(a, b string) (n int) {
	next, stop := iter.Pull(strings.SplitSeq(b, "."))
	defer stop()
	for x := range strings.SplitSeq(a, ".") {
		if y, ok := next(); !ok || x != y {
			n++
		}
	}
	return n
}

// compareWhole compares domains that are one edit apart, which changed what the public
// suffix is: northvale.pco.uk for northvale.co.uk.
func compareWhole(d, e *parts) (s slip, ok bool) {
	if Distance(d.full, e.full, 1) != 1 {
		return s, false
	}
	s.edit, s.letter = oneEdit(d.full, e.full), true
	s.kind, s.edits = s.edit.kind, 1
	if s.edit.at > len(e.stem()) {
		s.kind, s.letter = TLDMistyped, false
	}
	return s, true
}

// compareBoth compares domains with an error in the name and another one in the
// public suffix.
func compareBoth(d, e *parts, limit int) (s slip, ok bool) {
	if limit <= 2 && Distance(d.stem(), e.stem(), 1) > 1 {
		return s, false
	}
	t, ok := compareSuffix(d, e)
	if !ok || t.kind == TLDSwapped && t.edits > 1 && limit <= 2 {
		return slip{}, false
	}
	if s, ok = compareStem(d.stem(), e.stem(), max(1, limit-2), false); !ok || s.edits > 1 && limit <= 2 {
		return s, false
	}
	if t.kind == TLDSwapped && t.edits > 1 && s.hasDigit() {
		return s, false // corp2.net is a name of its own, whoever is at corp.org as well
	}
	s.tld = t.kind
	s.generic, s.national, s.after = t.generic, t.national, t.after
	s.edits += t.edits
	return s, true
}

// compareGlyphs compares domains that look the same.
func compareGlyphs(d, e *parts) (s slip, ok bool) {
	switch {
	case d.idn || e.idn:
		if s.spelled = d.spelled != "" && d.spelled == e.look || e.spelled != "" && d.look == e.spelled; !s.spelled && d.look != e.look {
			return s, false
		}
		s.kind = IDN
		if d.idn && !s.spelled && mixesScripts(d.full) {
			s.kind = Homoglyph
		}
	case len(d.full) != len(e.full) && d.look == e.look: // rn for m, vv for w
		s.kind = ASCIILookalike
	default:
		return s, false
	}
	s.edits = 1
	return s, true
}

// skeleton maps what looks alike to one form, after UTS #39 section 4 but for
// the letters that occur in domains: confusables of ASCII, accents dropped,
// and pairs that read as one letter. spelled has umlauts and the like written out
// instead, as people do who have no key for them.
func skeleton(p *parts) (look, spelled string) {
	if !p.idn {
		return pairGlyphs(asciiLook(p.full)), ""
	}
	s := p.full
	if u, err := idna.Punycode.ToUnicode(s); err == nil {
		s = u
	}
	var a, b strings.Builder
	for _, r := range s {
		a.WriteString(glyph(r))
		b.WriteString(cmp.Or(writtenOut(r), glyph(r)))
	}
	if look = a.String(); b.String() != look {
		spelled = pairGlyphs(b.String())
	}
	return pairGlyphs(look), spelled
}

// asciiLook is glyph for names in ASCII, where it is a matter of three letters.
func asciiLook(s string) string {
	if !strings.ContainsAny(s, "01i") {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		switch c {
		case '0':
			b[i] = 'o'
		case '1', 'i':
			b[i] = 'l'
		}
	}
	return string(b)
}

func pairGlyphs(s string) string {
	if !strings.Contains(s, "rn") && !strings.Contains(s, "vv") && !strings.Contains(s, "cl") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if i+1 < len(s) {
			switch s[i : i+2] {
			case "rn":
				c = 'm'
			case "vv":
				c = 'w'
			case "cl":
				c = 'd'
			}
		}
		if c != s[i] {
			i++
		}
		b = append(b, c)
	}
	return string(b)
}

// mixesScripts reports names with letters of another script than Latin.
func mixesScripts(full string) bool {
	u, err := idna.Punycode.ToUnicode(full)
	if err != nil {
		return false
	}
	for _, r := range u {
		if r >= 0x250 && glyph(r) != string(r) {
			return true
		}
	}
	return false
}

// how says the slip in a few words.
func (s *slip) how(d, e *parts) string {
	text := s.kindText(d, e)
	if s.tld != "" {
		text += ", and TLD ." + d.suffix() + " instead of ." + e.suffix()
	}
	return text
}

func (s *slip) kindText(d, e *parts) string {
	q := func(c byte) string { return strconv.Quote(string(c)) }
	switch s.kind {
	case TLDCut:
		return "the end is missing: ." + e.suffix() + " cut short"
	case TLDAppended:
		return "one letter too many at the end"
	case TLDSwapped, TLDMistyped:
		return "TLD ." + d.suffix() + " instead of ." + e.suffix()
	case SecondLevel:
		return "." + d.suffix() + " instead of ." + e.suffix()
	case Deletion, Plural, Insertion, Repetition, NeighbourInserted:
		return s.oneLetter(q)
	case Transposition:
		return "two letters swapped"
	case NeighbourInstead:
		return "the key beside: " + q(s.edit.got) + " instead of " + q(s.edit.want)
	case Vowel, Substitution, BitFlip, ASCIILookalike:
		if s.letter {
			return q(s.edit.got) + " instead of " + q(s.edit.want)
		}
		return "it looks the same"
	case DotMissing:
		return "a dot is missing"
	case DotExtra:
		return "a dot too many"
	case DotReplaced:
		return "another key instead of the dot"
	case DotMoved:
		return "a dot in the wrong place"
	case HyphenMissing:
		return "a hyphen is missing"
	case HyphenExtra:
		return "a hyphen too many"
	case HyphenReplaced:
		return "dot and hyphen mixed up"
	case GluedTail:
		return "something is glued to the end"
	case GluedHead:
		return "something is glued to the front"
	case LabelsCut:
		return "the end is missing"
	case LabelDropped:
		return "a part is missing"
	case LabelAdded:
		return "a part too many"
	case LabelReordered:
		return "the parts are in another order"
	case LabelReplaced:
		return "one part is another"
	case Homoglyph, IDN:
		if s.spelled {
			return "umlauts written in another way"
		}
		return "it looks the same in other letters"
	}
	return strconv.Itoa(s.edits) + " letters differ"
}

func (s *slip) oneLetter(q func(byte) string) string {
	switch {
	case s.edit.want != 0:
		return "one letter is missing: " + q(s.edit.want)
	case s.kind == Repetition:
		return "a letter doubled: " + q(s.edit.got)
	}
	return "one letter too many: " + q(s.edit.got)
}
