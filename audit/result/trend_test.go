package result

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// audited returns the days from one of November on, both included.
func audited(from, to int) map[int64]bool {
	days := map[int64]bool{}
	for d := from; d <= to; d++ {
		days[at(d, 0).Unix()/(24*60*60)] = true
	}
	return days
}

func TestCompare(t *testing.T) {
	t.Parallel()
	on := func(day int, isNew bool) Delivery {
		return misaddressed("ann", func(d *Delivery) { d.Time, d.New, d.Count = at(day, 9), isNew, 2 })
	}
	window := []Delivery{on(23, true), on(24, false)}
	before := []Delivery{on(9, false), on(17, false)}
	verdicts := map[string]Verdict{"army.ml": {Confidence: 1}}
	from, end := *at(23, 0), *at(30, 0)
	for _, test := range []struct {
		name     string
		e        Earlier
		w        Window
		from     time.Time
		weeks    []int64 // messages of each
		previous *Totals
	}{
		{
			"weeks that were audited, and the window before",
			Earlier{Until: end, Audited: audited(9, 29)}, Window{}, from, []int64{2, 2, 4},
			&Totals{From: at(16, 0), To: TimeOf(from.Add(-time.Second)), Messages: 2, Arrived: Arrived{Yes: 2}, Senders: 1, Lookalikes: 1, Exposure: 2},
		},
		{"a week without an audit is left out", Earlier{Until: end, Audited: audited(23, 29)}, Window{}, from, []int64{4}, nil},
		{"no begin, no window before it", Earlier{Until: end, Audited: audited(16, 29)}, Window{}, time.Time{}, []int64{2, 4}, nil},
		{"the day of the last mail ends the window", Earlier{Audited: audited(23, 29)}, Window{To: at(29, 13)}, from, []int64{4}, nil},
		{"nothing has a time", Earlier{}, Window{}, from, nil, nil},
	} {
		got := test.e.Compare(test.w, test.from, window, before, verdicts)
		var weeks []int64
		for _, w := range got.Weeks {
			weeks = append(weeks, w.Messages)
		}
		if diff := cmp.Diff(test.weeks, weeks); diff != "" || got.Weeks == nil {
			t.Errorf("%s: weeks %v: %s", test.name, got.Weeks, diff)
		}
		if diff := cmp.Diff(test.previous, got.Previous); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if got.NewMessages != 2 {
			t.Errorf("%s: new messages got %d, want 2", test.name, got.NewMessages)
		}
	}
}

// TestObserve: what the history and the time before the window know of a
// lookalike says since when it is written to, and whether that goes on.
func TestObserve(t *testing.T) {
	t.Parallel()
	before := []Delivery{misaddressed("ann", func(d *Delivery) { d.Time, d.Count = at(1, 8), 2 })}
	for _, test := range []struct {
		name       string
		firstSeen  map[string]time.Time
		before     []Delivery
		since      *time.Time
		isNew      bool
		isStanding bool
	}{
		{"never seen before", nil, nil, at(29, 9), true, false},
		{"seen before the window, and not reported", nil, before, at(1, 8), true, true},
		{"reported before", map[string]time.Time{"army.ml": *at(2, 2)}, before, at(1, 8), false, true},
		{"reported long before, and no message is known", map[string]time.Time{"army.ml": *at(1, 1)}, nil, at(1, 1), false, false},
	} {
		all := []Lookalike{{Domain: "army.ml", Messages: 1, First: at(29, 9), Last: at(29, 9)}}
		e, trend := Earlier{FirstSeen: test.firstSeen}, &Trend{}
		e.MarkNew(trend, all)
		Observe(all, test.before, test.firstSeen)
		got := all[0]
		if !got.FirstSeen.Equal(*test.since) || got.New != test.isNew || got.Standing != test.isStanding {
			t.Errorf("%s: got since %s, new %v, standing %v; want since %s, new %v, standing %v", test.name, got.FirstSeen, got.New, got.Standing, test.since, test.isNew, test.isStanding)
		}
		if want := map[bool]int{true: 1}[test.isNew]; trend.NewLookalikes != want {
			t.Errorf("%s: new lookalikes got %d, want %d", test.name, trend.NewLookalikes, want)
		}
	}
}

// In a report of many weeks what is older than the last one is by its day; in a report of
// one week it is what stands since before.
func TestCountOlder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		from int // of November
		want int64
	}{{"many weeks", 2, 2}, {"one week", 17, 3}} {
		r := Result{Trend: &Trend{FirstReport: true}, Lookalikes: []Lookalike{{Domain: "army.ml", FirstSeen: at(3, 9)}}}
		r.Window.From, r.Window.To = at(test.from, 0), at(23, 23)
		for _, day := range []int{3, 10, 18, 19, 20} {
			if day >= test.from {
				r.Deliveries = append(r.Deliveries, misaddressed("ann", func(d *Delivery) { d.Time, d.Count, d.Lookalike = at(day, 9), 1, "army.ml" }))
			}
		}
		if r.CountOlder(); r.Trend.OlderMessages != test.want {
			t.Errorf("%s: %d older, want %d", test.name, r.Trend.OlderMessages, test.want)
		}
	}
}
