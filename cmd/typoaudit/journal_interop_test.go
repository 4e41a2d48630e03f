package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// journalMaker makes journals of what it is given in the Journal Export Format.
const journalMaker = "/usr/lib/systemd/systemd-journal-remote"

// TestJournalInterop has the real journalctl read a journal that systemd made, of the
// entries of the script about it.
func TestJournalInterop(t *testing.T) {
	t.Parallel()
	servers.Need(t, journalMaker)
	story, err := txtar.ParseFile("testdata/journald.txtar")
	if err != nil {
		t.Fatal(err)
	}
	c := newClone(t)
	write := func(path, text string) string {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	journal := filepath.Join(c.folder, "first.journal")
	for _, f := range story.Files {
		if f.Name != "first" {
			continue
		}
		if out, err := exec.Command(journalMaker, "--output="+journal, write(filepath.Join(c.folder, f.Name), string(f.Data))).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	// journalctl reads the journal of this machine unless it is told of a file.
	write(filepath.Join(c.path, "journalctl"), "#!/bin/sh\nexec /usr/bin/journalctl --file="+journal+" \"$@\"\n")
	got := c.session(t, "$ typoaudit scan --protect army.mil journald\n")
	for _, want := range []string{"1 mail went to 1 lookalike domain; 1 arrived there", "6 deliveries; all lines understood"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %q", got, want)
		}
	}
}

// journalOf adds numbered entries to a journal, some of which have a value of several lines.
func journalOf(t *testing.T, path string, from, to int) {
	t.Helper()
	var entries []journalEntry
	for n := from; n < to; n++ {
		message := fmt.Sprintf("number %d", n)
		if n%2 > 0 {
			message += "\n\n__CURSOR=none\n"
		}
		entries = append(entries, journalEntry{time.Unix(1795000000+int64(n), 0), "postfix/smtp", message})
	}
	addToJournal(t, path, entries)
}

// A journalEntry is what a test has of one.
type journalEntry struct {
	at            time.Time
	program, text string
}

// addToJournal adds entries to a journal, which is made if it is not there.
func addToJournal(t *testing.T, path string, entries []journalEntry) {
	t.Helper()
	var text bytes.Buffer
	for _, e := range entries {
		fmt.Fprintf(&text, "__REALTIME_TIMESTAMP=%[1]d\n__MONOTONIC_TIMESTAMP=%[1]d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME=mail\nSYSLOG_IDENTIFIER=%[2]s\nMESSAGE\n", e.at.UnixMicro(), e.program)
		_ = binary.Write(&text, binary.LittleEndian, uint64(len(e.text)))
		text.WriteString(e.text + "\n\n")
	}
	cmd := exec.Command(journalMaker, "--output="+path, "-")
	cmd.Stdin = &text
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// useJournal has journalctl read the journals of a folder, and returns that.
func useJournal(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	journals := filepath.Join(folder, "journal")
	if err := os.Mkdir(journals, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "journalctl"), []byte("#!/bin/sh\nexec /usr/bin/journalctl --directory="+journals+" \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	return journals
}

// TestWatchJournalInterop: of a journal that the real journalctl follows a watch finds what came
// since it was started first, and after a kill what came meanwhile, each once.
func TestWatchJournalInterop(t *testing.T) {
	servers.Need(t, journalMaker)
	path := filepath.Join(useJournal(t), "mail.journal")
	w := newWatched(t)
	mail := func(n int, at time.Time) {
		var entries []journalEntry
		for line := range strings.Lines(beginOfMail(n) + strings.ReplaceAll(endOfMail(n), "jane", fmt.Sprintf("n%d", n))) {
			program, text, _ := strings.Cut(line[len("2026-11-23T09:00:00Z mail "):], ": ")
			program, _, _ = strings.Cut(program, "[")
			entries = append(entries, journalEntry{at, program, strings.TrimSpace(text)})
		}
		addToJournal(t, path, entries)
	}
	find := func(n int) {
		t.Helper()
		for range 100 {
			if w.step(); w.found[fmt.Sprintf("n%d@army.ml", n)] > 0 {
				return
			}
			time.Sleep(lookGap / 5)
		}
		t.Fatalf("mail %d is not found; complained: %s", n, w.errs.String())
	}
	mail(1, w.now.Add(-time.Minute))
	w.start(journal.Name)
	w.step()
	mail(2, w.now.Add(time.Second))
	find(2)
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
	mail(3, w.now.Add(2*time.Second))
	w.start(journal.Name)
	find(3)
	mail(4, w.now.Add(3*time.Second))
	find(4)
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprint(w.found); got != "map[n2@army.ml:1 n3@army.ml:1 n4@army.ml:1]" {
		t.Errorf("found %s; complained: %s", got, w.errs.String())
	}
}

// TestJournalGap: the entries after one that was read are those that come after it; where that
// one was vacuumed none is left out, and the gap is said.
func TestJournalGap(t *testing.T) {
	servers.Need(t, journalMaker)
	folder := useJournal(t)
	journalOf(t, filepath.Join(folder, "old.journal"), 0, 20)
	numbers := func(cursor string) (all []int, cursors []string, err error) {
		var out bytes.Buffer
		err = exportJournal(t.Context(), &out, time.Time{}, cursor)
		for _, m := range regexp.MustCompile(`(?m)number (\d+)$`).FindAllStringSubmatch(out.String(), -1) {
			n, _ := strconv.Atoi(m[1])
			all = append(all, n)
		}
		for _, m := range regexp.MustCompile("(?m)^__CURSOR=(s=.*)$").FindAllStringSubmatch(out.String(), -1) {
			cursors = append(cursors, m[1])
		}
		return all, cursors, err
	}
	all, cursors, err := numbers("")
	if err != nil || len(all) != 20 || len(cursors) != 20 {
		t.Fatalf("%v: %v %v", err, all, cursors)
	}
	for n := range 19 {
		if after, _, err := numbers(cursors[n]); err != nil || len(after) != 19-n || after[0] != n+1 {
			t.Errorf("after entry %d: %v, %v", n, after, err)
		}
	}
	if after, _, err := numbers(cursors[19]); err != nil || len(after) > 0 {
		t.Errorf("after the last one: %v, %v", after, err)
	}
	journalOf(t, filepath.Join(folder, "new.journal"), 30, 40)
	if after, _, err := numbers(cursors[9]); err != nil || len(after) != 20 {
		t.Errorf("in two files: %v, %v", after, err)
	}
	if err := os.Remove(filepath.Join(folder, "old.journal")); err != nil {
		t.Fatal(err)
	}
	if after, _, err := numbers(cursors[9]); err == nil || !strings.Contains(err.Error(), "is lost") || len(after) != 10 || after[0] != 30 {
		t.Errorf("after an entry that was vacuumed: %v, %v", after, err)
	}
}

// TestEntriesAfter: an entry is left out in whatever parts it comes.
func TestEntriesAfter(t *testing.T) {
	t.Parallel()
	first := "__CURSOR=a\nMESSAGE\n\x08\x00\x00\x00\x00\x00\x00\x00one\n\ntwo\n\n"
	const second = "__CURSOR=b\nMESSAGE=x\n\n"
	for part := 1; part < 20; part++ {
		for cursor, want := range map[string]string{"a": second, "b": first + second, "": first + second} {
			var out strings.Builder
			e := entriesAfter{w: &out, cursor: cursor}
			for text := first + second; text != ""; text = text[min(part, len(text)):] {
				if n, err := e.Write([]byte(text[:min(part, len(text))])); err != nil || n != min(part, len(text)) {
					t.Fatal(n, err)
				}
			}
			if out.String() != want || e.gap != (cursor == "b") {
				t.Errorf("parts of %d after %q: %q, gap %v", part, cursor, out.String(), e.gap)
			}
		}
	}
}
