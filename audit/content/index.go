package content

import "bytes"

// A wordIndex finds many words in one pass: a text has few places where the
// first two bytes of any of them stand at the beginning of a word.
type wordIndex struct {
	first [256]bool
	pairs map[[2]byte][]indexed
}

// An indexed word has the number that its owner knows it by.
type indexed struct {
	word []byte
	n    int
}

func (x *wordIndex) add(word string, n int) {
	if x.pairs == nil {
		x.pairs = map[[2]byte][]indexed{}
	}
	x.first[word[0]] = true
	pair := [2]byte{word[0], word[1]}
	x.pairs[pair] = append(x.pairs[pair], indexed{[]byte(word), n})
}

// each yields the words that begin in b[from:until], and where.
func (x *wordIndex) each(b []byte, from, until int, yield func(at int, w indexed)) {
	for at := from; at < until && at+1 < len(b); at++ {
		c := b[at]
		if !x.first[c] || at > 0 && c < unspaced && isWordByte(b[at-1]) {
			continue
		}
		for _, w := range x.pairs[[2]byte{c, b[at+1]}] {
			if bytes.HasPrefix(b[at:], w.word) {
				yield(at, w)
			}
		}
	}
}
