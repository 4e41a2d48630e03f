package lookalike

// maxOSA bounds the names that are compared: a label has at most 63 bytes
// (RFC 1035 section 2.3.4), and a longer stem is not mistyped by chance.
const maxOSA = 96

// Distance returns the optimal string alignment distance of a and b (edits by
// insertion, deletion, substitution and the swap of two neighbours, no
// substring twice; Damerau 1964), or limit+1 if it is more than limit.
func Distance(a, b string, limit int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > limit || len(b) > maxOSA {
		return limit + 1
	}
	for len(a) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 {
		return len(b)
	}
	if limit <= 1 {
		swapped := len(b) == 2 && len(a) == 2 && a[0] == b[1] && a[1] == b[0]
		if limit == 1 && (len(b) == 1 || swapped) {
			return 1
		}
		return limit + 1
	}
	if limit == 2 {
		return shortDistance(a, b)
	}
	var rows [3][maxOSA + 1]int8
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = int8(j)
	}
	for i := 1; i <= len(a); i++ {
		row[0] = int8(i)
		best := row[0]
		for j := 1; j <= len(b); j++ {
			cost := int8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			v := min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				v = min(v, before[j-2]+1)
			}
			row[j] = v
			best = min(best, v)
		}
		if int(best) > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return min(int(last[len(b)]), limit+1)
}

// shortDistance is Distance up to two, for texts that begin and end with other letters each, the
// shorter one first: the first edit is where they begin, and leaves one more at most.
func shortDistance(a, b string) int {
	one := func(a, b string) int { return Distance(a, b, 1) }
	switch {
	case one(a, b) <= 1:
		return 1
	case one(a, b[1:]) <= 1, one(a[1:], b[1:]) <= 1, one(a[1:], b) <= 1,
		len(a) > 1 && a[0] == b[1] && a[1] == b[0] && one(a[2:], b[2:]) <= 1:
		return 2
	}
	return 3
}

// An edit is one letter's difference between what was typed and what was
// meant.
type edit struct {
	kind Kind
	at   int  // where, in what was meant
	got  byte // what was typed instead or too much, 0 for nothing
	want byte // what was meant and is missing, 0 for nothing
}

// oneEdit names the edit that makes d of e. They must be one edit apart.
func oneEdit(d, e string) edit {
	p := 0
	for p < len(d) && p < len(e) && d[p] == e[p] {
		p++
	}
	switch {
	case len(d) < len(e):
		return missing(e, p)
	case len(d) > len(e):
		return extra(d, p)
	case p+1 < len(e) && d[p] == e[p+1] && d[p+1] == e[p] && d[p] != d[p+1]:
		return swapped(d[p], e[p], p)
	}
	return instead(d[p], e[p], p)
}

func swapped(got, want byte, p int) edit {
	x := edit{kind: Transposition, at: p, got: got, want: want}
	if got == '.' || want == '.' {
		x.kind = DotMoved
	}
	return x
}

// twoEdits names the edits that make d of e, where they must be two apart: of
// the ways to do it, the one that people are likeliest to slip in.
func twoEdits(d, e string) (both [2]edit, ok bool) {
	p := 0
	for p < len(d) && p < len(e) && d[p] == e[p] {
		p++
	}
	best := -1
	try := func(first edit, dFrom, eFrom int) {
		if dFrom > len(d) || eFrom > len(e) || Distance(d[dFrom:], e[eFrom:], 1) != 1 {
			return
		}
		second := oneEdit(d[dFrom:], e[eFrom:])
		second.at += eFrom
		if r := first.kind.ease() + second.kind.ease(); r > best {
			best, both = r, [2]edit{first, second}
		}
	}
	if p+1 < len(d) && p+1 < len(e) && d[p] == e[p+1] && d[p+1] == e[p] {
		try(edit{kind: Transposition, at: p, got: d[p], want: e[p]}, p+2, p+2)
	}
	if p < len(e) {
		try(missing(e, p), p, p+1)
	}
	if p < len(d) {
		try(extra(d, p), p+1, p)
	}
	if p < len(d) && p < len(e) {
		try(instead(d[p], e[p], p), p+1, p+1)
	}
	return both, best >= 0
}

// ease ranks the kinds of one letter by how often people slip so.
func (k Kind) ease() int {
	switch k {
	case Transposition, Repetition, Deletion, DotMissing, DotExtra:
		return 4
	case NeighbourInserted, NeighbourInstead, HyphenMissing, HyphenExtra:
		return 3
	case Insertion, Vowel, ASCIILookalike, Plural:
		return 2
	}
	return 1
}

func missing(e string, p int) edit {
	x := edit{kind: Deletion, at: p, want: e[p]}
	switch {
	case e[p] == '.':
		x.kind = DotMissing
	case e[p] == '-':
		x.kind = HyphenMissing
	case p == len(e)-1 && e[p] == 's' && p > 2:
		x.kind = Plural
	}
	return x
}

func extra(d string, p int) edit {
	c := d[p]
	x := edit{kind: Insertion, at: p, got: c}
	switch {
	case c == '.':
		x.kind = DotExtra
	case c == '-' || c == '_':
		x.kind = HyphenExtra
	case p > 0 && d[p-1] == c:
		x.kind = Repetition
	case p == len(d)-1 && c == 's' && p > 2:
		x.kind = Plural
	case p > 0 && adjacent(c, d[p-1]) || p+1 < len(d) && adjacent(c, d[p+1]):
		x.kind = NeighbourInserted
	}
	return x
}

func instead(got, want byte, p int) edit {
	x := edit{kind: Substitution, at: p, got: got, want: want}
	switch {
	case isSeparator(want) && isSeparator(got):
		x.kind = HyphenReplaced
	case want == '.' || got == '.':
		x.kind = DotReplaced
	case want == '-' || got == '-':
		x.kind = HyphenReplaced
	case lookAlike(got, want):
		x.kind = ASCIILookalike
	case adjacent(got, want):
		x.kind = NeighbourInstead
	case vowel(got) && vowel(want):
		x.kind = Vowel
	case oneBit(got, want):
		x.kind = BitFlip
	}
	return x
}

func vowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// lookAlike reports characters that are taken for each other by the eye.
func lookAlike(a, b byte) bool {
	if a > b {
		a, b = b, a
	}
	return a == '0' && b == 'o' || a == '1' && (b == 'l' || b == 'i') || a == 'i' && b == 'l' || a == '5' && b == 's'
}

// oneBit reports characters that differ in one bit, as a fault of memory makes.
func oneBit(a, b byte) bool {
	x := a ^ b
	return x != 0 && x&(x-1) == 0
}
