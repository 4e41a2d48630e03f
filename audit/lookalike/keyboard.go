package lookalike

// adjacent reports keys that touch on QWERTY, QWERTZ or AZERTY keyboards.
func adjacent(a, b byte) bool {
	return a != b && (near(qwerty, a, b) || near(qwertz, a, b) || near(azerty, a, b))
}

// beside reports keys that touch in a row of QWERTY.
func beside(a, b byte) bool {
	ra, ca := place(qwerty, a)
	rb, cb := place(qwerty, b)
	return ra >= 0 && ra == rb && (ca-cb == 1 || cb-ca == 1)
}

// The rows of keys; each is shifted by half a key to the right of the one
// above it.
const (
	qwerty = "1234567890-\nqwertyuiop\nasdfghjkl\nzxcvbnm"
	qwertz = "1234567890\nqwertzuiop\nasdfghjkl\nyxcvbnm-"
	azerty = "1234567890\nazertyuiop\nqsdfghjklm\nwxcvbn"
)

func near(layout string, a, b byte) bool {
	ra, ca := place(layout, a)
	rb, cb := place(layout, b)
	if ra < 0 || rb < 0 {
		return false
	}
	if ra > rb {
		ra, ca, rb, cb = rb, cb, ra, ca
	}
	switch rb - ra {
	case 0:
		return ca-cb == 1 || cb-ca == 1
	case 1: // a key touches the one below it to the left, and the one straight below
		return ca == cb || ca == cb+1
	}
	return false
}

func place(layout string, c byte) (row, column int) {
	for i := range len(layout) {
		switch layout[i] {
		case c:
			return row, column
		case '\n':
			row, column = row+1, 0
		default:
			column++
		}
	}
	return -1, -1
}
