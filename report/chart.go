package report

import (
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/summary"
)

// A chart is drawn by the template; its lengths are in units of the picture.
type chart struct {
	Bars   []chartBar
	Height int
}

// A chartBar is one line of a chart in three parts: what arrived, what may have
// or is not known, and what did not.
type chartBar struct {
	Name                  string
	Yes, Open, No         int64
	X1, X2, W1, W2, W3, Y int
	Text                  string
}

// Sizes of a chart, whose bars lie one below the other, each below its figures.
const (
	chartRow   = 36
	chartWidth = 640 // of the longest bar
	chartName  = 34  // characters of a name
)

// newChart lays out bars.
func newChart(bars []summary.Bar) chart {
	c := chart{Height: len(bars) * chartRow}
	var longest int64
	for i := range bars {
		longest = max(longest, total(bars[i].Arrived))
	}
	for i, b := range bars {
		c.Bars = append(c.Bars, newChartBar(b, longest, i*chartRow))
	}
	return c
}

func newChartBar(bar summary.Bar, longest int64, y int) chartBar {
	a := bar.Arrived
	b := chartBar{Yes: a.Yes, Open: a.Maybe + a.Unknown, No: a.No, Y: y, Text: summary.Arrivals(a)}
	b.Name = layout.Phrase{Text: bar.Name}.Cut(chartName, "…").Text
	b.W1, b.W2, b.W3 = barWidth(b.Yes, longest), barWidth(b.Open, longest), barWidth(b.No, longest)
	b.X1, b.X2 = b.W1, b.W1+b.W2
	if b.Text == "" {
		b.Text = "none"
	}
	return b
}

// barWidth is at least 1 for what is there.
func barWidth(n, longest int64) int {
	if n <= 0 || longest <= 0 {
		return 0
	}
	return max(1, int(float64(n)/float64(longest)*chartWidth))
}

func total(a result.Arrived) int64 { return a.Yes + a.Maybe + a.Unknown + a.No }
