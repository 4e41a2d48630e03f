package mail

import (
	"testing"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// TestFigureOfWhatDidNotArrive: mail that is queued or held may arrive yet, and is not called harmless.
func TestFigureOfWhatDidNotArrive(t *testing.T) {
	t.Parallel()
	bounced := result.Delivery{Status: parsers.StatusBounced, Arrived: parsers.ArrivedNo, Count: 1}
	queued := result.Delivery{Status: parsers.StatusDeferred, Arrived: parsers.ArrivedNo, Count: 2}
	held := result.Delivery{Status: parsers.StatusHeld, Arrived: parsers.ArrivedNo}
	broke := result.Delivery{Status: parsers.StatusDeferred, Arrived: parsers.ArrivedMaybe, Count: 1}
	for want, all := range map[string][]result.Delivery{
		"bounced, harmless":                      {bounced, broke},
		"did not arrive, 3 still queued or held": {bounced, queued, held, broke},
	} {
		if got := figures(&result.Result{Deliveries: all})[1].Name; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
