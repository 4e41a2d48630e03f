package records

import (
	"bytes"

	"github.com/tidwall/gjson"
)

// maxNesting is how deep the objects and arrays of a record may lie within each other. A deeper
// one is no record: reading it would take the square of its length, and a stack without end.
const maxNesting = 200

// isValid reports JSON that is not nested too deep.
func isValid(b []byte) bool { return !isTooDeep(b) && gjson.ValidBytes(b) }

// isTooDeep reports more than maxNesting brackets that are open at a time. Nearly all records have
// fewer at all, which is found out quickly.
func isTooDeep(b []byte) bool {
	if bytes.Count(b, []byte("["))+bytes.Count(b, []byte("{")) <= maxNesting {
		return false
	}
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			if depth++; depth > maxNesting {
				return true
			}
		case '}', ']':
			depth--
		case '"':
			n := stringEnd(b[i+1:])
			if n < 0 {
				return false
			}
			i += n + 1
		}
	}
	return false
}
