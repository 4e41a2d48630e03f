//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

func makeFile(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func modeOf(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func writing(words string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, words)
		return err
	}
}

// TestLeftOver: what a run that was killed left beside a report is removed by the next
// one, and what another run is writing is not.
func TestLeftOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	for _, name := range []string{".report.json.1234", ".report.json.99", ".report.json.x", ".report.json.", ".other.json.12"} {
		makeFile(t, filepath.Join(dir, name), "text", 0o600)
	}
	held, err := os.Open(filepath.Join(dir, ".report.json.99"))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if !lockFile(held) {
		t.Fatal("not locked")
	}
	if err := writeFile(path, writing("report")); err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(all), "[- .other.json.12 - .report.json. - .report.json.99 - .report.json.x - report.json]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestWithoutLocks: a disk that has no locks is written to, and one that somebody holds is not.
func TestWithoutLocks(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{syscall.ENOTSUP: true, syscall.ENOLCK: true, syscall.ENOSYS: true, syscall.EWOULDBLOCK: false, syscall.EINTR: false} {
		if got := hasNoLocks(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// TestWriters writes one file from many sides at once: none fails, and nothing is left.
func TestWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if err := writeFile(filepath.Join(dir, "report.json"), writing(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if left, err := os.ReadDir(dir); len(left) != 1 || err != nil {
		t.Errorf("%v, %v", left, err)
	}
}

// TestNeverThroughLinks: what is written is no file that a link names.
func TestNeverThroughLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	victim, link := filepath.Join(dir, "victim"), filepath.Join(dir, "link")
	makeFile(t, victim, "precious", 0o640)
	if err := os.Symlink(victim, link); err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(dir, "report.json")
	if r := call(t.Context(), nil, "scan", "-o", report, "../../examples/logs/maillog"); r.status != exitOK {
		t.Fatalf("%+v", r)
	}
	state := filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, filepath.Join(state, "lock")); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(dir, "state2")
	if err := os.Mkdir(linked, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, filepath.Join(linked, "history.db")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"scan", "-o", link, "-f", "json", "../../examples/logs/maillog"},
		{"scan", "--state", state, "../../examples/logs/maillog"},
		{"scan", "--state", linked, "../../examples/logs/maillog"},
		{"block", report, "--for", "postfix", "-o", link},
		{"fixes", report, "-o", link},
		{"ignore", "add", "army.ml", "--ignore-file", link},
	} {
		if r := call(t.Context(), nil, args...); r.status != exitUsage {
			t.Errorf("%s: %+v", args, r)
		}
		if got, _ := os.ReadFile(victim); string(got) != "precious" || modeOf(t, victim) != 0o640 {
			t.Fatalf("%s: %q, mode %o", args, got, modeOf(t, victim))
		}
	}
	before := modeOf(t, "/dev/null")
	if r := call(t.Context(), nil, "block", report, "--for", "postfix", "-o", "/dev/null"); modeOf(t, "/dev/null") != before {
		t.Fatalf("%+v", r)
	}
}

// TestStateOfEverybody refuses a history where everybody could put one.
func TestStateOfEverybody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	r := call(t.Context(), nil, "scan", "--state", dir, "../../examples/logs/maillog")
	if r.status != exitUsage || !strings.Contains(r.stderr, "everybody can write into it") {
		t.Errorf("%+v", r)
	}
	r = call(t.Context(), nil, "scan", "-o", filepath.Join(dir, "report.json"), "../../examples/logs/maillog")
	if r.status != exitOK || !strings.Contains(r.stderr, "everybody can replace what is in the folder") {
		t.Errorf("%+v", r)
	}
}

// TestKeptModes: rules for mail servers and ignore rules keep the mode and the owner that
// somebody gave them.
func TestKeptModes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	report, rules, ignore := filepath.Join(dir, "report.json"), filepath.Join(dir, "rules"), filepath.Join(dir, "ignore")
	if r := call(t.Context(), nil, "scan", "-o", report, "../../examples/logs/maillog"); r.status != exitOK {
		t.Fatalf("%+v", r)
	}
	block := []string{"block", report, "--for", "postfix", "-o", rules}
	add := []string{"ignore", "add", "x.example", "--ignore-file", ignore}
	for _, args := range [][]string{block, add} {
		if r := call(t.Context(), nil, args...); r.status != exitOK {
			t.Fatalf("%+v", r)
		}
	}
	if modeOf(t, rules) != rulesMode || modeOf(t, ignore) != 0o600 {
		t.Errorf("modes %o and %o", modeOf(t, rules), modeOf(t, ignore))
	}
	const group = 4 // adm
	for _, path := range []string{rules, ignore} {
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() == 0 {
			if err := os.Chown(path, 0, group); err != nil {
				t.Fatal(err)
			}
		}
	}
	add[2] = "y.example"
	for _, args := range [][]string{block, add} {
		if r := call(t.Context(), nil, args...); r.status != exitOK {
			t.Fatalf("%+v", r)
		}
	}
	for _, path := range []string{rules, ignore} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if s := info.Sys().(*syscall.Stat_t); info.Mode().Perm() != 0o640 || os.Geteuid() == 0 && s.Gid != group {
			t.Errorf("%s: mode %o, group %d", path, info.Mode().Perm(), s.Gid)
		}
	}
}

// TestRulesAtOnce adds 40 rules at once: none is lost.
func TestRulesAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ignore")
	var all sync.WaitGroup
	n := rounds(40)
	for i := range n {
		all.Go(func() {
			if r := call(t.Context(), nil, "ignore", "add", fmt.Sprintf("d%d.example", i), "--ignore-file", path); r.status != exitOK {
				t.Errorf("%+v", r)
			}
		})
	}
	all.Wait()
	got, err := os.ReadFile(path)
	if err != nil || strings.Count(string(got), "\n") != n {
		t.Errorf("%d rules, %v", strings.Count(string(got), "\n"), err)
	}
}

// TestSecretOfEverybody warns of a password that everybody can read, and takes it.
func TestSecretOfEverybody(t *testing.T) {
	t.Parallel()
	path := secretFile(t, "word\n")
	for mode, warned := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o644: true} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		var stderr strings.Builder
		o := secretOptions{}
		o.PasswordFile = path
		got, err := o.password(t.Context(), &env{stderr: &stderr}, "kim")
		if got != "word" || err != nil || strings.Contains(stderr.String(), "everybody on this machine can read it") != warned {
			t.Errorf("mode %o: %q, %v, %q", mode, got, err, stderr.String())
		}
	}
}
