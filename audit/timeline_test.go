package audit

import (
	"slices"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// The first of all targets is meant only where a verdict names it.
func TestMeantBy(t *testing.T) {
	t.Parallel()
	e := Evidence{targets: targets{domain: []uint32{7, noDomain, 9}}}
	for _, test := range []struct {
		verdict lookalike.Verdict
		want    []uint32
	}{
		{lookalike.Verdict{Target: 2}, []uint32{9}},
		{lookalike.Verdict{Target: 2, Also: domain.Must("acme.com")}, []uint32{9, 7}},
		{lookalike.Verdict{Target: 1, Also: domain.Must("acme.com"), AlsoTarget: 2}, []uint32{9}},
		{lookalike.Verdict{Target: 1}, nil},
	} {
		if got := e.meantBy(&test.verdict); !slices.Equal(got, test.want) {
			t.Errorf("target %d, also %q %d: got %v, want %v", test.verdict.Target, test.verdict.Also, test.verdict.AlsoTarget, got, test.want)
		}
	}
}
