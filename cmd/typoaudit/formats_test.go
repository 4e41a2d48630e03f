package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/table"
)

// readOf returns what parse prints of the samples of a format, and the name by which the
// format is recognised in each.
func readOf(t *testing.T, path string) (lines []table.Line) {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(context.Background(), []string{"parse", "--jobs", "1", path}, testEnv(&out, &errs)); status == exitUsage {
		t.Fatalf("%s: %s", path, errs.String())
	}
	for line := range bytes.Lines(out.Bytes()) {
		var l table.Line
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// TestFormatsSay: the table of help/formats.md says what a log does not say, and no sample
// of it has that; what it does not list, a sample has.
func TestFormatsSay(t *testing.T) {
	t.Parallel()
	topic, err := os.ReadFile("help/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, listed, ok := strings.Cut(string(topic), "| log | what it does not say |\n|---|---|\n")
	listed, _, ends := strings.Cut(listed, "\n\n")
	if !ok || !ends {
		t.Fatal("help/formats.md has no table of what logs do not say")
	}
	has := map[string]func(l *table.Line) bool{
		"size":       func(l *table.Line) bool { return l.Bytes > 0 },
		"subject":    func(l *table.Line) bool { return l.Subject != "" },
		"message id": func(l *table.Line) bool { return l.MessageID != "" },
		"login":      func(l *table.Line) bool { return l.AuthUser != nil },
		"aliases":    func(l *table.Line) bool { return l.OrigRecipient != nil },
		"relay":      func(l *table.Line) bool { return l.Relay != "" },
		"sender":     func(l *table.Line) bool { return l.Sender != nil && *l.Sender != "" },
	}
	const formats = "../../parsers/format/"
	for _, test := range []struct{ row, path, missing, there string }{
		{"chasquid", "chasquid/testdata/own.log", "size,subject,message id", "login,sender"},
		{"maddy, mox", "maddy/testdata/own.log", "size,subject,message id,aliases", "login"},
		{"maddy, mox", "mox/testdata/own.log", "subject,message id,login,size", "sender"},
		{"Haraka", "haraka/testdata/haraka.in", "login", "sender"},
		{"Stalwart", "stalwart/testdata/stalwart.log", "subject,message id", "size,login"},
		{"Barracuda's gateway", "barracuda/testdata/esg.log", "relay,message id", "size,subject"},
		{"Mailjet", "events/testdata/mailjet.in", "sender", "subject"},
		{"dma, msmtp", "dma/testdata/freebsd.log", "subject,message id,relay", "sender"},
		{"dma, msmtp", "msmtp/testdata/msmtp.log", "subject,message id", "size,relay,login"},
	} {
		if !strings.Contains("\n"+listed, "\n| "+test.row+" | ") {
			t.Errorf("no row for %q", test.row)
		}
		lines := readOf(t, formats+test.path)
		if len(lines) == 0 {
			t.Errorf("%s: no deliveries", test.path)
		}
		for _, field := range strings.Split(test.missing+","+test.there, ",") {
			some := false
			for i := range lines {
				some = some || has[field](&lines[i])
			}
			if want := !strings.Contains(","+test.missing+",", ","+field+","); some != want {
				t.Errorf("%s: %s is there: %v, want %v", test.path, field, some, want)
			}
		}
	}
}
