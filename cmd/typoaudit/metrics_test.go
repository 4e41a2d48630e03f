package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/alert"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/metrics"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers"
)

// exampleOfWatchMetrics are metrics of a watch that found something.
func exampleOfWatchMetrics() *metrics.Text {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var m watchMetrics
	for _, delay := range []time.Duration{-time.Second, 300 * time.Millisecond, 2 * time.Hour} {
		m.count(&pipeline.Finding{Found: &audit.Found{Delivery: result.Delivery{Time: &at, Arrived: parsers.ArrivedYes, Person: "kim@corp.example"}}, Read: at.Add(delay)})
	}
	return m.text(pipeline.WatchCounts{Deliveries: 12, Saved: at}, alert.Counts{Sent: 1})
}

// TestFindingNotPrinted: that a finding could not be printed is an error.
func TestFindingNotPrinted(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	if _, err := (&findingPrinter{w: full}).print(&pipeline.Finding{Found: &audit.Found{}}); err == nil {
		t.Error("a full disk: no error")
	}
}

// TestMetrics: the text is that of the format, each name has its help once, and no value is
// anybody's name.
func TestMetrics(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if _, err := exampleOfWatchMetrics().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	s := newStage(t, "")
	var out, errs bytes.Buffer
	if status := run(t.Context(), []string{"scan", "../../examples/logs/maillog", "--metrics", s.path("typoaudit.prom")}, testEnv(&out, &errs)); status != exitOK {
		t.Fatalf("exit status %d: %s", status, errs.String())
	}
	info, err := os.Stat(s.path("typoaudit.prom"))
	if err != nil || info.Mode().Perm() != metricsMode {
		t.Errorf("%v, mode %v", err, info.Mode())
	}
	report, err := os.ReadFile(s.path("typoaudit.prom"))
	if err != nil {
		t.Fatal(err)
	}
	text := b.String() + string(report) + guardMetrics(t)
	for _, want := range []string{
		"typoaudit_watch_deliveries_total 12\n", `typoaudit_watch_findings_total{arrived="yes"} 3`, `typoaudit_watch_delay_seconds_bucket{le="0.25"} 1`,
		`typoaudit_watch_delay_seconds_bucket{le="0.5"} 2`, `typoaudit_watch_delay_seconds_bucket{le="3600"} 2`, `typoaudit_watch_delay_seconds_bucket{le="+Inf"} 3`,
		"typoaudit_watch_delay_seconds_count 3\n", "typoaudit_watch_last_saved_timestamp_seconds 1795424400\n", "typoaudit_watch_last_read_timestamp_seconds 0\n",
		`typoaudit_guard_answers_total{answer="question"} 0`, `typoaudit_guard_notes_total{result="sent"} 0`, `typoaudit_guard_decision_seconds_bucket{le="5e-05"} 0`, `typoaudit_report_messages{arrived="yes"} 1`, `typoaudit_report_senders{risk="low"} `, "typoaudit_report_incomplete 0\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	line := regexp.MustCompile(`^(# (HELP|TYPE) typoaudit_[a-z_]+ .+|typoaudit_[a-z_]+(\{[a-z]+="[a-z_+.0-9Inf-]+"\})? [0-9.e+-]+)$`)
	var helped []string
	for l := range strings.Lines(text) {
		l = strings.TrimSuffix(l, "\n")
		if !line.MatchString(l) {
			t.Errorf("not of the format, or with a name: %q", l)
		}
		if name, ok := strings.CutPrefix(l, "# TYPE "); ok {
			if slices.Contains(helped, name) {
				t.Errorf("%s twice", name)
			}
			helped = append(helped, name)
		}
	}
}

// guardMetrics asks a guard for its metrics.
func guardMetrics(t *testing.T) string {
	t.Helper()
	s := &guardService{guard: &guard.Guard{}}
	answer := httptest.NewRecorder()
	s.handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != metrics.ContentType {
		t.Errorf("status %d, %v", answer.Code, answer.Header())
	}
	return answer.Body.String()
}

// TestExampleDashboard: each metric that the dashboard shows is one of those that are
// written.
func TestExampleDashboard(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for _, text := range []*metrics.Text{exampleOfWatchMetrics(), reportMetrics(&result.Result{}, time.Now())} {
		if _, err := text.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
	}
	b.WriteString(guardMetrics(t))
	written := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(typoaudit_[a-z_]+)`).FindAllString(b.String(), -1) {
		written[m] = true
	}
	text := example(t, "grafana/typoaudit.json")
	var dashboard struct {
		Title  string
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(text), &dashboard); err != nil || dashboard.Title == "" {
		t.Fatalf("%v: %q", err, dashboard.Title)
	}
	shown := 0
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			for _, name := range regexp.MustCompile(`typoaudit_[a-z_]+`).FindAllString(target.Expr, -1) {
				if shown++; !written[name] {
					t.Errorf("%s: %s is not written", p.Title, name)
				}
			}
		}
	}
	if shown == 0 {
		t.Error("it shows nothing")
	}
}
