package parsers

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

// Longest are the longest lines of a log. Where many of different kinds are of one length, a
// terminal, a page or a column of a database cut them there.
type Longest struct {
	Length int       // in characters, without blanks at the end
	Lines  int64     // how many are that long
	Kinds  [4]uint64 `json:",omitempty"` // a bit for each kind, by a sum of 8 bits
}

// Note notes a line. Most are shorter than the longest one before.
func (l *Longest) Note(line []byte) {
	if len(line) >= l.Length {
		l.note(line)
	}
}

func (l *Longest) note(line []byte) {
	line = bytes.TrimRight(line, " \t\r")
	if len(line) == 0 {
		return
	}
	one := Longest{Length: utf8.RuneCount(line), Lines: 1}
	kind := kindOf(line)
	one.Kinds[kind>>6] = 1 << (kind & 63)
	l.Merge(one)
}

// kindOf returns a sum of what stands between the words of a line, which is the same for lines
// that differ in names, numbers and ids alone.
func kindOf(line []byte) uint8 {
	const offset, prime = 2166136261, 16777619 // FNV-1a
	sum, inWord := uint32(offset), false
	for _, c := range line {
		isWord := c-'0' < 10 || c|0x20-'a' < 26 || c >= utf8.RuneSelf || c == '+' || c == '/' || c == '_'
		switch {
		case !isWord:
			sum = (sum ^ uint32(c)) * prime
		case !inWord:
			sum = (sum ^ 'a') * prime
		}
		inWord = isWord
	}
	return uint8(sum ^ sum>>8 ^ sum>>16 ^ sum>>24)
}

// Merge adds the longest lines of another part of the source.
func (l *Longest) Merge(m Longest) {
	switch {
	case m.Length > l.Length:
		*l = m
	case m.Length == l.Length:
		l.Lines += m.Lines
		for i, kinds := range m.Kinds {
			l.Kinds[i] |= kinds
		}
	}
}

// What makes lines cut ones: so many of the longest length, of so many in all, of so many
// kinds. Whole lines of one length are of one kind.
const (
	minCut      = 10
	oneCutIn    = 20
	minCutKinds = 5
)

// AreCut reports that the longest lines of a log were cut, of so many lines in all.
func (l *Longest) AreCut(lines int64) bool {
	kinds := 0
	for _, k := range l.Kinds {
		kinds += bits.OnesCount64(k)
	}
	return l.Lines >= minCut && l.Lines*oneCutIn >= lines && kinds >= minCutKinds
}
