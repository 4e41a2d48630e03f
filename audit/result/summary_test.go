package result

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
)

// misaddressed is a delivery of a person to somebody at army.ml.
func misaddressed(person string, change func(*Delivery)) Delivery {
	d := Delivery{
		Person: person, Sender: &person, Recipient: "jane@army.ml", Lookalike: "army.ml", Intended: "army.mil", Count: 1,
		Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes,
	}
	if change != nil {
		change(&d)
	}
	return d
}

func at(day, hour int) *time.Time {
	t := time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC)
	return &t
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	verdicts := map[string]Verdict{
		"army.ml":   {Intended: "army.mil", Kind: "tld", Confidence: 0.5, Evidence: []Evidence{}},
		"gmail.con": {Intended: "gmail.com", Kind: "tld", Confidence: 1, Evidence: []Evidence{}},
		"acme.cm":   {Intended: "acme.com", Kind: "omission", Confidence: 0.25, Evidence: []Evidence{}},
	}
	for _, test := range []struct {
		name       string
		deliveries []Delivery
		want       Totals
		exposure   map[string]float64 // of senders
		risk       Risk               // of the first sender
	}{
		{name: "nothing", exposure: map[string]float64{}},
		{
			"what arrived counts whole, what may have a half, what did not nothing",
			[]Delivery{
				misaddressed("ann", nil),
				misaddressed("ann", func(d *Delivery) { d.Arrived = parsers.ArrivedMaybe }),
				misaddressed("bob", func(d *Delivery) { d.Arrived = parsers.ArrivedNo }),
				misaddressed("bob", func(d *Delivery) { d.Arrived = parsers.ArrivedUnknown }),
			},
			Totals{Messages: 4, Arrived: Arrived{1, 1, 1, 1}, Senders: 2, Lookalikes: 1, Exposure: 1},
			map[string]float64{"ann": 0.75, "bob": 0.25}, RiskLow,
		},
		{
			"a delivery stands for several",
			[]Delivery{misaddressed("ann", func(d *Delivery) { d.Count = 40 })},
			Totals{Messages: 40, Arrived: Arrived{Yes: 40}, Senders: 1, Lookalikes: 1, Exposure: 20},
			map[string]float64{"ann": 20}, RiskCritical,
		},
		{
			"nobody's mail is in no ranking",
			[]Delivery{
				misaddressed("", nil),
				misaddressed("", func(d *Delivery) { d.Sender = nil }),
			},
			Totals{Messages: 2, Arrived: Arrived{Yes: 2}, Lookalikes: 1, Exposure: 1, NullSender: 1, UnknownSender: 1},
			map[string]float64{}, "",
		},
		{
			"something sensitive that arrived is critical, and weighs",
			[]Delivery{misaddressed("ann", func(d *Delivery) { d.Sensitive, d.Lookalike = []string{"credentials"}, "acme.cm" })},
			Totals{Messages: 1, Arrived: Arrived{Yes: 1}, Senders: 1, Lookalikes: 1, Exposure: 5},
			map[string]float64{"ann": 5}, RiskCritical,
		},
	} {
		s := Summarise(test.deliveries, verdicts)
		if diff := cmp.Diff(test.want, s.Totals); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		got := map[string]float64{}
		for _, x := range s.Senders {
			got[x.Sender] = x.Exposure
		}
		if diff := cmp.Diff(test.exposure, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if len(s.Senders) > 0 && s.Senders[0].Risk != test.risk {
			t.Errorf("%s: risk got %s, want %s", test.name, s.Senders[0].Risk, test.risk)
		}
		if s.Kinds == nil || s.Weeks == nil || s.Senders == nil || s.Lookalikes == nil {
			t.Errorf("%s: a slice is nil: %+v", test.name, s)
		}
	}
}

// TestSummariseRanks: the order of what is ranked does not depend on that of the
// deliveries, and ties end by name.
func TestSummariseRanks(t *testing.T) {
	t.Parallel()
	to := func(lookalike string, arrived parsers.Arrived) func(*Delivery) {
		return func(d *Delivery) { d.Lookalike, d.Arrived, d.Recipient = lookalike, arrived, "x@"+lookalike }
	}
	verdicts := map[string]Verdict{"a.example": {Kind: "tld", Confidence: 1}, "b.example": {Kind: "tld", Confidence: 1}, "c.example": {Kind: "omission", Confidence: 0.5}}
	ds := []Delivery{
		misaddressed("zoe", to("b.example", parsers.ArrivedYes)), misaddressed("ann", to("a.example", parsers.ArrivedYes)),
		misaddressed("bob", to("c.example", parsers.ArrivedYes)), misaddressed("bob", to("c.example", parsers.ArrivedYes)),
	}
	for range 2 {
		s := Summarise(ds, verdicts)
		var lookalikes, senders, kinds []string
		for _, l := range s.Lookalikes {
			lookalikes = append(lookalikes, l.Domain)
		}
		for i, x := range s.Senders {
			senders = append(senders, x.Sender)
			if x.Rank != i+1 {
				t.Errorf("%s: rank got %d, want %d", x.Sender, x.Rank, i+1)
			}
		}
		for _, k := range s.Kinds {
			kinds = append(kinds, k.Kind)
		}
		if diff := cmp.Diff([]string{"c.example", "a.example", "b.example"}, lookalikes); diff != "" {
			t.Errorf("lookalikes of the same exposure go by arrival, then name: %s", diff)
		}
		if diff := cmp.Diff([]string{"bob", "ann", "zoe"}, senders); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"omission", "tld"}, kinds); diff != "" {
			t.Error(diff)
		}
		slices.Reverse(ds)
	}
}

func TestSummariseOverTime(t *testing.T) {
	t.Parallel()
	when := func(t *time.Time) func(*Delivery) { return func(d *Delivery) { d.Time = t } }
	sunday, monday := misaddressed("ann", when(at(15, 23))), misaddressed("ann", when(at(16, 0)))
	undated := misaddressed("ann", nil)
	s := Summarise([]Delivery{undated, monday, sunday}, map[string]Verdict{"army.ml": {Confidence: 1}})
	want := []Week{
		{From: *at(9, 0), To: *at(16, 0), Messages: 1, Arrived: Arrived{Yes: 1}},
		{From: *at(16, 0), To: *at(23, 0), Messages: 1, Arrived: Arrived{Yes: 1}},
	}
	if diff := cmp.Diff(want, s.Weeks); diff != "" {
		t.Error(diff)
	}
	l := s.Lookalikes[0]
	if !l.First.Equal(*sunday.Time) || !l.Last.Equal(*monday.Time) || l.Standing {
		t.Errorf("got from %s to %s, standing %v; want from %s to %s, not standing", l.First, l.Last, l.Standing, sunday.Time, monday.Time)
	}
	long := misaddressed("ann", when(at(30, 0)))
	for _, test := range []struct {
		deliveries []Delivery
		want       bool
	}{
		{[]Delivery{misaddressed("ann", when(at(1, 0))), sunday, long}, true},
		{[]Delivery{misaddressed("ann", when(at(1, 0))), long}, false},
		{[]Delivery{monday, sunday, long}, false},
	} {
		if got := Summarise(test.deliveries, nil).Lookalikes[0].Standing; got != test.want {
			t.Errorf("%d deliveries from %s on: standing got %v, want %v", len(test.deliveries), test.deliveries[0].Time, got, test.want)
		}
	}
}

// TestSummariseLooksAtNothingElse: it changes none of what it is given, and the
// same gives the same.
func TestSummariseLooksAtNothingElse(t *testing.T) {
	t.Parallel()
	ds := []Delivery{misaddressed("ann", nil), misaddressed("bob", func(d *Delivery) { d.Time = at(3, 4) })}
	verdicts := map[string]Verdict{"army.ml": {Intended: "army.mil", Confidence: math.Pi / 4}}
	before := slices.Clone(ds)
	first := Summarise(ds, verdicts)
	if diff := cmp.Diff(first, Summarise(ds, verdicts)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, ds); diff != "" {
		t.Error(diff)
	}
	if got := first.Lookalikes[0].Confidence; got != 0.7854 || verdicts["army.ml"].Confidence != math.Pi/4 {
		t.Errorf("confidence got %v, want 0.7854", got)
	}
}
