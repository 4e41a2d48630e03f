package parsers

import (
	"math/bits"
	"slices"
)

// Attachments sum what a message carried beside its text; zero if nothing, or
// if the source does not say.
type Attachments struct {
	Number int
	Bytes  int64 // decoded
	Kinds  Kinds
}

// Kinds is a set of kinds of attachments.
type Kinds uint16

// The kinds. KindOther is what no other word fits.
const (
	KindDocument Kinds = 1 << iota
	KindSpreadsheet
	KindPresentation
	KindPDF
	KindImage
	KindAudio
	KindVideo
	KindArchive
	KindMessage
	KindCalendar
	KindContact
	KindText
	KindProgram
	KindKey
	KindOther
)

var kindNames = [...]string{
	"document", "spreadsheet", "presentation", "pdf", "image", "audio", "video", "archive", "message",
	"calendar", "contact", "text", "program", "key", "other",
}

// Words names the kinds, in the order of the constants. The answer is never
// nil.
func (k Kinds) Words() []string {
	words := make([]string, 0, bits.OnesCount16(uint16(k)))
	for i, name := range kindNames {
		if k&(1<<i) != 0 {
			words = append(words, name)
		}
	}
	return words
}

// KindsOf returns the set of the kinds with such names, and false if one is none.
func KindsOf(words []string) (k Kinds, ok bool) {
	for _, w := range words {
		i := slices.Index(kindNames[:], w)
		if i < 0 {
			return 0, false
		}
		k |= 1 << i
	}
	return k, true
}

// Add adds b to a.
func (a *Attachments) Add(b Attachments) {
	a.Number += b.Number
	a.Bytes += b.Bytes
	a.Kinds |= b.Kinds
}
