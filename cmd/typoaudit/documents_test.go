package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
)

// TestReadme runs every command block of the README, in the order of the README, as
// somebody would who has just cloned the repository. With -update what the commands
// print is written there.
func TestReadme(t *testing.T) {
	t.Parallel()
	if blocks := showsRealOutput(t, "../../README.md", ""); blocks < 3 {
		t.Errorf("%d blocks with commands, want at least 3", blocks)
	}
	info, err := os.Stat("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const most = 10_000
	if info.Size() > most {
		t.Errorf("the README has %d bytes, want at most %d: what is more belongs into a topic of help/", info.Size(), most)
	}
}

// TestReadmeFigures: what the README says of precision and recall is in the table of the
// topic.
func TestReadmeFigures(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("help/detection.md")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(readme)), " ")
	for row, where := range map[string]string{"mailing lists": "on mailing lists", "a company's own mail": "in a company's mail", "mailing lists with slips put in[^|]*": "on lists with slips put in"} {
		m := regexp.MustCompile(`(?m)^\| ` + row + ` \|[^|]*\| ([0-9.]+) \| ([0-9.]+) \|`).FindStringSubmatch(string(table))
		if m == nil {
			t.Errorf("no row of %s", row)
		} else if want := m[1] + " and " + m[2] + " " + where; !strings.Contains(text, want) {
			t.Errorf("the README has not %q", want)
		}
	}
}

// TestTopicsShowRealOutput does so for the topics, whose blocks that can be run without
// a server or a log of one's own are marked as console.
func TestTopicsShowRealOutput(t *testing.T) {
	slow(t) // TestReadme runs commands of the same kind
	t.Parallel()
	files, err := filepath.Glob("help/*.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for _, f := range files {
		blocks += showsRealOutput(t, f, "console")
	}
	if blocks < 2 {
		t.Errorf("%d blocks with commands, want at least 2", blocks)
	}
}

// showsRealOutput runs the blocks of a file that are marked so, and returns how many
// they are.
func showsRealOutput(t *testing.T, path, mark string) (blocks int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := newClone(t)
	got := regexp.MustCompile("(?ms)^```"+mark+"\n(\\$ .*?)^```$").ReplaceAllStringFunc(string(text), func(block string) string {
		blocks++
		_, commands, _ := strings.Cut(strings.TrimSuffix(block, "```"), "\n")
		return "```" + mark + "\n" + c.session(t, commands) + "```"
	})
	if updating() && got != string(text) {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("%s (go test -run 'Readme|Topics' -update writes it): -shown +printed:\n%s", path, diff)
	}
	return blocks
}

// A clone is a folder with the examples, where commands are run with an empty home.
type clone struct{ folder, home, path string }

func newClone(t *testing.T) clone {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
	self, err := os.Executable() // TestMain is the program under the name of it
	if err != nil {
		t.Fatal(err)
	}
	logs, err := filepath.Abs(examples)
	if err != nil {
		t.Fatal(err)
	}
	c := clone{t.TempDir(), t.TempDir(), t.TempDir()}
	for link, target := range map[string]string{filepath.Join(c.folder, "examples"): logs, filepath.Join(c.path, "typoaudit"): self} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// session returns the commands of a block, each with what it prints on standard output
// and standard error.
func (c clone) session(t *testing.T, block string) string {
	var b strings.Builder
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue // what it printed before
		}
		b.WriteString(line)
		cmd := exec.Command("sh", "-c", strings.Replace(command, "go run ./cmd/typoaudit", "typoaudit", 1))
		cmd.Dir = c.folder
		cmd.Env = []string{"HOME=" + c.home, "TZ=UTC", "LANG=C.UTF-8", "STATE_DIRECTORY=" + c.home, "PATH=" + c.path + ":/usr/bin:/bin", raceVariable + "=" + os.Getenv(raceVariable)}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", command, err, out)
		}
		b.WriteString(strings.ReplaceAll(string(out), "\r\n", "\n")) // a mail has those of mail
	}
	return b.String()
}

// TestTopicsListSettings: the topic of the configuration has each setting with its help.
// With -update it is written there.
func TestTopicsListSettings(t *testing.T) {
	t.Parallel()
	const path = "help/config.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var o runOptions
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.AddFlags(flags, config.Names()...)
	var rows strings.Builder
	for _, name := range config.Names() {
		f := flags.Lookup(name)
		_, usage := pflag.UnquoteUsage(f)
		preset := presetOf(f)
		if name == "jobs" {
			preset = ""
		}
		fmt.Fprintf(&rows, "| `%s` | %s |\n", strings.ReplaceAll(name, "-", "_"), strings.NewReplacer("|", `\|`, "(repeat)", "(a list)").Replace(usage)+preset)
	}
	got := regexp.MustCompile("(?s)(## Settings\n.*?\\|---\\|---\\|\n)(?:\\|[^\n]*\n)*").ReplaceAllString(string(text), "${1}"+strings.ReplaceAll(rows.String(), "$", "$$"))
	if updating() && got != string(text) {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("%s (go test -run Topics -update writes it): -listed +are:\n%s", path, diff)
	}
}
