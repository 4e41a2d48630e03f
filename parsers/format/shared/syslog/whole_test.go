package syslog_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// A tagged is a line of a genuine log without its stamp and host.
type tagged struct{ program, pid, text string }

// genuine returns the lines of a genuine log in the traditional format, and the
// deliveries that they must give.
func genuine(t *testing.T) (all []tagged, want []string) {
	t.Helper()
	log, err := os.ReadFile("../../postfix/testdata/proxyfilter.log")
	if err != nil {
		t.Fatal(err)
	}
	var plain strings.Builder
	for line := range strings.Lines(string(log)) {
		line = strings.TrimRight(line, "\n")
		header, text, ok := strings.Cut(line, "]: ")
		words := strings.Fields(header)
		program, pid, tag := strings.Cut(words[len(words)-1], "[")
		if !ok || !tag || !strings.HasPrefix(program, "postfix/") {
			continue
		}
		all = append(all, tagged{program, pid, text})
		fmt.Fprintf(&plain, "Nov 23 09:18:31 mail %s[%s]: %s\n", program, pid, text)
	}
	deliveries, _ := parserstest.Read(syslog.Format{Bodies: bodies()}, []byte(plain.String()))
	if len(deliveries) < 10 {
		t.Fatalf("%d deliveries in the genuine log", len(deliveries))
	}
	return all, described(deliveries)
}

// described is what the deliveries say, but for where and when.
func described(all []parsers.Delivery) (lines []string) {
	for _, d := range all {
		d.Origin, d.Time = parsers.Origin{}, time.Time{}
		lines = append(lines, parserstest.Describe(&d))
	}
	slices.Sort(lines)
	return lines
}

func quoted(text string) string {
	b, _ := json.Marshal(text) // of a string, which has no error
	return string(b)
}

// TestWholeLogs reads a genuine log in each wrapper: each line after the other, so that
// nothing of one may be in the next.
func TestWholeLogs(t *testing.T) {
	t.Parallel()
	all, want := genuine(t)
	line := func(l tagged) string { return "Nov 23 09:18:31 mail " + l.program + "[" + l.pid + "]: " + l.text }
	for name, wrap := range map[string]func(l tagged) string{
		"journalctl -o json": func(l tagged) string {
			return `{"__REALTIME_TIMESTAMP":"1795425511000000","_PID":"` + l.pid + `","_HOSTNAME":"mail","SYSLOG_IDENTIFIER":"` + l.program + `","MESSAGE":` + quoted(l.text) + "}"
		},
		"docker json-file": func(l tagged) string {
			return `{"log":` + quoted(line(l)+"\n") + `,"stream":"stdout","time":"2026-11-23T09:18:31Z"}`
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			for _, l := range all {
				log.WriteString(wrap(l) + "\n")
			}
			got, _ := parserstest.Read(syslog.Format{Bodies: bodies()}, []byte(log.String()))
			if got := described(got); !slices.Equal(got, want) {
				t.Errorf("%d deliveries, want %d:\n%s\nwant\n%s", len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}
