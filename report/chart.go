package report

import (
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// A chart is drawn by the template; its lengths are in units of the picture.
type chart struct {
	Bars   []chartBar
	Height int
}

// A chartBar is one line of a chart: arrived, not known, and did not.
type chartBar struct {
	Name                  string
	Yes, Open, No         int64
	X1, X2, W1, W2, W3, Y int
	Text                  string
}

// Sizes of a chart, whose bars lie one below the other, each below its figures.
const (
	chartRow   = 40
	chartWidth = 400 // of the longest bar
	chartName  = 22  // characters of a name
)

func weekChart(r *result.Result, l *time.Location) chart {
	weeks := r.Weeks
	if r.Trend != nil && len(r.Trend.Weeks) > 0 {
		weeks = r.Trend.Weeks
	}
	names, counts := make([]string, len(weeks)), make([]result.Arrived, len(weeks))
	for i := range weeks {
		names[i], counts[i] = weeks[i].From.In(l).Format("2 Jan 2006"), weeks[i].Arrived
	}
	return newChart(names, counts)
}

func kindChart(r *result.Result) chart {
	names, counts := make([]string, len(r.Kinds)), make([]result.Arrived, len(r.Kinds))
	for i := range r.Kinds {
		names[i], counts[i] = phrase{text: r.Kinds[i].Kind}.cut(chartName, "…").text, r.Kinds[i].Arrived
	}
	return newChart(names, counts)
}

// newChart lays out bars.
func newChart(names []string, counts []result.Arrived) chart {
	var c chart
	var largest int64
	for _, a := range counts {
		largest = max(largest, a.Yes+a.Maybe+a.Unknown+a.No)
	}
	length := func(n int64) int {
		if n <= 0 || largest <= 0 {
			return 0
		}
		return max(1, int(float64(n)/float64(largest)*chartWidth))
	}
	for i, a := range counts {
		b := chartBar{Name: names[i], Yes: a.Yes, Open: a.Maybe + a.Unknown, No: a.No, Y: i * chartRow, Text: arrivalWords(a)}
		b.W1, b.W2, b.W3 = length(b.Yes), length(b.Open), length(b.No)
		if b.Text == "" {
			b.Text = "none"
		}
		b.X1, b.X2 = b.W1, b.W1+b.W2
		c.Bars = append(c.Bars, b)
	}
	c.Height = len(c.Bars) * chartRow
	return c
}
