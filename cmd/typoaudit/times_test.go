package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestYearsOfOddFiles: of a file whose time of change cannot be right the report says that
// its years are guesses; of any other it does not.
func TestYearsOfOddFiles(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../examples/logs/maillog")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "maillog")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) // of call
	const remark = "its lines have no year"
	for changed, want := range map[time.Time]bool{time.Unix(1, 0): true, now.AddDate(0, 0, 3): true, now: false, now.AddDate(-9, 0, 0): false} {
		if err := os.Chtimes(path, time.Time{}, changed); err != nil {
			t.Fatal(err)
		}
		if r := call(t.Context(), nil, "scan", "-f", "json", path); strings.Contains(r.stdout, remark) != want {
			t.Errorf("changed %v: %+v", changed, r.stderr)
		}
		if r := call(t.Context(), nil, "scan", "--year", "2026", "-f", "json", path); strings.Contains(r.stdout, remark) {
			t.Errorf("changed %v: a doubt though --year is given", changed)
		}
	}
}
