//go:build linux

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestLongQueue: where the ends of very many messages are not in the log, all cores emit them
// at its end, and the report is the same for any number of them, with a history and without, and where
// there is no room for what does not fit into memory.
func TestLongQueue(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	s.log(5000, func(i int) string {
		id := fmt.Sprint(i, strings.Repeat("x", 2000)) // all are more than is held in memory
		lines := strings.SplitAfter(delivered(i, id, "kim@corp.example", fmt.Sprintf("p%d@army.m%c", i, "il"[i%2])), "\n")
		return strings.Join(lines[:4], "")
	})
	temp := s.t.TempDir()
	report := func(args ...string) string {
		args = append([]string{"scan", "--protect", "army.mil", "-o", "report.json", "mail.log"}, args...)
		scan := s.command(args...)
		scan.Env = append(scan.Env, "TMPDIR="+temp)
		if out, err := scan.CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
		defer os.Remove(s.path("report.json"))
		return s.report()
	}
	want := report("--jobs", "1")
	if !strings.Contains(want, `"deliveries": 5000`) || !strings.Contains(want, "p4999@army.ml") && !strings.Contains(want, "p4998@army.mi") {
		t.Fatalf("got %s", want)
	}
	withHistory := report("--jobs", "1", "--state", "state1")
	for _, jobs := range []string{"2", "3", "8"} {
		if got := report("--jobs", jobs); got != want {
			t.Errorf("with %s jobs: got %s, want %s", jobs, got, want)
		}
		if got := report("--jobs", jobs, "--state", "state"+jobs); got != withHistory {
			t.Errorf("with %s jobs and a history: got %s, want %s", jobs, got, withHistory)
		}
	}
	temp = s.path("nowhere")
	if got := report(); got != want {
		t.Errorf("without room: got %s, want %s", got, want)
	}
}
