package content

import (
	"bytes"
	"slices"
	"strings"
)

// A Searcher searches texts as they come: each text is written and then ended.
// It holds a few KiB of it at a time.
type Searcher struct {
	lexicon *lexicon
	left    int // of MaxText
	buf     []byte
	lower   []byte // buf with its ASCII letters in lower case
	from    int    // of buf, what was not searched; before it stands what was, for context
	counts  [6]int
	terms   [topics]recentTerms
	at      int64 // of buf in the text
}

// NewSearcher returns a Searcher that has seen nothing.
func NewSearcher() *Searcher {
	s := &Searcher{lexicon: newLexicon()}
	s.Reset()
	return s
}

// Reset makes s as new, for another message.
func (s *Searcher) Reset() {
	*s = Searcher{lexicon: s.lexicon, buf: s.buf[:0], lower: s.lower, left: MaxText}
	s.forget()
}

// forget forgets the words of a text.
func (s *Searcher) forget() {
	for i := range s.terms {
		s.terms[i] = recentTerms{}
	}
}

// Found is a class and how often it was found. For the possible ones it is the
// number of distinct terms.
type Found struct {
	Class Class
	Count int
}

const (
	// window is how much text is searched at a time, in bytes.
	window = 32 << 10
	// context is how far a match and the words that explain it may reach, in
	// bytes: the end of a window is searched again with the next one.
	context = 512
)

// MaxText is how much text a Searcher searches in all, in bytes; what is beyond
// is not looked at, and Full says so. Hostile text takes 0.3 µs a byte.
const MaxText = 32 << 20

// Full reports that there was more text than MaxText.
func (s *Searcher) Full() bool { return s.left < 0 }

// indices of Searcher.counts and names of the classes.
const (
	bankAccount = iota
	credentials
	health
	nationalID
	paymentCard
	travel
)

func classes() [6]Class {
	return [...]Class{BankAccount, Credentials, Health, NationalID, PaymentCard, Travel}
}

// Write searches more of a text in UTF-8. It never fails.
func (s *Searcher) Write(p []byte) (int, error) {
	n := len(p)
	if s.left -= n; s.left < 0 {
		p = p[:max(0, n+s.left)]
		s.left = -1
	}
	for len(p) > 0 {
		take := min(len(p), window)
		s.buf = append(s.buf, p[:take]...)
		p = p[take:]
		if len(s.buf)-s.from >= window {
			s.search(len(s.buf) - context)
		}
	}
	return n, nil
}

// End ends a text: what the next one begins with does not belong to it.
func (s *Searcher) End() {
	s.search(len(s.buf))
	s.buf, s.from, s.at = s.buf[:0], 0, 0
	s.forget()
}

// Found returns what was found in all texts that were ended, in the order of
// the classes' names.
func (s *Searcher) Found() []Found {
	var found []Found
	for i, class := range classes() {
		if s.counts[i] > 0 {
			found = append(found, Found{class, s.counts[i]})
		}
	}
	return found
}

// search looks for what begins in s.buf[s.from:until].
func (s *Searcher) search(until int) {
	s.plain()
	until = min(until, len(s.buf))
	if s.from >= until {
		return
	}
	t := text{lexicon: s.lexicon, raw: s.buf, lower: s.lower, from: s.from, until: until}
	s.counts[credentials] += t.secrets()
	s.counts[paymentCard] += t.cards()
	s.counts[bankAccount] += t.ibans()
	s.counts[nationalID] += t.ids()
	t.terms(s.term)
	keep := max(0, until-context)
	s.buf = s.buf[:copy(s.buf, s.buf[keep:])]
	s.at += int64(keep)
	s.from = until - keep
}

// term notes a term. For a topic the most terms that stand near each other
// count.
func (s *Searcher) term(at int, e entry) {
	place := s.at + int64(at)
	seen := s.terms[e.topic]
	seen[e.term] = place
	class := [topics]int{health, travel}[e.topic]
	if n := seen.near(place); n >= minTerms {
		s.counts[class] = max(s.counts[class], n)
	}
}

// plain turns the spaces that people do not see into plain ones, after what
// was searched, and makes s.lower.
func (s *Searcher) plain() {
	for _, odd := range [...]string{"\u00a0", "\u202f", "\u2007", "\u2009"} { // no-break, narrow, figure and thin space
		if i := bytes.Index(s.buf[s.from:], []byte(odd)); i >= 0 {
			s.buf = append(s.buf[:s.from], bytes.ReplaceAll(bytes.Clone(s.buf[s.from:]), []byte(odd), []byte(" "))...)
		}
	}
	s.lower = append(s.lower[:0], s.buf...)
	for i, c := range s.lower {
		if c-'A' < 26 {
			s.lower[i] = c + 'a' - 'A'
		}
	}
}

// text is a window that is searched: what begins in raw[from:until]. Before
// and after it stands context.
type text struct {
	lexicon *lexicon

	raw, lower  []byte
	from, until int
}

// before returns what stands before a place in lower case, at most n bytes.
func (t *text) before(at, n int) []byte { return t.lower[max(0, at-n):at] }

// after returns the text after a place in lower case, at most n bytes.
func (t *text) after(at, n int) []byte { return t.lower[at:min(len(t.lower), at+n)] }

// isWordByte reports letters and digits; letters beyond ASCII count.
func isWordByte(c byte) bool {
	return c-'a' < 26 || c-'A' < 26 || c-'0' < 10 || c >= 0x80
}

func isDigit(c byte) bool  { return c-'0' < 10 }
func isLetter(c byte) bool { return isLower(c) || isUpper(c) }
func isUpper(c byte) bool  { return c-'A' < 26 }
func isLower(c byte) bool  { return c-'a' < 26 }

// lastOf returns where the last of the words begins in b, as a word or the
// beginning of one, -1 for none.
func lastOf(b []byte, words []string) int {
	last := -1
	for _, w := range words {
		for end := len(b); end > 0; {
			i := bytes.LastIndex(b[:end], []byte(w))
			if i <= last {
				break
			}
			if wordStarts(b, i, w) && wordEnds(b, i+len(w), w) {
				last = i
				break
			}
			end = i + len(w) - 1
		}
	}
	return last
}

// unspaced is the first byte from which on letters are of scripts that mostly
// put no spaces between words: from U+0800 on.
const unspaced = 0xe0

// wordStarts reports whether w at b[i:] begins a word; scripts without spaces
// between words need none.
func wordStarts(b []byte, i int, w string) bool {
	return i == 0 || w[0] >= unspaced || !isWordByte(b[i-1])
}

// shortWord is the length up to which a word must stand whole: "id" is not the
// beginning of "idea".
const shortWord = 4

func wordEnds(b []byte, end int, w string) bool {
	return len(w) > shortWord || w[0] >= unspaced || end >= len(b) || !isWordByte(b[end]) || isDigit(b[end])
}

func hasWord(b []byte, words []string) bool { return lastOf(b, words) >= 0 }

// only returns the bytes of b that keep says.
func only(b []byte, keep func(byte) bool) []byte {
	return slices.DeleteFunc(bytes.Clone(b), func(c byte) bool { return !keep(c) })
}

// fields splits a list of words.
func fields(words string) []string { return strings.Fields(words) }
