package pipeline

import (
	"errors"
	"slices"
	"testing"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
)

// TestComplainOnce: of a complaint of several lines those that were complained of before
// are left out, and no other; the hint stays.
func TestComplainOnce(t *testing.T) {
	t.Parallel()
	var got, hints []string
	p := newPass(Sources{}, Options{}, World{Complain: func(err error) {
		got = append(got, err.Error())
		var h *failure.Hint
		if errors.As(err, &h) {
			hints = append(hints, h.Text)
		}
	}}, nil)
	first, second, third := errors.New("a: refused"), errors.New("b: refused"), errors.New("c: refused")
	p.Complain(first)
	p.Complain(failure.WithHint(errors.Join(first, second, third), "start it"))
	p.Complain(errors.Join(second, first))
	if want := []string{"a: refused", "b: refused\nc: refused"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.Equal(hints, []string{"start it"}) {
		t.Errorf("hints %q", hints)
	}
	if want := []string{"a: refused", "b: refused", "c: refused"}; !slices.Equal(p.problems, want) {
		t.Errorf("problems %q", p.problems)
	}
}
