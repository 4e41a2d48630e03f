package audit

import "strings"

// minName is the least length of a family name by which people are known across the
// forms of their addresses, in bytes.
const minName = 4

// areOfOnePerson says whether two local parts are forms of one name: john.smith, j.smith,
// jsmith, smithj, smith.john. Equal ones are not asked about.
func areOfOnePerson(x, y string) bool {
	a, b := nameWords(x), nameWords(y)
	switch {
	case len(a) == 2 && len(b) == 2:
		return sameWords(a[0], a[1], b[0], b[1]) || sameWords(a[0], a[1], b[1], b[0])
	case len(a) == 2 && len(b) == 1:
		return isContracted(b[0], a[0], a[1]) || isContracted(b[0], a[1], a[0])
	case len(a) == 1 && len(b) == 2:
		return areOfOnePerson(y, x)
	}
	return false
}

// maxForms bounds the recipients of a lookalike whose names are looked for in other forms.
const maxForms = 32

// inAnotherForm returns a recipient at a domain and one at another whose names are two
// forms of one, the first of them; "" if there are none.
func (r *recipients) inAnotherForm(d, e uint32) (typed, meant string) {
	from, end := r.of(d)
	other, otherEnd := r.of(e)
	for x := from; x < min(end, from+maxForms); x++ {
		name := string(r.addresses.local(x))
		for y := other; y < otherEnd; y++ {
			form := string(r.addresses.local(y))
			if (meant == "" || form < meant) && areOfOnePerson(name, form) {
				typed, meant = name, form
			}
		}
		if meant != "" {
			break
		}
	}
	return typed, meant
}

func nameWords(local string) []string {
	return strings.FieldsFunc(local, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
}

// sameWords says whether two given names may be one, and the family names are: one of the
// given ones is the initial.
func sameWords(given, family, otherGiven, otherFamily string) bool {
	return len(family) >= minName && family == otherFamily && (len(given) == 1 || len(otherGiven) == 1 || given == otherGiven) && given[0] == otherGiven[0]
}

// isContracted says whether a word is made of a given name, or its initial, and a family
// name.
func isContracted(word, given, family string) bool {
	return len(family) >= minName && (word == given[:1]+family || word == family+given[:1] || word == given+family)
}
