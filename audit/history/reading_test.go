package history

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestLook: a history can be read while a run has it open, and that run can be saved.
func TestLook(t *testing.T) {
	t.Parallel()
	ctx, folder := context.Background(), t.TempDir()
	if _, err := Look(ctx, folder); err == nil {
		t.Fatal("no history: got no error")
	}
	s := open(t, folder)
	save(t, s, update(1, monday, true))
	r, err := Look(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	packs := 0
	err = r.Packs(ctx, func(p Pack) error {
		packs++
		return nil
	})
	if run, _ := r.Run(ctx); err != nil || packs != 2 || run != 1 {
		t.Errorf("got %d packs of run %d, %v", packs, run, err)
	}
	err = r.Packs(ctx, func(Pack) error {
		if packs++; packs == 3 {
			save(t, s, update(2, monday.Add(24*time.Hour), true))
		}
		return nil
	})
	if !errors.Is(err, ErrChanged) {
		t.Errorf("a run was saved meanwhile: got %v", err)
	}
	if run, err := r.Run(ctx); err != nil || run != 2 {
		t.Errorf("got run %d, %v, want 2", run, err)
	}
}
