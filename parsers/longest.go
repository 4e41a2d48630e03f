package parsers

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

// Longest are the longest lines of a log. Where many are of one length and end in many
// different letters, a terminal, a page or a column of a database cut them there.
type Longest struct {
	Length int       // in characters, without blanks at the end
	Lines  int64     // how many are that long
	Ends   [4]uint64 `json:",omitempty"` // a bit for each byte that one of them ends in
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
	end := withoutMark(line)
	one.Ends[end>>6] = 1 << (end & 63)
	l.Merge(one)
}

// withoutMark returns the last byte of a line before a mark that says that it was cut: that of
// journalctl and less, and an ellipsis.
func withoutMark(line []byte) byte {
	for _, mark := range [...]string{"…", "...", ">"} {
		if before, ok := bytes.CutSuffix(line, []byte(mark)); ok && len(before) > 0 {
			return before[len(before)-1]
		}
	}
	return line[len(line)-1]
}

// Merge adds the longest lines of another part of the source.
func (l *Longest) Merge(m Longest) {
	switch {
	case m.Length > l.Length:
		*l = m
	case m.Length == l.Length:
		l.Lines += m.Lines
		for i, ends := range m.Ends {
			l.Ends[i] |= ends
		}
	}
}

// What makes lines cut ones: so many of the longest length, of so many in all, in so many
// different letters at their ends. Whole lines of a mail server end in the same few. Where
// hardly one is shorter and none is a delivery, even the ids were cut, which begin alike.
const (
	minCut     = 10
	oneCutIn   = 20
	minCutEnds = 6
	oneWholeIn = 10
)

// AreCut reports that the longest lines of a log were cut, by how many lines and deliveries
// there are in all.
func (l *Longest) AreCut(lines, deliveries int64) bool {
	if l.Lines < minCut || l.Lines*oneCutIn < lines {
		return false
	}
	ends := 0
	for _, e := range l.Ends {
		ends += bits.OnesCount64(e)
	}
	return ends >= minCutEnds || deliveries == 0 && (lines-l.Lines)*oneWholeIn <= lines
}
