package lookalike

import (
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

var triplesFile = flag.String("triples", "", "list of domains, to write triples.bin from")

func TestTriples(t *testing.T) {
	if *triplesFile != "" {
		writeTriples(t, *triplesFile)
		return
	}
	for _, c := range [][2]string{{"gallery", "galllery"}, {"energy", "enregy"}, {"university", "univeristy"}, {"consulting", "consultnig"}} {
		if usual(c[0]) <= usual(c[1]) {
			t.Errorf("%s: %.1f, %s: %.1f", c[0], usual(c[0]), c[1], usual(c[1]))
		}
	}
}

func writeTriples(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var three [27][27][27]float64
	var two [27][27]float64
	var one [27]float64
	for _, name := range strings.Fields(string(text)) {
		n, err := domain.Parse(name)
		if err != nil {
			continue
		}
		p := cut(n)
		a, b := 0, 0
		for i := 0; i <= len(p.core()); i++ {
			c := 0
			if i < len(p.core()) {
				c = letterNumber(p.core()[i])
			}
			three[a][b][c]++
			two[b][c]++
			one[c]++
			a, b = b, c
		}
	}
	var out []byte
	ones := total(one)
	for a := range 27 {
		for b := range 27 {
			pairs, triples := total(two[b]), total(three[a][b])
			for c := range 27 {
				p := (one[c] + 1) / (ones + 27) // each is smoothed by the shorter one
				p = (two[b][c] + 3*p) / (pairs + 3)
				p = (three[a][b][c] + 3*p) / (triples + 3)
				out = append(out, byte(min(255, math.Round(-math.Log(p)/tripleStep))))
			}
		}
	}
	if err := os.WriteFile("triples.bin", out, 0o644); err != nil {
		t.Fatal(err)
	}
}

func total(counts [27]float64) (sum float64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}
