package parserstest

import (
	"bytes"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// FuzzResume gives a joiner any bytes for the sessions of an earlier run, and the
// real ones with a part changed: it does not panic, and goes on with the log as
// before.
func FuzzResume(f *testing.F, format parsers.LineFormat, log string) {
	pack := func(t testing.TB) []byte {
		p := format.NewPiece(parsers.Piece{Start: start, Location: time.UTC}, &collector{})
		p.Parse([]byte(log))
		_, rest := p.Close()
		j := format.NewJoiner(&collector{})
		j.Join(rest)
		c := carry.NewCarrying(1, []int64{7})
		j.(carry.Carrier).Carry(c)
		for _, packed := range c.Packs {
			return packed
		}
		t.Fatal("nothing is left open")
		return nil
	}
	f.Add(pack(f), uint16(0), byte(0))
	f.Add(pack(f), uint16(40), byte(0xff))
	f.Add([]byte{}, uint16(0), byte(0))
	f.Fuzz(func(t *testing.T, packed []byte, at uint16, flip byte) {
		if packed = bytes.Clone(packed); len(packed) > 0 {
			packed[int(at)%len(packed)] ^= flip
		}
		var c collector
		j := format.NewJoiner(&c)
		j.(carry.Carrier).Resume(carry.NewResuming(packed, map[int64]int32{7: 0}))
		p := format.NewPiece(parsers.Piece{Number: 1, Start: start, Location: time.UTC}, &c)
		p.Parse([]byte(log))
		_, rest := p.Close()
		j.Join(rest)
		again := carry.NewCarrying(2, []int64{7})
		j.(carry.Carrier).Carry(again)
		j.Close()
	})
}
