package found

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestFoundOnFullDisk: what could not be written is written later, and a finding is known to
// the next watch.
func TestFoundOnFullDisk(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	folder, now := t.TempDir(), time.Now()
	f, err := Open(folder, "the test")
	if err != nil {
		t.Fatal(err)
	}
	file := f.file
	f.file = full
	f.Add(7, now)
	if err := f.Flush(); err == nil {
		t.Fatal("a full disk: no error")
	}
	f.file = file
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(folder, "the test")
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if !again.Has(7) {
		t.Error("it would be found twice")
	}
}

// TestFoundByTwo: a second watch with the same history is refused, and names the first one.
func TestFoundByTwo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	f, err := Open(folder, "the first")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder, "the second"); err == nil || !strings.Contains(err.Error(), "the first") {
		t.Errorf("a second one: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(folder, "the third")
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

// TestFoundCutShort: a line that was being written when its watch was killed does not take the
// next one with it.
func TestFoundCutShort(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, foundName), []byte("7 1700000000\n8 17"), 0o600); err != nil {
		t.Fatal(err)
	}
	for key := uint64(9); key < 11; key++ {
		f, err := Open(folder, "the test")
		if err != nil {
			t.Fatal(err)
		}
		if !f.Has(7) || key > 9 && !f.Has(9) {
			t.Errorf("before %d: known are %v", key, f.keys)
		}
		f.Add(key, time.Now())
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
