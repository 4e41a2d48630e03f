package pipeline

import (
	"os"
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
	f, err := openFoundBefore(folder)
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
	again, err := openFoundBefore(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer again.close()
	if !again.has(7) {
		t.Error("it would be found twice")
	}
}
