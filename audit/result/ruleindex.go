package result

import "strings"

// A ruleIndex finds the rules that may be about a delivery without asking each: many
// rules and many findings are as many questions as their product. The zero value is ready.
type ruleIndex struct {
	groups []ruleGroup
	any    []int // rules whose patterns begin and end with a wildcard
}

// A ruleGroup is the rules of which a field has to begin, or end, with a text of some
// length, by that text. Their numbers ascend.
type ruleGroup struct {
	field  field
	suffix bool
	length int // bytes
	rules  map[string][]int
}

// add adds a rule with a number, which is higher than those before.
func (x *ruleIndex) add(r *Rule, number int) {
	best, at, isSuffix := "", ofLookalike, false
	for _, p := range []struct {
		field   field
		pattern string
	}{{r.field(), r.Pattern}, {ofIntended, r.Intended}, {ofSender, r.Sender}} {
		pattern := plainRunes(p.pattern)
		if begin := pattern[:len(pattern)-len(strings.TrimLeftFunc(pattern, isPlain))]; len(begin) > len(best) {
			best, at, isSuffix = begin, p.field, false
		}
		if end := pattern[len(strings.TrimRightFunc(pattern, isPlain)):]; len(end) > len(best) {
			best, at, isSuffix = end, p.field, true
		}
	}
	if best == "" {
		x.any = append(x.any, number)
		return
	}
	for i := range x.groups {
		if g := &x.groups[i]; g.field == at && g.suffix == isSuffix && g.length == len(best) {
			g.rules[best] = append(g.rules[best], number)
			return
		}
	}
	x.groups = append(x.groups, ruleGroup{at, isSuffix, len(best), map[string][]int{best: {number}}})
}

func isPlain(c rune) bool { return c != '*' && c != '?' }

// plainRunes returns a text as patterns are compared: in runes.
func plainRunes(text string) string { return string([]rune(text)) }

// candidates returns the numbers of the rules that may be about a delivery, in lists that
// ascend.
func (x *ruleIndex) candidates(n *names) [][]int {
	all := [][]int{x.any}
	for i := range x.groups {
		g := &x.groups[i]
		fields := []field{g.field}
		if g.field == ofSender {
			fields = append(fields, ofPerson)
		}
		for _, f := range fields {
			text := plainRunes(n[f])
			if len(text) < g.length {
				continue
			}
			if g.suffix {
				text = text[len(text)-g.length:]
			}
			all = append(all, g.rules[text[:g.length]])
		}
	}
	return all
}
