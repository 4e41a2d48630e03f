package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

const examples = "../../examples"

func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(examples, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestExampleConfiguration(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("/etc/typoaudit/typoaudit.toml", []byte(example(t, "typoaudit.toml")))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sources) != 2 || c.Mail == nil || c.IgnoreFile != "/etc/typoaudit/ignore" {
		t.Errorf("%+v", c)
	}
}

// TestTenantsTopic: the configuration of the topic is taken as it stands.
func TestTenantsTopic(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("help/tenants.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```toml\n(.*?)```").FindStringSubmatch(string(text))
	if block == nil {
		t.Fatal("no configuration")
	}
	c, err := config.Parse("/etc/typoaudit/typoaudit.toml", []byte(block[1]))
	if err != nil || len(c.Tenants) != 2 || c.Tenants[1].Mail.From != "typoaudit@hoster.example" {
		t.Errorf("%v: %+v", err, c)
	}
}

// uncommented takes the sign away that makes a line an example.
func uncommented(text string) string {
	return regexp.MustCompile(`(?m)^#([^ \n])`).ReplaceAllString(text, "$1")
}

// TestPackagedFiles: what a package installs does nothing as it stands, and is right when
// it is uncommented. Its unit is that of the examples.
func TestPackagedFiles(t *testing.T) {
	t.Parallel()
	if rules, err := result.ParseRules(example(t, "ignore"), time.UTC); err != nil || len(slices.DeleteFunc(rules, func(r result.Rule) bool { return r.Pattern == "" })) > 0 {
		t.Errorf("rules that hide findings: %v, %v", rules, err)
	}
	text := example(t, "package/typoaudit.toml")
	c, err := config.Parse("/etc/typoaudit/typoaudit.toml", []byte(text))
	if err != nil || len(c.Sources) > 0 || c.Mail != nil {
		t.Errorf("%v: %+v", err, c)
	}
	c, err = config.Parse("/etc/typoaudit/typoaudit.toml", []byte(uncommented(strings.ReplaceAll(text, "#\t", "# "))))
	if err != nil || len(c.Sources) != 2 || c.Mail == nil {
		t.Errorf("%v: %+v", err, c)
	}
	var release struct {
		Packages []struct {
			Contents []struct{ Src, Dst string }
		} `yaml:"nfpms"`
	}
	list, err := os.ReadFile("../../.goreleaser.yaml")
	if err == nil {
		err = yaml.Unmarshal(list, &release)
	}
	if err != nil || len(release.Packages) != 1 || len(release.Packages[0].Contents) < 15 {
		t.Fatalf("%v: %+v", err, release)
	}
	for _, f := range release.Packages[0].Contents {
		if _, err := os.Stat(filepath.Join("../..", f.Src)); err != nil && !strings.HasPrefix(f.Src, "dist-") {
			t.Error(err)
		}
	}
}

func TestExampleIgnoreRules(t *testing.T) {
	t.Parallel()
	rules, err := result.ParseRules(uncommented(example(t, "ignore")), time.UTC)
	if err != nil || len(rules) != 3 {
		t.Fatalf("%d rules, %v", len(rules), err)
	}
	for i, d := range []result.Delivery{
		{Recipient: "a@army.ml", Lookalike: "army.ml", Intended: "army.mil"},
		{Recipient: "a@partner.co", Lookalike: "partner.co", Intended: "partner.com"},
		{Recipient: "a@gmial.com", Lookalike: "gmial.com", Intended: "gmail.com", Person: "newsletter@corp.example"},
	} {
		for j := range rules {
			if got := rules[j].Matches(&d); got != (i == j) {
				t.Errorf("%s about %s: %v", rules[j].Text, d.Recipient, got)
			}
		}
	}
}

// Each call of the program in the examples names a command and flags that there
// are.
func TestExampleCommands(t *testing.T) {
	t.Parallel()
	calls := 0
	err := filepath.WalkDir(examples, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "logs") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, call := range regexp.MustCompile(`(?m)(?:root\t|bin/|^|: )typoaudit ((?:run|report|notify) .*)$`).FindAllStringSubmatch(string(text), -1) {
			calls++
			line, _, _ := strings.Cut(call[1], " | ")
			line = strings.TrimSuffix(line, " */ -}}")
			cmd, args, err := newRootCmd(&env{getenv: func(string) string { return "" }}).Find(strings.Fields(line))
			if err == nil {
				err = cmd.ParseFlags(args)
			}
			if err != nil {
				t.Errorf("%s: %s: %v", path, call[1], err)
			}
		}
		return nil
	})
	if err != nil || calls < 4 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestExampleCron(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(example(t, "cron.d/typoaudit")) {
		if !regexp.MustCompile(`^(#.*|[A-Z]+=\S+|([0-9*/,-]+ ){4}[0-9*/,-]+\troot\ttypoaudit run .*)\n$`).MatchString(line) {
			t.Errorf("not a line of crontab(5): %q", line)
		}
	}
}

// TestExampleSystemd has systemd read the units. Neither is started.
func TestExampleSystemd(t *testing.T) {
	const program = "/usr/bin/systemd-analyze"
	servers.Need(t, program)
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"typoaudit.service", "typoaudit.timer", "typoaudit-watch.service", "typoaudit-guard.service", "typoaudit-guard.socket"} {
		text := strings.ReplaceAll(example(t, "systemd/"+name), "/usr/bin/typoaudit", self)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"verify", "--man=no", "--recursive-errors=no", filepath.Join(dir, "typoaudit.service"), filepath.Join(dir, "typoaudit.timer"), filepath.Join(dir, "typoaudit-watch.service"), filepath.Join(dir, "typoaudit-guard.socket"), filepath.Join(dir, "typoaudit-guard.service")},
		{"security", "--offline=yes", "--threshold=20", filepath.Join(dir, "typoaudit-guard.service")},
		{"security", "--offline=yes", "--threshold=20", filepath.Join(dir, "typoaudit.service")},
		{"security", "--offline=yes", "--threshold=20", filepath.Join(dir, "typoaudit-watch.service")},
		{"calendar", "Mon *-*-* 06:40"},
	} {
		out, err := exec.Command(program, args...).CombinedOutput()
		if err != nil || args[0] == "verify" && len(out) > 0 {
			t.Errorf("systemd-analyze %s: %v: %s", args[0], err, out)
		}
	}
}

// TestExampleLogrotate has logrotate read its file, and do nothing.
func TestExampleLogrotate(t *testing.T) {
	t.Parallel()
	const program = "/usr/sbin/logrotate"
	servers.Need(t, program)
	path := filepath.Join(t.TempDir(), "typoaudit")
	if err := os.WriteFile(path, []byte(example(t, "logrotate/typoaudit")), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "--debug", "--state", filepath.Join(t.TempDir(), "state"), path).CombinedOutput(); err != nil || strings.Contains(string(out), "error:") {
		t.Errorf("%v: %s", err, out)
	}
}

// The recipes are right in their own syntax, and read files that a run writes.
func TestExampleSIEM(t *testing.T) {
	t.Parallel()
	var beat, vector map[string]any
	if err := yaml.Unmarshal([]byte(example(t, "siem/filebeat.yml")), &beat); err != nil || len(beat) != 2 {
		t.Errorf("filebeat.yml: %v, %v", beat, err)
	}
	if err := toml.Unmarshal([]byte(example(t, "siem/vector.toml")), &vector); err != nil || len(vector) != 3 {
		t.Errorf("vector.toml: %v, %v", vector, err)
	}
	if !strings.Contains(example(t, "typoaudit.toml"), "/var/lib/typoaudit/events.ecs") {
		t.Error("no run writes what Filebeat reads")
	}
	if out, err := exec.Command("sh", "-n", filepath.Join(examples, "siem/alert.sh")).CombinedOutput(); err != nil {
		t.Errorf("alert.sh: %v: %s", err, out)
	}
}
