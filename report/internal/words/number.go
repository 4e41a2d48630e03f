// Package words writes numbers, lists, days and times as people read them. It
// knows nothing of mail.
package words

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Grouped returns a number with commas: 1,204,331.
func Grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Count returns a number and its noun: "1 line", "30,217 lines".
func Count(n int64, one, many string) string { return Grouped(n) + " " + Choose(n, one, many) }

// Choose returns one for 1, and many for any other number.
func Choose(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Tenths returns a number with one digit after the point, as exposures are shown.
func Tenths(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// Float returns the shortest text that reads as the same number.
func Float(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Listed joins names with commas. Of a long list it names the first five and
// counts the others.
func Listed(names []string) string {
	const most = 5
	if n := len(names); n > most {
		return strings.Join(names[:most], ", ") + " and " + strconv.Itoa(n-most) + " more"
	}
	return strings.Join(names, ", ")
}

// Classes returns counts in the order of their names: "credentials=1 health=2".
func Classes(counts map[string]int64) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, name+"="+strconv.FormatInt(counts[name], 10))
	}
	return strings.Join(parts, " ")
}
