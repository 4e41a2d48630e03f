package syslog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
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

// sample is a log in which lines of all kinds stand behind each other.
func sample() []byte {
	kinds := []string{
		"alpha/one[17]: connect", "alpha/one[17]: disconnect", "beta: Login: user=<a>", "beta: Logout", "beta[2]: 17", // of no concern
		"alpha/one[17]: 3AF09: client=x", "alpha/one[17]: 17", "alpha: 17", "alpha/one/two/three/four[1]: 17",
		"alpha/one/two/three/four/five/six/seven[1]: 17", "alpha[1]: ", "alpha[1]:", "alpha[x]: 17", "alpha[1:2]: 17", "alpha[1]b]: 17", "al:pha]: 17",
		"alpha[1] 17", "alpha[1]: 1", "alpha[1]: message repeated 2 times: [ 17]", "alpha[1]:  17", "alpha[1]: Nov 23 09:00:00 mx2 alpha[3]: 42",
		"alpha[1]: Nov 23 09:00:00 mx1 alpha[3]: 42", "alpha[1]: \r", "alpha[1]: 1\r", "alpha[1]: 17\r", "[1]: 17", ": 17", "a b", "", "NOQUEUE",
		rivalOf("alpha/one") + "[17]: 17", "alpha/one[17]: NOQUEUE: reject " + strings.Repeat("x", 200), "gamma=1[1]: 17 " + strings.Repeat("x", 100),
	}
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for i := range 6000 {
		// At 21 and 23, the letters that differ have no bit that the others lack.
		stamp := time.Date(2026, 11, 21+i/100%2*2, 9, 0, i/400*5+i%400/80, 0, time.UTC).Format("Jan _2 15:04:05")
		host := "mx1"
		if i%1000 > 900 {
			host = "mail-gateway-17.dc2.corp.example.net"
		}
		kind := r.IntN(len(kinds))
		if r.IntN(2) == 0 { // as in a log
			kind = r.IntN(5)
		}
		fmt.Fprintf(&b, "%s %s %s\n", stamp, host, kinds[kind])
	}
	return b.Bytes()
}

// rivalOf returns a name whose tag takes the place of that of another.
func rivalOf(name string) string {
	slot := func(s string) uint64 {
		var b [nameReach]byte
		w := wordsOf(&b, uint8(copy(b[:], s)))
		return slotOf(&w)
	}
	for n := 0; ; n++ {
		if s := fmt.Sprint("alpha", n); slot(s) == slot(name) {
			return s
		}
	}
}

func eachLine(b []byte) [][]byte { return bytes.SplitAfter(b, []byte("\n")) }

// Many lines at a time are read as each by itself.
func TestLinesTogether(t *testing.T) {
	t.Parallel()
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
	f.Add([]byte("alpha[1]: 17\nalpha[1]: other\nbeta: 1\n!Nov 21 09:18:31 mx1 alpha: 18\n!Nov 99 99:18:31 mx1 alpha: 18\n!Nov 99 99:18:31 mx1 alpha: other\nalpha[1]: Nov 23 09:00:00 mx1 alpha[3]: 4\nalpha[1]: 19\nal=pha[1]: 1\nalpha[1]: \r\nalpha/one/two/three/four/five/six/seven[1]: 17"))
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
		b = append(b, bytes.Repeat([]byte("x\n"), tagReach)...)
		got, tally := parsed(b)
		want, wantTally := parsed(eachLine(b)...)
		if !slices.Equal(got, want) || tally.Lines != wantTally.Lines || tally.Malformed != wantTally.Malformed || tally.First != wantTally.First || tally.Last != wantTally.Last {
			t.Errorf("%q is read as\n%s\n%+v, each line by itself as\n%s\n%+v", b, strings.Join(got, "\n"), tally, strings.Join(want, "\n"), wantTally)
		}
	})
}

// The processor's own way of sweeping finds the same as the plain one.
func TestSweep(t *testing.T) {
	t.Parallel()
	b := sample()
	var notes []string
	p := Format{[]Body{noting{&notes}}}.NewPiece(parsers.Piece{Location: time.UTC}, nil).(*lineParser)
	p.Parse(b[:len(b)/4]) // programs are met
	h := newHeading([]byte(" mx1 "))
	var got, want [lines.MaxCuts]concern
	var c lines.Cutter
	count, found := 0, 0
	for len(b) > lines.MaxCuts {
		for shift := range 90 { // where the window ends
			w := b[:lines.MaxCuts-shift]
			ends, _ := c.Cut(w)
			n := (&sweep{w, ends, &h, &p.decoder.tags, &got}).find()
			m := (&sweep{w, ends, &h, &p.decoder.tags, &want}).findPlainly()
			if !slices.Equal(got[:n], want[:m]) {
				t.Fatalf("window of %d bytes: %x, plainly %x", len(w), got[:n], want[:m])
			}
			count, found = count+len(ends), found+n
		}
		b = b[600:]
	}
	if 10*found > 9*count {
		t.Errorf("%d of %d lines concern somebody", found, count)
	}
}
