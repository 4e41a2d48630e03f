package lines

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCutter(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	text := func(n int, ends string) []byte {
		b := bytes.Repeat([]byte("x"), n)
		for i := range b {
			if random.IntN(20) == 0 {
				b[i] = ends[random.IntN(len(ends))]
			}
		}
		return b
	}
	long := bytes.Repeat([]byte("y"), 3*MaxCuts)
	blocks := [][]byte{
		nil, []byte("\n"), []byte("\r\n"), []byte("a"), []byte("a\r"), []byte("\n\n"), long, append(long, '\n'),
		append(append(append(text(100, "\n"), long...), "\r\n"...), text(100, "\n")...), bytes.Repeat([]byte("\n"), 2*MaxCuts+1),
	}
	for n := range 400 {
		blocks = append(blocks, text(n, "\n\r "), text(n, "\n\r"), text(n*37, "\nzzzzzz"))
	}
	var c Cutter
	for i, b := range blocks {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			want := bytes.Split(b, []byte("\n"))
			if len(want[len(want)-1]) == 0 {
				want = want[:len(want)-1] // text after the last line end is no line
			}
			for i := range want {
				want[i] = bytes.TrimRight(want[i], "\r ")
			}
			var got [][]byte
			c.Each(b, func(line []byte) { got = append(got, line) })
			if !slices.EqualFunc(got, want, bytes.Equal) {
				t.Errorf("%q is cut into %q", b, got)
			}
		})
	}
}

func BenchmarkCutter(b *testing.B) {
	block := bytes.Repeat([]byte("Nov 23 09:18:31 mail postfix/smtpd[305]: connect from ws17.corp.example[192.0.2.7]\n"), 1000)
	var c Cutter
	lines := 0
	b.SetBytes(int64(len(block)))
	for b.Loop() {
		c.Each(block, func([]byte) { lines++ })
	}
}
