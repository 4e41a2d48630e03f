package lookalike

import (
	"slices"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// Whatever sentence has a local part in it says so, and has it as a word: a pseudonym can
// take its place.
func TestSentencesSayWhomTheyName(t *testing.T) {
	t.Parallel()
	locals := []string{"canary.typed", "canary.meant", "canary.twin"}
	named := map[string]bool{}
	for _, twins := range []int64{1, 2} {
		s := Subject{Name: domain.Must("acme.co"), Traffic: Traffic{Sent: 2, Recipients: 2}}
		dp, ep := cut(s.Name), cut(domain.Must("acme.com"))
		w := writer{s: &s, dp: &dp, ep: &ep, e: &Target{Name: domain.Must("acme.com")}, typed: "acme.co", meant: "acme.com"}
		w.c.slip, _ = compare(&dp, &ep, maxEdits)
		w.c.pair = Pair{Twins: twins, FormTyped: locals[0], FormMeant: locals[1], TwinLocal: locals[2]}
		for at := range terms {
			for _, sentence := range []func(term) (string, string){w.sentence, w.quiet} {
				code, text := sentence(at)
				names := w.named(code)
				words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
				for _, local := range locals {
					isNamed := strings.Contains(text, local)
					if isNamed != slices.Contains(names, local) {
						t.Errorf("%q names %s, and says that it names %q", text, local, names)
					}
					if isNamed && !slices.Contains(words, local) && !slices.Contains(words, local+".") {
						t.Errorf("%s is no word of %q", local, text)
					}
					named[local] = named[local] || isNamed
				}
			}
		}
	}
	if len(named) != len(locals) || !named[locals[0]] || !named[locals[1]] || !named[locals[2]] {
		t.Errorf("named are %v", named)
	}
}
