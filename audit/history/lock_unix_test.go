//go:build unix

package history

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestReleaseOfShared: a lock ends when it is released, although a program that is being
// started still has the file.
func TestReleaseOfShared(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	l, err := takeLock(t.Context(), path, "first")
	if err != nil {
		t.Fatal(err)
	}
	child, err := syscall.Dup(int(l.f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(child)
	if err := l.release(); err != nil {
		t.Fatal(err)
	}
	again, err := takeLock(t.Context(), path, "second")
	if err != nil {
		t.Fatal(err)
	}
	if err := again.release(); err != nil {
		t.Fatal(err)
	}
}
