// Package metrics writes counts in the text format of Prometheus: for the textfile collector
// of node_exporter, and for who asks /metrics. It has counts and times alone, and no names.
//
// The format is version 0.0.4 of https://prometheus.io/docs/instrumenting/exposition_formats/.
// The client library of Prometheus would make the program larger by a tenth (client_golang
// 1.23.2: 28.6 in place of 26.1 MB, stripped), for what these few lines do.
package metrics

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"time"
)

// ContentType is the media type of the format.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// A Text is metrics that are being written.
type Text struct {
	b    bytes.Buffer
	last string // the name that was written last: its help stands before it once
}

// A Label is a name with a value, which are no names of people or domains.
type Label struct{ Name, Value string }

// Counter adds a value that only ever grows. Values of one name stand together.
func (t *Text) Counter(name, help string, value int64, labels ...Label) {
	t.head(name, help, "counter")
	t.sample(name, strconv.FormatInt(value, 10), labels)
}

// Gauge adds a value that may go down as well.
func (t *Text) Gauge(name, help string, value int64, labels ...Label) {
	t.head(name, help, "gauge")
	t.sample(name, strconv.FormatInt(value, 10), labels)
}

// Time adds a time, in Unix seconds; 0 is none.
func (t *Text) Time(name, help string, at time.Time) {
	var unix int64
	if !at.IsZero() {
		unix = at.Unix()
	}
	t.Gauge(name, help, unix)
}

// Histogram adds how many durations lie within each bound, and beyond the last one: counts
// has one more than bounds, and is not cumulative.
func (t *Text) Histogram(name, help string, bounds []time.Duration, counts []int64, sum time.Duration) {
	t.head(name, help, "histogram")
	total := int64(0)
	for i, n := range counts {
		le := "+Inf"
		if total += n; i < len(bounds) {
			le = seconds(bounds[i])
		}
		t.sample(name+"_bucket", strconv.FormatInt(total, 10), []Label{{"le", le}})
	}
	t.sample(name+"_sum", seconds(sum), nil)
	t.sample(name+"_count", strconv.FormatInt(total, 10), nil)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) }

func (t *Text) head(name, help, kind string) {
	if t.last != name {
		fmt.Fprintf(&t.b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
		t.last = name
	}
}

func (t *Text) sample(name, value string, labels []Label) {
	t.b.WriteString(name)
	for i, l := range labels {
		open := byte(',')
		if i == 0 {
			open = '{'
		}
		t.b.WriteByte(open)
		fmt.Fprintf(&t.b, "%s=%q", l.Name, l.Value)
	}
	if len(labels) > 0 {
		t.b.WriteByte('}')
	}
	fmt.Fprintf(&t.b, " %s\n", value)
}

// WriteTo implements io.WriterTo.
func (t *Text) WriteTo(w io.Writer) (int64, error) { return t.b.WriteTo(w) }
