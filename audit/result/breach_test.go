package result

import (
	"strings"
	"testing"
	"time"
)

// Since when a breach is known, only a history shows.
func TestBreachKnown(t *testing.T) {
	t.Parallel()
	now := *at(27, 9)
	for name, test := range map[string]struct {
		trend *Trend
		isNew bool
		known bool
	}{
		"no history":           {nil, false, false},
		"the first report":     {&Trend{FirstReport: true}, false, true},
		"new in this report":   {&Trend{}, true, true},
		"of an earlier report": {&Trend{}, false, false},
	} {
		r := &Result{GeneratedAt: now, Trend: test.trend, Deliveries: []Delivery{misaddressed("kim@corp.example", nil)}}
		r.Summarise(map[string]Verdict{"army.ml": {Intended: "army.mil", Confidence: 1}})
		r.Lookalikes[0].New = test.isNew
		record := r.BreachRecord(func(*Fix) string { return "" })
		b := record.Breaches[0]
		if (b.Known != nil) != test.known || (b.Deadline != nil) != test.known || record.History != (test.trend != nil) {
			t.Errorf("%s: known %v, deadline %v, history %v", name, b.Known, b.Deadline, record.History)
		}
		if test.known && (!b.Known.Equal(now) || b.Deadline.Sub(now) != 72*time.Hour) {
			t.Errorf("%s: known %v, deadline %v", name, b.Known, b.Deadline)
		}
	}
}

// A loss is certain where a slip is known to have arrived, and else possible; the record of
// an incomplete audit says what is missing.
func TestBreachNature(t *testing.T) {
	t.Parallel()
	r := Result{Incomplete: true, Coverage: Coverage{Problems: []string{"open mail.log: no such file"}}, Lookalikes: []Lookalike{
		{Domain: "a.ml", Intended: "a.mil", Confidence: 1, Arrived: Arrived{Yes: 1}}, {Domain: "b.ml", Confidence: 1, Arrived: Arrived{Maybe: 1}},
		{Domain: "c.ml", Confidence: 0.6, Arrived: Arrived{Yes: 1}},
	}}
	record := r.BreachRecord(func(*Fix) string { return "" })
	for i, want := range []string{"Loss of", "Possible loss of", "Possible loss of"} {
		if got := record.Breaches[i].Nature; !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if len(record.Problems) != 1 {
		t.Errorf("problems %q", record.Problems)
	}
}
