package lookalike

import (
	"flag"
	"math"
	"os"
	"strings"
	"testing"
)

var pairsFile = flag.String("pairs", "", "dictionary of codespell, to write letters.txt from")

func TestLetters(t *testing.T) {
	if *pairsFile != "" {
		writeLetters(t, *pairsFile)
		return
	}
	for _, c := range []struct {
		often, rarely string // typed for the same word
		word          string
	}{
		{"acomodate", "accmodate", "accomodate"}, // a doubled letter is left out
		{"definate", "defiqite", "definite"},
		{"recieve", "rceeive", "receive"},
	} {
		often := letterOdds(oneEdit(c.often, c.word), c.often, c.word)
		rarely := letterOdds(oneEdit(c.rarely, c.word), c.rarely, c.word)
		if often <= rarely {
			t.Errorf("%s for %s: %.1f; %s: %.1f", c.often, c.word, often, c.rarely, rarely)
		}
	}
}

// A letterCount counts the errors by their letters, and how often they could
// have happened.
type letterCount struct{ errors, chances [26][26]float64 }

// minChances is how many chances a pair of letters is taken to have had besides, with
// as many errors as the average.
const minChances = 150

func writeLetters(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tables [tableTransposed + 1]letterCount
	pairs := 0
	for line := range strings.Lines(string(text)) {
		typed, meant, _ := strings.Cut(strings.TrimSpace(line), "->")
		meant, _, _ = strings.Cut(meant, ",")
		if !plainWord(typed) || !plainWord(meant) {
			continue
		}
		for i := 1; i < len(meant); i++ {
			a, b := meant[i-1]-'a', meant[i]-'a'
			tables[tableDeleted].chances[a][b]++
			tables[tableTransposed].chances[a][b]++
			for c := range 26 {
				tables[tableInsertedAfter].chances[a][c]++
				tables[tableInsertedBefore].chances[b][c]++
				tables[tableInstead].chances[b][c]++
			}
		}
		if Distance(typed, meant, 1) != 1 {
			continue
		}
		pairs++
		x := oneEdit(typed, meant)
		switch {
		case x.got == 0 && x.at > 0:
			tables[tableDeleted].errors[meant[x.at-1]-'a'][x.want-'a']++
		case x.got == 0:
		case x.want == 0:
			if x.at > 0 {
				tables[tableInsertedAfter].errors[typed[x.at-1]-'a'][x.got-'a']++
			}
			if x.at+1 < len(typed) {
				tables[tableInsertedBefore].errors[typed[x.at+1]-'a'][x.got-'a']++
			}
		case x.kind == Transposition:
			tables[tableTransposed].errors[x.want-'a'][x.got-'a']++
		default:
			tables[tableInstead].errors[x.want-'a'][x.got-'a']++
		}
	}
	var b strings.Builder
	for i := range tables {
		tables[i].write(&b)
	}
	if err := os.WriteFile("letters.txt", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d pairs of one error", pairs)
}

func (c *letterCount) write(b *strings.Builder) {
	errors, chances := 0.0, 0.0
	for i := range 26 {
		for j := range 26 {
			errors, chances = errors+c.errors[i][j], chances+c.chances[i][j]
		}
	}
	mean := errors / chances
	for i := range 26 {
		for j := range 26 {
			odds := math.Log((c.errors[i][j] + minChances*mean) / (c.chances[i][j] + minChances) / mean)
			b.WriteByte('m' + byte(int(math.Round(max(-6, min(6, odds/letterStep))))))
		}
		b.WriteByte('\n')
	}
}

func plainWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}
