package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInspectManyAtOnce: findings are opened again on several cores, and what
// one message carries is not said of another.
func TestInspectManyAtOnce(t *testing.T) {
	t.Parallel()
	messages := rounds(400)
	dir := t.TempDir()
	var mbox strings.Builder
	cur := filepath.Join(dir, "Maildir", "cur")
	for _, sub := range []string{"cur", "new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, "Maildir", sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for i := range messages {
		text := "nothing of note, " + strings.Repeat("word ", i)
		if i%2 == 0 {
			text = strings.Repeat("word ", i) + "\npassword: S3cr3t-canary-77\n"
		}
		m := fmt.Sprintf("From: kim@corp.example\nTo: r%d@army.ml\nMessage-ID: <%d@corp.example>\nDate: Mon, 16 Nov 2026 09:00:00 +0000\n\n%s\n", i, i, text)
		fmt.Fprintf(&mbox, "From kim@corp.example Mon Nov 16 09:00:00 2026\n%s\n", m)
		if err := os.WriteFile(filepath.Join(cur, fmt.Sprintf("%d.M1P1.test:2,S", 1700000000+i)), []byte(m), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "Sent.mbox")
	if err := os.WriteFile(file, []byte(mbox.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(dir, "Maildir")} {
		r := call(t.Context(), nil, "scan", "--internal", "corp.example", "--protect", "army.mil", "--content", "--jobs", "8", "-f", "json", path)
		out := decode(t, r)
		if r.status != exitOK || len(out.Deliveries) != messages {
			t.Fatalf("%s: status %d, %d deliveries, %s", path, r.status, len(out.Deliveries), r.stderr)
		}
		wrong := 0
		for i := range out.Deliveries {
			var n int
			fmt.Sscanf(out.Deliveries[i].Recipient, "r%d@", &n)
			if got := strings.Join(out.Deliveries[i].Sensitive, " "); (got == "credentials") != (n%2 == 0) {
				wrong++
			}
		}
		if wrong > 0 || out.Coverage.Uninspected > 0 {
			t.Errorf("%s: %d of %d messages carry what another does, %d not opened", filepath.Base(path), wrong, messages, out.Coverage.Uninspected)
		}
	}
}
