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
	if newNeeds(n.Begins()...).of(r.Text[0], r.Text[1])&^oddBits != 0 {
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

// Layouts of stamps whose lines are read together.
const (
	traditional = "Jan _2 15:04:05"
	iso         = "2006-01-02T15:04:05.000000-07:00"
)

// sample is a log in which lines of all kinds stand behind each other.
func sample(layout string) []byte {
	var b bytes.Buffer
	for i := range 3000 {
		// At 21 and 23, the letters that differ have no bit that the others lack.
		stamp := time.Date(2026, 11, 21+i/100%2*2, 9, 0, i/200*5+i%200/40, i*1000, time.UTC).Format(layout)
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
	for _, layout := range []string{traditional, iso, "2006-01-02T15:04:05.999999-07:00"} {
		b := sample(layout)
		got, tally := parsed(b)
		want, wantTally := parsed(eachLine(b)...)
		if len(want) < 1000 || !slices.Equal(got, want) {
			t.Errorf("%s: %d lines together, %d each by itself", layout, len(got), len(want))
		}
		if tally.Lines != wantTally.Lines || tally.Malformed != wantTally.Malformed || tally.First != wantTally.First || tally.Last != wantTally.Last {
			t.Errorf("%s: together %+v, each by itself %+v", layout, tally, wantTally)
		}
	}
}

func FuzzLinesTogether(f *testing.F) {
	seed := []byte("alpha[1]: 17\nalpha[1]: other\nbeta: 1\n!Nov 21 09:18:31 mx1 alpha: 18\n!Nov 99 99:18:31 mx1 alpha: 18\n!Nov 99 99:18:31 mx1 alpha: other\nal=pha[1]: 1\nalpha[1]: \r\nalpha/one/two/three/four/five/six/seven[1]: 17")
	f.Add(seed, false)
	f.Add(seed, true)
	f.Fuzz(func(t *testing.T, lines []byte, isISO bool) {
		layout := traditional
		if isISO {
			layout = iso
		}
		var b []byte
		now := time.Date(2026, 11, 23, 9, 18, 31, 0, time.UTC)
		for line := range bytes.Lines(append(lines, '\n')) {
			if rest, odd := bytes.CutPrefix(line, []byte("!")); odd {
				b = append(b, rest...)
			} else {
				now = now.Add(70 * time.Millisecond)
				b = append(append(now.AppendFormat(b, layout), " mx1 "...), line...)
			}
		}
		b = append(b, b...) // programs that were met before
		b = append(b, bytes.Repeat([]byte("x\n"), tagReach)...)
		got, tally := parsed(b)
		want, wantTally := parsed(eachLine(b)...)
		for _, t := range []*parsers.Tally{&tally, &wantTally} {
			if isISO { // within a second, lines may be out of order
				t.First, t.Last = t.First.Truncate(time.Second), t.Last.Truncate(time.Second)
			}
		}
		if !slices.Equal(got, want) || tally.Lines != wantTally.Lines || tally.Malformed != wantTally.Malformed || tally.First != wantTally.First || tally.Last != wantTally.Last {
			t.Errorf("%q is read as\n%s\n%+v, each line by itself as\n%s\n%+v", b, strings.Join(got, "\n"), tally, strings.Join(want, "\n"), wantTally)
		}
	})
}

// The processor's own way of sweeping finds the same as the plain one.
func TestSweep(t *testing.T) {
	for _, layout := range []string{traditional, iso} {
		b := sample(layout)
		var notes []string
		p := Format{[]Body{noting{&notes}}}.NewPiece(parsers.Piece{Location: time.UTC}, nil).(*lineParser)
		p.Parse(b[:len(b)/4]) // programs are met
		h := newHeading(len(layout+" mx1 "), []byte(" mx1 "))
		var got, want [parsers.MostCuts]concern
		var c parsers.Cutter
		lines, found := 0, 0
		for len(b) > parsers.MostCuts {
			for shift := range 90 { // where the window ends
				w := b[:parsers.MostCuts-shift]
				ends, _ := c.Cut(w)
				n := (&sweep{w, ends, &h, &p.decoder.tags, &keep, &got}).find()
				m := (&sweep{w, ends, &h, &p.decoder.tags, &keep, &want}).findPlainly()
				if !slices.Equal(got[:n], want[:m]) {
					t.Fatalf("%s: window of %d bytes: %x, plainly %x", layout, len(w), got[:n], want[:m])
				}
				lines, found = lines+len(ends), found+n
			}
			b = b[600:]
		}
		if 10*found > 9*lines {
			t.Errorf("%s: %d of %d lines concern somebody", layout, found, lines)
		}
	}
}
