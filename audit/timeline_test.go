package audit

import (
	"slices"
	"testing"

	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/parsers"
)

// The first of all targets is meant only where a verdict names it.
func TestMeantBy(t *testing.T) {
	t.Parallel()
	e := Evidence{targets: targets{domain: []uint32{7, noDomain, 9}}}
	for _, test := range []struct {
		verdict lookalike.Verdict
		want    []uint32
	}{
		{lookalike.Verdict{Target: 2, Near: [...]int32{-1, -1}}, []uint32{9}},
		{lookalike.Verdict{Target: 2, Near: [...]int32{0, -1}}, []uint32{7, 9}},
		{lookalike.Verdict{Target: 1, Near: [...]int32{2, -1}}, []uint32{9}},
		{lookalike.Verdict{Target: 1, Near: [...]int32{-1, -1}}, nil},
	} {
		if got := e.meantBy(&test.verdict); !slices.Equal(got, test.want) {
			t.Errorf("target %d, near %v: got %v, want %v", test.verdict.Target, test.verdict.Near, got, test.want)
		}
	}
}

// Once all parts together have more moments than a timeline may, none is unpacked any more:
// here one would fail, for nothing is known of its domain.
func TestQuota(t *testing.T) {
	t.Parallel()
	l := NewLedger(Ledgering{})
	l.Add(&parsers.Delivery{Sender: "alice@corp.example", SenderKnown: true, Submitted: true, Recipient: "jane@acme.example", Status: parsers.StatusDelivered})
	l.settle()
	var kept quota
	kept.kept.Store(maxMoments + 1)
	parts := l.kept().parts
	for i := range parts {
		if all, err := (&Evidence{}).moments(&parts[i], &wantedMail{}, nil, &kept); len(all) > 0 || err != nil {
			t.Errorf("%d moments, %v", len(all), err)
		}
	}
}
