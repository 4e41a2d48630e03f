package pipeline

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
	f, err := openFoundBefore(folder, "the test")
	if err != nil {
		t.Fatal(err)
	}
	file := f.file
	f.file = full
	f.add(7, now)
	if err := f.flush(); err == nil {
		t.Fatal("a full disk: no error")
	}
	f.file = file
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	again, err := openFoundBefore(folder, "the test")
	if err != nil {
		t.Fatal(err)
	}
	defer again.close()
	if !again.has(7) {
		t.Error("it would be found twice")
	}
}

// TestFoundByTwo: a second watch with the same history is refused, and names the first one.
func TestFoundByTwo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	f, err := openFoundBefore(folder, "the first")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openFoundBefore(folder, "the second"); err == nil || !strings.Contains(err.Error(), "the first") {
		t.Errorf("a second one: %v", err)
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	again, err := openFoundBefore(folder, "the third")
	if err != nil {
		t.Fatal(err)
	}
	again.close()
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
		f, err := openFoundBefore(folder, "the test")
		if err != nil {
			t.Fatal(err)
		}
		if !f.has(7) || key > 9 && !f.has(9) {
			t.Errorf("before %d: known are %v", key, f.keys)
		}
		f.add(key, time.Now())
		if err := f.close(); err != nil {
			t.Fatal(err)
		}
	}
}
