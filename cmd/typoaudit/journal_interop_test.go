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

// journalOf makes a journal of numbered entries, one of which has a value of several lines.
func journalOf(t *testing.T, path string, from, to int) {
	t.Helper()
	var text bytes.Buffer
	for n := from; n < to; n++ {
		fmt.Fprintf(&text, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME=mail\nSYSLOG_IDENTIFIER=postfix/smtp\n", 1795000000000000+int64(n)*1000000, 1000000*(n+1))
		message := fmt.Sprintf("number %d\n\n__CURSOR=none\n", n)
		if n%2 == 0 {
			message = fmt.Sprintf("number %d", n)
			fmt.Fprintf(&text, "MESSAGE=%s\n\n", message)
			continue
		}
		text.WriteString("MESSAGE\n")
		_ = binary.Write(&text, binary.LittleEndian, uint64(len(message)))
		text.WriteString(message + "\n\n")
	}
	cmd := exec.Command(journalMaker, "--output="+path, "-")
	cmd.Stdin = &text
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestJournalGap: the entries after one that was read are those that come after it; where that
// one was vacuumed none is left out, and the gap is said.
func TestJournalGap(t *testing.T) {
	servers.Need(t, journalMaker)
	folder := t.TempDir()
	bin := filepath.Join(folder, "journalctl")
	if err := os.WriteFile(bin, []byte("#!/bin/sh\nexec /usr/bin/journalctl --directory="+folder+"/journal \"$@\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
	if err := os.Mkdir(filepath.Join(folder, "journal"), 0o700); err != nil {
		t.Fatal(err)
	}
	journalOf(t, filepath.Join(folder, "journal", "old.journal"), 0, 20)
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
	journalOf(t, filepath.Join(folder, "journal", "new.journal"), 30, 40)
	if after, _, err := numbers(cursors[9]); err != nil || len(after) != 20 {
		t.Errorf("in two files: %v, %v", after, err)
	}
	if err := os.Remove(filepath.Join(folder, "journal", "old.journal")); err != nil {
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
