package workers

import (
	"bytes"
	"errors"
	"iter"
	"sync/atomic"
	"testing"
)

func TestGroup(t *testing.T) {
	t.Parallel()
	var g Group
	var n atomic.Int32
	for range 8 {
		g.Go(func() { n.Add(1) })
	}
	g.Wait()
	if n.Load() != 8 {
		t.Errorf("%d of 8 ran", n.Load())
	}
}

// TestCrash: a panic reaches who waits, after the others have ended, and names its place.
func TestCrash(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	defer func() {
		crash, ok := recover().(*Crash)
		if !ok || n.Load() != 7 || !bytes.Contains(crash.Stack(), []byte("workers_test.go")) {
			t.Errorf("got %v, %d ran", crash, n.Load())
		}
		var err error = crash
		if errors.As(err, &crash); crash.Error() != "internal error" {
			t.Error(crash)
		}
	}()
	var g Group
	for i := range 8 {
		g.Go(func() {
			if i == 3 {
				panic("secret")
			}
			n.Add(1)
		})
	}
	g.Wait()
}

// TestNestedCrash: a panic of a function in a group of a function in a group names its own
// place.
func TestNestedCrash(t *testing.T) {
	t.Parallel()
	defer func() {
		crash, ok := recover().(*Crash)
		if !ok || !bytes.Contains(crash.Stack(), []byte("workers.burst")) {
			t.Errorf("got %v", crash)
		}
	}()
	var outer Group
	outer.Go(func() {
		var inner Group
		inner.Go(burst)
		inner.Wait()
	})
	outer.Wait()
}

func burst() { panic("secret") }

// TestShare: each number is dealt once, whatever the batch, and a worker that waits keeps none
// of the others from taking the rest.
func TestShare(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 7, 64, 1000} {
		for _, batch := range []int{1, 8, 2000} {
			dealt := make([]atomic.Int32, n)
			others := make(chan struct{})
			Share(n, batch, 3, func(worker int, numbers iter.Seq[int]) {
				if worker == 0 {
					<-others
				}
				for i := range numbers {
					dealt[i].Add(1)
				}
				if worker == 1 {
					close(others)
				}
			})
			for i := range dealt {
				if got := dealt[i].Load(); got != 1 {
					t.Fatalf("%d numbers, by %d: %d was dealt %d times, want once", n, batch, i, got)
				}
			}
		}
	}
}
