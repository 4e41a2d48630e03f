package records

import (
	"strings"

	"github.com/tidwall/gjson"
)

// A Row is one record. Strings are borrowed: they hold until the next one is
// read.
type Row struct {
	Line   int64
	values []string
	has    []bool
	lists  [][]string // of JSON arrays
	ranks  []int      // of the names that the values stand under
}

// Get returns the value of a column, the first of several, "" if it is not there
// or null.
func (r *Row) Get(column int) string {
	if len(r.lists[column]) > 0 {
		return r.lists[column][0]
	}
	return r.values[column]
}

// Has reports whether a column is there.
func (r *Row) Has(column int) bool { return r.has[column] }

// List returns the values of a column that may hold several: the elements of a
// JSON array, or the parts between separators.
func (r *Row) List(column int, separators string) []string {
	if len(r.lists[column]) > 0 {
		return r.lists[column]
	}
	if r.values[column] == "" {
		return nil
	}
	if separators == "" {
		return []string{r.values[column]}
	}
	return SplitList(WithoutBraces(r.values[column]), separators)
}

// SplitList divides a list at any of the separators, but not within quotes, as
// those of "doe, jane"@corp.example (RFC 5321 section 4.1.2).
func SplitList(s, separators string) (list []string) {
	if strings.Count(s, `"`)%2 != 0 { // not the quotes of addresses
		return strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(separators, c) })
	}
	quoted, from := false, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] == '"' {
			quoted = !quoted
		}
		if i == len(s) || !quoted && strings.IndexByte(separators, s[i]) >= 0 {
			if i > from {
				list = append(list, s[from:i])
			}
			from = i + 1
		}
	}
	return list
}

func (r *Row) hasAll(columns []int) bool {
	for _, c := range columns {
		if !r.has[c] {
			return false
		}
	}
	return true
}

func (r *Row) clear() {
	clear(r.values)
	clear(r.has)
	for i := range r.lists {
		r.lists[i] = r.lists[i][:0]
	}
}

func (r *Row) set(c named, v gjson.Result) {
	column := c.column
	if v.Type == gjson.Null || r.has[column] && c.rank > r.ranks[column] {
		return
	}
	if r.has[column] && c.rank < r.ranks[column] {
		r.values[column], r.has[column], r.lists[column] = "", false, r.lists[column][:0]
	}
	r.ranks[column] = c.rank
	if v.IsArray() {
		v.ForEach(func(_, element gjson.Result) bool {
			if text := AddressText(element); !element.IsObject() || IsAddress(text) {
				r.lists[column] = append(r.lists[column], text)
			}
			return true
		})
		r.has[column] = true
		return
	}
	if r.has[column] { // a key of each of several objects
		if len(r.lists[column]) == 0 {
			r.lists[column] = append(r.lists[column], r.values[column])
		}
		r.lists[column] = append(r.lists[column], v.String())
		return
	}
	r.values[column], r.has[column] = v.String(), true
}

func (s Schema) newRow() *Row {
	n := len(s.Columns)
	return &Row{values: make([]string, n), has: make([]bool, n), lists: make([][]string, n), ranks: make([]int, n)}
}
