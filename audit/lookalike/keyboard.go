package lookalike

import "strings"

// adjacent reports keys that touch on QWERTY, QWERTZ or AZERTY keyboards.
func adjacent(a, b byte) bool { return touching[a].has(b) }

// beside reports keys that touch in a row of QWERTY.
func beside(a, b byte) bool { return inRow[a].has(b) }

// A keySet is a set of keys, by their letters in ASCII.
type keySet [2]uint64

func (s *keySet) has(c byte) bool { return c < 128 && s[c>>6]>>(c&63)&1 != 0 }

func (s *keySet) add(c byte) { s[c>>6] |= 1 << (c & 63) }

// Neighbours has for each key those that touch it.
type neighbours [256]keySet

func (n *neighbours) join(a, b byte) {
	n[a].add(b)
	n[b].add(a)
}

// addRow adds the keys that touch in a row.
func (n *neighbours) addRow(row string) {
	for i := 1; i < len(row); i++ {
		n.join(row[i-1], row[i])
	}
}

// add adds the keys that touch on a layout. Each of its rows is shifted by half a key to the
// right of the one above it, so that a key touches the one straight above it, and the one to
// the right of that.
func (n *neighbours) add(layout string) {
	above := ""
	for row := range strings.SplitSeq(layout, "\n") {
		n.addRow(row)
		for i := range row {
			for _, c := range above[min(i, len(above)):min(i+2, len(above))] {
				n.join(row[i], byte(c))
			}
		}
		above = row
	}
}

// The keys that touch: they are asked for with each letter of very many pairs of names.
var (
	touching = func() (n neighbours) {
		n.add("1234567890-\nqwertyuiop\nasdfghjkl\nzxcvbnm")
		n.add("1234567890\nqwertzuiop\nasdfghjkl\nyxcvbnm-")
		n.add("1234567890\nazertyuiop\nqsdfghjklm\nwxcvbn")
		return n
	}()
	inRow = func() (n neighbours) {
		for _, row := range [...]string{"1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"} {
			n.addRow(row)
		}
		return n
	}()
)
