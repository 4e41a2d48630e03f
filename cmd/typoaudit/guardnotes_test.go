//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// warnConfig writes a configuration whose mail is taken by a shell script.
func warnConfig(t *testing.T, dir, script string) (path string) {
	t.Helper()
	program := filepath.Join(dir, "sendmail")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "conf.toml")
	text := "[mail]\nfrom = \"typoaudit@corp.example\"\nto = [\"security@corp.example\"]\nvia = \"sendmail:" + program + "\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// startWarning starts a guard in the mode warn.
func startWarning(t *testing.T, args ...string) *guarded {
	t.Helper()
	dir := t.TempDir()
	guardLog(t, filepath.Join(dir, "mail.jsonl"))
	return startGuard(t, dir, append([]string{filepath.Join(dir, "mail.jsonl"), "--mode", "warn", "--ignore-file", os.DevNull}, args...)...)
}

const markedAnswer = "action=PREPEND X-Typoaudit: army.ml looks like army.mil"

// TestGuardNotes: the sender of a marked mail gets a note, by the transport of the weekly mail
// and in the language of the notes, once, also by the next guard.
func TestGuardNotes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sent := filepath.Join(dir, "sent")
	args := []string{"-c", warnConfig(t, dir, "cat >> "+sent), "--notice-language", "de", "--state", filepath.Join(dir, "state")}
	g := startWarning(t, args...)
	for range 2 {
		if got := g.ask("bob", "jane@army.ml"); !strings.HasPrefix(got, markedAnswer) {
			t.Fatalf("got %q", got)
		}
	}
	var text string
	g.waitFor("the note", func() bool {
		all, _ := os.ReadFile(sent)
		text = string(all)
		return strings.Contains(text, "ein Programm")
	})
	for _, want := range []string{"To: <bob@corp.example>", "From: <typoaudit@corp.example>", "Auto-Submitted: auto-generated", "jane@army[.]ml", "jane@army.mil"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("want %q once in %s", want, text)
		}
	}
	g.waitFor("the log", func() bool { return strings.Contains(g.stdout.String(), `"noted":true`) })
	g.end()
	kept, err := os.ReadFile(filepath.Join(dir, "state", keptName))
	if err != nil || !strings.Contains(string(kept), `"what":"noted","person":"bob@corp.example","recipient":"jane@army.ml"`) {
		t.Errorf("kept %s, %v", kept, err)
	}
	later := startWarning(t, args...)
	later.ask("bob", "jane@army.ml")
	later.waitFor("the log", func() bool { return strings.Contains(later.stdout.String(), `"noted":false`) })
	if said := g.stderr.String(); strings.Contains(said, "not sent") || strings.Contains(said, "no sender") {
		t.Errorf("said %s", said)
	}
}

// TestGuardNotesHang: a mail server that hangs keeps no answer waiting; that a note was not sent
// is said at the end.
func TestGuardNotesHang(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	began := filepath.Join(dir, "began")
	g := startWarning(t, "-c", warnConfig(t, dir, "touch "+began+"; exec sleep 600"))
	for _, who := range []string{"bob", "alice"} {
		if got := g.ask(who, "jane@army.ml"); !strings.HasPrefix(got, markedAnswer) {
			t.Errorf("%s: got %q", who, got)
		}
	}
	g.waitFor("a note", func() bool {
		_, err := os.Stat(began)
		return err == nil
	})
	if got := g.ask("carol", "jane@army.ml"); !strings.HasPrefix(got, markedAnswer) {
		t.Errorf("while it hangs: got %q", got)
	}
	g.end()
	if said := g.stderr.String(); !strings.Contains(said, "guard: notes that were not sent: 3") {
		t.Errorf("said %s", said)
	}
}

// TestGuardWithoutNotes: without [mail] it says that there are none; --no-notes wants none.
func TestGuardWithoutNotes(t *testing.T) {
	t.Parallel()
	const said = "no [mail] is configured: a slip is marked with a header, and no sender gets a note"
	g := startWarning(t)
	if got := g.ask("bob", "jane@army.ml"); !strings.HasPrefix(got, markedAnswer) || !strings.Contains(g.stderr.String(), said) {
		t.Errorf("got %q, said %s", got, g.stderr.String())
	}
	if g := startWarning(t, "--no-notes"); strings.Contains(g.stderr.String(), said) {
		t.Errorf("said %s", g.stderr.String())
	}
}
