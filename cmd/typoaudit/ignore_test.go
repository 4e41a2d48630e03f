package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestRulesAreReadable: a first rule is as readable as the configuration beside it, since the
// service that reads both is another user than who adds it; a file of one's own is not.
func TestRulesAreReadable(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes are those of Unix")
	}
	dir := t.TempDir()
	conf := filepath.Join(dir, "typoaudit.toml")
	for _, test := range []struct {
		mode   os.FileMode // of the configuration
		ignore string
		want   os.FileMode
	}{
		{0o644, filepath.Join(dir, "ignore"), 0o644},
		{0o640, filepath.Join(dir, "ignore2"), 0o640},
		{0o644, filepath.Join(t.TempDir(), "ignore"), 0o600},
	} {
		if err := os.WriteFile(conf, nil, test.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(conf, test.mode); err != nil {
			t.Fatal(err)
		}
		for _, domain := range []string{"a.example", "b.example"} { // the second one keeps the mode
			if r := call(t.Context(), nil, "ignore", "add", domain, "-c", conf, "--ignore-file", test.ignore); r.status != exitOK {
				t.Fatal(r.stderr)
			}
			info, err := os.Stat(test.ignore)
			if err != nil || info.Mode().Perm() != test.want {
				t.Errorf("beside a configuration of mode %o: %v, want mode %o", test.mode, info.Mode(), test.want)
			}
		}
	}
}
