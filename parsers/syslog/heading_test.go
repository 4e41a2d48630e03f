package syslog

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// noting is a body that notes what it is given. It has need of some lines only.
type noting struct{ records *[]string }

func (noting) Name() string  { return "noting" }
func (noting) Title() string { return "noting" }

func (noting) Claims(program, _ []byte) (claimed, always bool) {
	return bytes.HasPrefix(program, []byte("a")), len(program) > 0
}

func (noting) Begins() []Beginning { return []Beginning{{"0123456789", "0123456789"}, {"N", "O"}} }

func (n noting) NewPiece(parsers.Piece, parsers.Sink) BodyParser { return n }
func (noting) NewJoiner(parsers.Sink) parsers.Joiner             { return nil }

func (n noting) Record(r *Record) {
	if len(r.Text) < 2 {
		return
	}
	if newNeeds(n.Begins()...).has(r.Text[0], r.Text[1]) {
		*n.records = append(*n.records, fmt.Sprintf("%d %v %q %q %q %q %d", r.Line, r.Time, r.Host, r.Program, r.PID(), r.Text, r.Repeat))
	}
}

func (noting) Close() (parsers.Tally, parsers.Rest) { return parsers.Tally{}, nil }

// parsed returns what is noted of blocks.
func parsed(blocks ...[]byte) (records []string, tally parsers.Tally) {
	p := Format{[]Body{noting{&records}}}.NewPiece(parsers.Piece{Location: time.UTC, Start: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}, nil)
	for _, b := range blocks {
		p.Parse(b)
	}
	tally, _ = p.Close()
	return records, tally
}

// sample is a log in which lines of all kinds stand behind each other.
func sample() []byte {
	var b bytes.Buffer
	for i := range 3000 {
		stamp := time.Date(2026, 11, 23, 9, 0, i/7, 0, time.UTC).Format("Jan _2 15:04:05")
		host := []string{"mx1", "mx1", "mx1", "mx1", "mx1", "mx1", "mx1", "mx1", "mail-gateway-17.dc2.corp.example.net"}[i/300%9]
		fmt.Fprintf(&b, "%s %s %s\n", stamp, host, []string{
			"alpha/one[17]: connect", "alpha/one[17]: 3AF09: client=x", "beta: Login: user=<a>", "alpha: 17", "alpha/one/two/three/four[1]: 17",
			"alpha/one/two/three/four/five/six/seven[1]: 17", "alpha[1]: ", "alpha[1]:", "alpha[x]: 1", "alpha[1:2]: 1", "alpha[1]b]: 1", "al:pha]: 1",
			"alpha[1] 1", "alpha[1]: message repeated 2 times: [ 17]", "alpha[1]:  17", "alpha[1]: Nov 23 09:00:00 mx2 alpha[3]: 4", "alpha[1]: \r",
			"alpha[1]: 1\r", "[1]: 1", ": 1", "a b", "", "NOQUEUE", "alpha/one[17]: NOQUEUE: reject " + strings.Repeat("x", i%300), "beta[2]: 17", "gamma=1[1]: 17",
		}[i*i%26])
	}
	return b.Bytes()
}

func eachLine(b []byte) [][]byte { return bytes.SplitAfter(b, []byte("\n")) }

// Many lines at a time are read as each by itself.
func TestLinesTogether(t *testing.T) {
	b := sample()
	got, tally := parsed(b)
	want, wantTally := parsed(eachLine(b)...)
	if len(want) < 1000 || !slices.Equal(got, want) {
		t.Errorf("%d lines together, %d each by itself", len(got), len(want))
	}
	if tally.Lines != wantTally.Lines || tally.Malformed != wantTally.Malformed || tally.First != wantTally.First || tally.Last != wantTally.Last {
		t.Errorf("together %+v, each by itself %+v", tally, wantTally)
	}
}

func FuzzLinesTogether(f *testing.F) {
	f.Add([]byte("alpha[1]: 17\nalpha[1]: other\nbeta: 1\n!Nov 23 09:18:32 mx1 alpha: 18\nal=pha[1]: 1\nalpha[1]: \r\nalpha/one/two/three/four/five/six/seven[1]: 17"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		var b []byte
		for line := range bytes.Lines(append(lines, '\n')) {
			if rest, odd := bytes.CutPrefix(line, []byte("!")); odd {
				b = append(b, rest...)
			} else {
				b = append(append(b, "Nov 23 09:18:31 mx1 "...), line...)
			}
		}
		b = append(b, b...) // programs that were met before
		b = append(b, bytes.Repeat([]byte("x\n"), markReach)...)
		got, tally := parsed(b)
		want, wantTally := parsed(eachLine(b)...)
		if !slices.Equal(got, want) || tally.Lines != wantTally.Lines || tally.Malformed != wantTally.Malformed || tally.First != wantTally.First || tally.Last != wantTally.Last {
			t.Errorf("%q is read as\n%s\n%+v, each line by itself as\n%s\n%+v", b, strings.Join(got, "\n"), tally, strings.Join(want, "\n"), wantTally)
		}
	})
}

// The processor's own way of marking tells the same as the plain one.
func TestMark(t *testing.T) {
	window := sample()[:parsers.MostCuts]
	var c parsers.Cutter
	ends, _ := c.Cut(window)
	h := newHeading(len("Nov 23 09:00:00 mx1 "), []byte(" mx1 "))
	for shift := range 200 { // where the window ends
		w := window[:len(window)-shift]
		ends := ends[:len(ends)-shift/30]
		got, want := make([]mark, len(ends)), make([]mark, len(ends))
		h.mark(w, ends, got)
		h.markSlow(w, ends, want)
		if !slices.Equal(got, want) {
			t.Fatalf("window of %d bytes: %v, plainly %v", len(w), got, want)
		}
		if marked := len(ends) - strings.Count(fmt.Sprint(want), "{0 0}"); marked < len(ends)/4 {
			t.Fatalf("%d of %d lines are marked", marked, len(ends))
		}
	}
}
