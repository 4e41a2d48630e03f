package summary

import (
	"testing"

	"github.com/typoaudit/typoaudit/audit/result"
)

func TestWhetherArrived(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]result.Arrived{
		"62 arrived there": {Yes: 62, No: 3},
		"62 arrived there, 1 may have, for 2 it is not known":  {Yes: 62, Maybe: 1, Unknown: 2},
		"1 may have arrived there":                             {Maybe: 1},
		"none is known to have arrived, for 9 it is not known": {Unknown: 9},
		"none arrived there":                                   {No: 4},
	} {
		if got := whetherArrived(a); got != want {
			t.Errorf("%+v: got %q, want %q", a, got, want)
		}
	}
}
