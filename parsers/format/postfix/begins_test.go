package postfix

import (
	"slices"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
)

// TestBegins: a line that begins otherwise says nothing of a message.
func TestBegins(t *testing.T) {
	begins := func(a, b byte) bool {
		return slices.ContainsFunc(Body{}.Begins(), func(x syslog.Beginning) bool {
			return strings.IndexByte(x.First, a) >= 0 && strings.IndexByte(x.Second, b) >= 0
		})
	}
	for c := range 1 << 16 {
		a, b := byte(c>>8), byte(c)
		for _, rest := range []string{"F09DE6ED: removed", "tqPx2Kz1zLmT: removed"} {
			text := append([]byte{a, b}, rest...)
			_, _, says := cutQueueID(text)
			if says = says || a == 'N' && b == 'O'; says && !begins(a, b) {
				t.Errorf("%q", text)
			}
		}
	}
}
