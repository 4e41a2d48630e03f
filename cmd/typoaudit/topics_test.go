package main

import (
	"strings"
	"testing"
)

// TestTopics: each topic is named as its file is, says what it is about, and is shown.
func TestTopics(t *testing.T) {
	t.Parallel()
	names := topicNames()
	if len(names) < 11 {
		t.Errorf("got %d topics, want those of the issue at least", len(names))
	}
	for _, name := range names {
		d := topic(name)
		if d.Name != name || d.Summary == "" || len(d.Blocks) == 0 {
			t.Errorf("%s: got name %q, summary %q and %d blocks", name, d.Name, d.Summary, len(d.Blocks))
		}
		r := call(t.Context(), nil, "help", name)
		if r.status != exitOK || !strings.HasPrefix(r.stdout, strings.ToUpper(name)+"\n") || r.stderr != "" {
			t.Errorf("help %s: got status %d, %.60q, %s", name, r.status, r.stdout, r.stderr)
		}
	}
}

// TestHelpOfNothing: what is no topic is a command, or an error with what may be meant.
func TestHelpOfNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args, stdout, stderr string
		status               int
	}{
		{"scan", "typoaudit scan [PATH...|-]", "", exitOK},
		{"history show", "typoaudit history show", "", exitOK},
		{"", "typoaudit COMMAND [flags]", "", exitOK},
		{"histroy", "", `did you mean "typoaudit help history"?`, exitUsage},
		{"scan nothing", "", "no such command or topic", exitUsage},
		{"../help/imap", "", "no such command or topic", exitUsage},
	} {
		r := call(t.Context(), nil, append([]string{"help"}, strings.Fields(test.args)...)...)
		if r.status != test.status || !strings.Contains(r.stdout, test.stdout) || !strings.Contains(r.stderr, test.stderr) {
			t.Errorf("help %s: got status %d, %q, %q", test.args, r.status, r.stdout, r.stderr)
		}
	}
}
