package syslog

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// noting is a body that notes what it is given. It reads some lines only.
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
	if r.Text[0]-'0' < 10 && r.Text[1]-'0' < 10 || bytes.HasPrefix(r.Text, []byte("NO")) {
		*n.records = append(*n.records, fmt.Sprintf("%d %v %q %q %q %q %d", r.Line, r.Time, r.Host, r.Program, r.PID(), r.Text, r.Repeat))
	}
}

func (noting) EndBlock() {}

func (noting) Tally() *parsers.Tally { return &parsers.Tally{} }

func (noting) Close() (parsers.Tally, parsers.Rest) { return parsers.Tally{}, nil }

// parsed returns the notes of a log, each line of it read by read.
func parsed(b []byte, read func(*lineParser, []byte)) (records []string, tally parsers.Tally) {
	p := Format{[]Body{noting{&records}}}.NewPiece(parsers.Piece{Location: time.UTC, Start: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}, nil).(*lineParser)
	for _, line := range bytes.Split(bytes.TrimSuffix(b, []byte("\n")), []byte("\n")) {
		read(p, lines.WithoutCR(line))
	}
	tally, _ = p.Close()
	return records, tally
}

// usually and carefully are the two ways to read a line.
func usually(p *lineParser, line []byte) { p.line(line, p.decoder.sameHead(line)) }

func carefully(p *lineParser, line []byte) {
	p.tally.Lines++
	p.carefully(line)
}

const (
	traditionalStamp = "Jan _2 15:04:05"
	isoStamp         = "2006-01-02T15:04:05.000000Z07:00"
)

// sample is a log in which lines of all kinds follow each other.
func sample(rival string, stamps ...string) []byte {
	kinds := []string{
		"alpha/one[17]: connect", "alpha/one[17]: disconnect", "beta: Login: user=<a>", "beta: Logout", "beta[2]: 17", // nobody reads them
		"alpha/one[17]: to=<a@b.example>, status=sent", "beta[2]: 1tB => a@b.example R=x T=y", "dovecot: to=<a@b.example>, status=sent",
		"alpha/one[17]: 3AF09: client=x", "alpha/one[17]: 17", "alpha: 17", "alpha/one/two/three/four[1]: 17",
		"alpha/one/two/three/four/five/six/seven[1]: 17", "alpha[1]: ", "alpha[1]:", "alpha[x]: 17", "alpha[1:2]: 17", "alpha[1]b]: 17", "al:pha]: 17",
		"alpha[1] 17", "alpha[1]: 1", "alpha[1]: message repeated 2 times: [ 17]", "alpha[1]:  17", "alpha[1]: Nov 23 09:00:00 mx2 alpha[3]: 42",
		"alpha[1]: Nov 23 09:00:00 mx1 alpha[3]: 42", "alpha[1]: \r", "alpha[1]: 1\r", "alpha[1]: 17\r", "[1]: 17", ": 17", "a b", "", "NOQUEUE",
		rival + "[17]: 17", "alpha/one[17]: NOQUEUE: reject " + strings.Repeat("x", 200), "gamma=1[1]: 17 " + strings.Repeat("x", 100),
		"a[0]:]: 17", "docker[9]: 2026-11-23T09:00:00.5Z mx2 alpha[3]: 43", "mail.info alpha[1]: 17", "alpha/smtpd[17]: 18", "a[1]: 17",
	}
	hosts := []string{"mx1", "mx2", "mail-gateway-17.dc2.corp.example.net"}
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for i := range 6000 {
		when := time.Date(2026, 11, 21+i/100%2*2, 9, 0, i/400*5+i%400/80, i%1000*1000_000, time.UTC)
		if i%700 < 20 {
			when = when.In(time.FixedZone("", 3600))
		}
		kind := r.IntN(len(kinds))
		if r.IntN(2) == 0 { // as in a log
			kind = r.IntN(5)
		}
		host := hosts[i/500%3]
		if i%3000 > 2000 { // in turn
			host = hosts[r.IntN(3)]
		}
		fmt.Fprintf(&b, "%s %s %s\n", when.Format(stamps[r.IntN(len(stamps))]), host, kinds[kind])
	}
	return b.Bytes()
}

// rivalOf returns a name whose tag takes the place of that of another.
func rivalOf(name string) string {
	for n := 0; ; n++ {
		if s := fmt.Sprint("alpha", n); wordsOf([]byte(s)).slot() == wordsOf([]byte(name)).slot() {
			return s
		}
	}
}

// same reports whether a log is read the same in both ways.
func same(t *testing.T, b []byte) (records int) {
	t.Helper()
	got, tally := parsed(b, usually)
	want, wantTally := parsed(b, carefully)
	for i := range max(len(got), len(want)) {
		if i >= min(len(got), len(want)) || got[i] != want[i] {
			t.Errorf("record %d: got  %q\nwant %q", i, got[min(i, len(got)):min(i+1, len(got))], want[min(i, len(want)):min(i+1, len(want))])
			break
		}
	}
	if tally.Lines != wantTally.Lines || tally.Malformed != wantTally.Malformed || !maps.Equal(tally.NotOurs, wantTally.NotOurs) || !maps.Equal(tally.NotUnderstood, wantTally.NotUnderstood) || !tally.First.Equal(wantTally.First) || !tally.Last.Equal(wantTally.Last) {
		t.Errorf("got  %+v\nwant %+v", tally, wantTally)
	}
	return len(want)
}

// TestUsual holds the way that lines of the usual shape take to the careful one.
func TestUsual(t *testing.T) {
	t.Parallel()
	rival := rivalOf("alpha/one")
	for name, stamps := range map[string][]string{"traditional": {traditionalStamp}, "ISO": {isoStamp}, "mixed": {traditionalStamp, isoStamp}} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && len(stamps) == 1 {
				t.Skip("slow: left out with -short, which reads both of them mixed")
			}
			if n := same(t, sample(rival, stamps...)); n < 1000 {
				t.Errorf("got %d records, want more", n)
			}
		})
	}
}

func FuzzUsual(f *testing.F) {
	f.Add([]byte("alpha[1]: 17\nalpha[1]: other\nbeta: 1\n!Nov 21 09:18:31 mx1 alpha: 18\n!Nov 99 99:18:31 mx1 alpha: 18\n!Nov 99 99:18:31 mx1 alpha: other\nalpha[1]: Nov 23 09:00:00 mx1 alpha[3]: 4\nalpha[1]: 19\nal=pha[1]: 1\nalpha[1]: \r\nalpha/one/two/three/four/five/six/seven[1]: 17"))
	f.Add([]byte("!2026-11-23T09:18:31.5Z mx1 alpha: 18\n!2026-11-23T09:18:31.25Z mx2 alpha: 18\n!2026-11-23T09:18:31.25+01:00 mx1 alpha: 18\n!2026-11-23 09:18:31 mx1 alpha: 18"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		var b []byte
		for line := range bytes.Lines(append(lines, '\n')) {
			if rest, whole := bytes.CutPrefix(line, []byte("!")); whole {
				b = append(b, rest...)
			} else {
				b = append(append(b, "Nov 23 09:18:31 mx1 "...), line...)
			}
		}
		same(t, append(b, b...)) // the second time its programs are known
	})
}
