package guard

import (
	"net/http"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/metrics"
)

// Metrics answers GET /metrics, in the text format of Prometheus: counts and times alone.
func (g *Guard) Metrics(w http.ResponseWriter, _ *http.Request) {
	t := g.Counters.text()
	t.Gauge("typoaudit_guard_learned_deliveries", "Deliveries of which the guard learned what it knows; 0 before that.", g.Learned())
	w.Header().Set("Content-Type", metrics.ContentType)
	_, _ = t.WriteTo(w) // who asked may have gone
}

// text writes the counters.
func (c *Counters) text() *metrics.Text {
	t := &metrics.Text{}
	t.Counter("typoaudit_guard_requests_total", "Recipients that were asked about.", c.Requests.Load())
	t.Counter("typoaudit_guard_findings_total", "Recipients that looked like a slip.", c.Findings.Load())
	for _, x := range []struct {
		answer string
		n      int64
	}{{"question", c.Questions.Load()}, {"refused", c.Refused.Load()}, {"warned", c.Warned.Load()}} {
		t.Counter("typoaudit_guard_answers_total", "What was done about slips.", x.n, metrics.Label{Name: "answer", Value: x.answer})
	}
	t.Counter("typoaudit_guard_confirmed_total", "Questions that were answered by sending again.", c.Confirmed.Load())
	for _, x := range []struct {
		reason string
		n      int64
	}{{"limit", c.Limited.Load()}, {"late", c.Late.Load()}, {"not_ready", c.NotReady.Load()}} {
		t.Counter("typoaudit_guard_passed_total", "Recipients that were let pass without an answer, by reason.", x.n, metrics.Label{Name: "reason", Value: x.reason})
	}
	for _, x := range []struct {
		result string
		n      int64
	}{{"sent", c.NotesSent.Load()}, {"failed", c.NotesFailed.Load()}, {"dropped", c.NotesDropped.Load()}} {
		t.Counter("typoaudit_guard_notes_total", "Notes to the senders of marked mail.", x.n, metrics.Label{Name: "result", Value: x.result})
	}
	t.Counter("typoaudit_guard_malformed_total", "Requests that were not understood.", c.Malformed.Load())
	t.Counter("typoaudit_guard_closed_connections_total", "Connections that were closed because there were too many.", c.Refusals.Load())
	counts := make([]int64, len(c.Latency.Buckets))
	for i := range counts {
		counts[i] = c.Latency.Buckets[i].Load()
	}
	t.Histogram("typoaudit_guard_decision_seconds", "Time that decisions took.", LatencyBounds(), counts, time.Duration(c.Latency.Sum.Load()))
	return t
}
