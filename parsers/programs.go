package parsers

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Programs counts lines by the name of the program that wrote them. The zero
// value counts none. An earlier run may have persisted one in JSON.
type Programs map[string]int64

// The names of counts that belong to no program.
const (
	// NoProgram is for the lines whose header names none, or was not understood.
	NoProgram = "(no program)"
	// OtherPrograms is for the programs beyond the bound, and for the names that
	// are an address: a damaged header shows any word of its line as a program.
	OtherPrograms = "other"
)

// maxPrograms is how many names are kept. The shortest are, and of those the first
// in the alphabet: programs have short names, while the ids of containers and
// damaged words are long. So what stays does not depend on the order of counting:
// a name that is among the first of all is among the first of every part.
const maxPrograms = 64

// Add counts n lines of a program.
func (p *Programs) Add(name string, n int64) {
	switch {
	case n == 0:
		return
	case name == "":
		name = NoProgram
	case strings.Contains(name, "@"):
		name = OtherPrograms
	}
	if *p == nil {
		*p = Programs{}
	}
	(*p)[name] += n
	if len(*p) > maxPrograms+2 { // besides the two names that are no program's
		p.dropLast()
	}
}

// dropLast counts the last of the names under OtherPrograms.
func (p *Programs) dropLast() {
	last := ""
	for name := range *p {
		if name != NoProgram && name != OtherPrograms && compareNames(name, last) > 0 {
			last = name
		}
	}
	n := (*p)[last]
	delete(*p, last)
	(*p)[OtherPrograms] += n
}

func compareNames(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// Merge adds q to p. It leaves the map that p was alone: copies of a Tally share it.
func (p *Programs) Merge(q Programs) {
	if len(q) == 0 {
		return
	}
	*p = maps.Clone(*p)
	for name, n := range q {
		p.Add(name, n)
	}
}

// Less returns p without the lines of q, which were counted in p. Neither changes.
func (p Programs) Less(q Programs) Programs {
	left := maps.Clone(p)
	for name, n := range q {
		if left[name] -= n; left[name] <= 0 {
			delete(left, name)
		}
	}
	return left
}

// Total returns the number of lines.
func (p Programs) Total() (n int64) {
	for _, lines := range p {
		n += lines
	}
	return n
}

// Names returns the names, most lines first.
func (p Programs) Names() []string {
	return slices.SortedFunc(maps.Keys(p), func(a, b string) int {
		return cmp.Or(cmp.Compare(p[b], p[a]), compareNames(a, b))
	})
}

// String names the programs, most lines first: "dovecot 120, spamd 4".
func (p Programs) String() string {
	var b strings.Builder
	for i, name := range p.Names() {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d", name, p[name])
	}
	return b.String()
}
