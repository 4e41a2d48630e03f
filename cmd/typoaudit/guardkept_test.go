package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAppender: nothing is added while another guard replaces the file, and a line that was cut
// ends before the next one.
func TestAppender(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), keptName)
	a, done := appender(path), make(chan error, 1)
	if err := withFolder(context.Background(), filepath.Dir(path), func() error {
		go func() {
			_, err := a.Write([]byte("new\n"))
			done <- err
		}()
		select {
		case <-done:
			t.Error("written while another one holds the folder")
		case <-time.After(50 * time.Millisecond):
		}
		return os.WriteFile(path, []byte("left\ncut"), fileMode)
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if n, err := a.Write([]byte("more\n")); n != 5 || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "left\ncut\nnew\nmore\n" {
		t.Errorf("got %q, %v", got, err)
	}
}
