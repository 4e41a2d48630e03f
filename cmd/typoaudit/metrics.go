package main

import (
	"io"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/alert"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/metrics"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers"
)

// metricsMode is that of a file of metrics, which another user reads: it names nobody.
const metricsMode = 0o644

// addMetricsFlag adds --metrics.
func addMetricsFlag(f *pflag.FlagSet, path *string) {
	f.StringVar(path, "metrics", "", "write counts to `FILE`, such as typoaudit.prom, for the textfile collector of Prometheus' node_exporter")
}

// writeMetrics writes a file for the textfile collector of node_exporter.
func writeMetrics(path string, t *metrics.Text) error {
	return writeFileAs(path, metricsMode, nil, func(w io.Writer) error {
		_, err := t.WriteTo(w)
		return err
	})
}

// writeMetrics writes those of a report that got out.
func (o *auditOptions) writeMetrics(e *env, r *result.Result) error {
	if o.metrics == "" {
		return nil
	}
	return writeMetrics(o.metrics, reportMetrics(r, e.now()))
}

// reportMetrics are those of a report.
func reportMetrics(r *result.Result, now time.Time) *metrics.Text {
	t := &metrics.Text{}
	t.Gauge("typoaudit_report_deliveries", "Deliveries that were read.", r.Coverage.Deliveries)
	t.Gauge("typoaudit_report_outbound", "Deliveries to the world that were audited.", r.Coverage.Outbound)
	t.Gauge("typoaudit_report_malformed", "Records that were not understood.", r.Coverage.Malformed)
	t.Gauge("typoaudit_report_not_understood", "Lines that look like deliveries and were not understood.", r.Coverage.NotUnderstood)
	a := &r.Totals.Arrived
	for _, x := range []struct {
		arrived parsers.Arrived
		n       int64
	}{{parsers.ArrivedYes, a.Yes}, {parsers.ArrivedMaybe, a.Maybe}, {parsers.ArrivedNo, a.No}, {parsers.ArrivedUnknown, a.Unknown}} {
		t.Gauge("typoaudit_report_messages", "Misdirected deliveries, by whether they arrived.", x.n, metrics.Label{Name: "arrived", Value: x.arrived.String()})
	}
	for _, risk := range result.Risks() {
		n := int64(0)
		for i := range r.Senders {
			if r.Senders[i].Risk == risk {
				n++
			}
		}
		if risk != "" {
			t.Gauge("typoaudit_report_senders", "Senders of misdirected mail, by risk.", n, metrics.Label{Name: "risk", Value: string(risk)})
		}
	}
	t.Gauge("typoaudit_report_lookalikes", "Lookalike domains that were written to.", int64(len(r.Lookalikes)))
	t.Gauge("typoaudit_report_questions", "Domains that the administrator is asked about.", int64(len(r.Questions)))
	incomplete := int64(0)
	if r.Incomplete {
		incomplete = 1
	}
	t.Gauge("typoaudit_report_incomplete", "1 if part of the input could not be read or understood.", incomplete)
	t.Time("typoaudit_report_last_success_timestamp_seconds", "When the report was written.", now)
	return t
}

// watchMetrics counts what a watch found, beside what it counts itself.
type watchMetrics struct {
	path    string
	written time.Time
	arrived [parsers.ArrivedYes + 1]int64
	delays  [len(delayBounds) + 1]int64
	delay   time.Duration // their sum
}

// delayBounds are the bounds of the time from a line of a log to its finding.
var delayBounds = [...]time.Duration{
	250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 10 * time.Minute, time.Hour,
}

// count counts a finding.
func (m *watchMetrics) count(f *pipeline.Finding) {
	m.arrived[f.Delivery.Arrived]++
	if f.Delivery.Time == nil {
		return
	}
	d, i := max(0, f.Read.Sub(*f.Delivery.Time)), 0
	for i < len(delayBounds) && d > delayBounds[i] {
		i++
	}
	m.delays[i]++
	m.delay += d
}

// metricsGap is how often a watch writes its metrics.
const metricsGap = 15 * time.Second

// write writes what is counted, now and then or at the end.
func (m *watchMetrics) write(c pipeline.WatchCounts, alerts alert.Counts, now time.Time, isEnd bool) error {
	if m.path == "" || !isEnd && now.Sub(m.written) < metricsGap {
		return nil
	}
	m.written = now
	return writeMetrics(m.path, m.text(c, alerts))
}

func (m *watchMetrics) text(c pipeline.WatchCounts, alerts alert.Counts) *metrics.Text {
	t := &metrics.Text{}
	t.Counter("typoaudit_watch_deliveries_total", "Deliveries that were read.", c.Deliveries)
	t.Counter("typoaudit_watch_malformed_total", "Records that were not understood.", c.Malformed)
	t.Counter("typoaudit_watch_not_understood_total", "Lines that look like deliveries and were not understood.", c.NotUnderstood)
	for _, a := range []parsers.Arrived{parsers.ArrivedYes, parsers.ArrivedMaybe} {
		t.Counter("typoaudit_watch_findings_total", "Deliveries to lookalikes that no report had, by whether they arrived.", m.arrived[a], metrics.Label{Name: "arrived", Value: a.String()})
	}
	t.Counter("typoaudit_watch_questions_total", "Deliveries to domains that the administrator is asked about.", c.Questions)
	t.Counter("typoaudit_watch_ignored_total", "Deliveries to lookalikes that ignore rules leave out.", c.Ignored)
	t.Counter("typoaudit_watch_unasked_total", "Deliveries that were too many at once to be asked about: run reports them.", c.Unasked)
	for _, x := range []struct {
		outcome string
		n       int64
	}{{"sent", alerts.Sent}, {"failed", alerts.Failed}, {"left_out", alerts.LeftOut}} {
		t.Counter("typoaudit_watch_alerts_total", "Alerts, by what became of them.", x.n, metrics.Label{Name: "outcome", Value: x.outcome})
	}
	t.Histogram("typoaudit_watch_delay_seconds", "Time from the stamp of a delivery to its finding.", delayBounds[:], m.delays[:], m.delay)
	t.Time("typoaudit_watch_last_read_timestamp_seconds", "When the logs were looked at last without a fault.", c.Read)
	t.Time("typoaudit_watch_last_saved_timestamp_seconds", "When the history was saved last.", c.Saved)
	t.Time("typoaudit_watch_newest_delivery_timestamp_seconds", "Stamp of the newest delivery that was read.", c.Newest)
	return t
}
