//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestExampleCheck: what check.sh asks is JSON, whatever stands in its arguments.
func TestExampleCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// In place of curl: it prints what follows --data.
	curl := "#!/bin/sh\nwhile [ \"$1\" != --data ]; do shift; done\nprintf '%s' \"$2\"\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(curl), 0o700); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"login": `a"b\c`, "sender": `"x, y"@corp.example`, "recipient": `jane"},{"@army.ml`}
	check := exec.Command("/bin/sh", "../../examples/guard/check.sh", want["login"]+"\n", want["sender"], want["recipient"])
	check.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	out, err := check.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s: got %q, want %q", name, got[name], value)
		}
	}
}
