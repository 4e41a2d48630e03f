package read

import (
	"bytes"
	"errors"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/carry"
)

// FuzzRows: what a row of the history holds is what was written, or damaged.
func FuzzRows(f *testing.F) {
	sealed, err := State{ID: 3, Name: "mail.log", Format: "postfix", Size: 100, Open: []byte("sessions")}.Seal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add(sealed[:len(sealed)/2])
	f.Fuzz(func(t *testing.T, row []byte) {
		p, err := Unseal(row)
		if err == nil {
			again, err := p.Seal()
			if err != nil {
				t.Fatal(err)
			}
			if q, err := Unseal(again); err != nil || q.Name != p.Name || !bytes.Equal(q.Open, p.Open) {
				t.Errorf("%+v, %v, want %+v", q, err, p)
			}
		} else if !errors.Is(err, carry.ErrPack) {
			t.Errorf("%v", err)
		}
		if n, err := CountPack(row); err != nil && n != 0 && !errors.Is(err, carry.ErrPack) {
			t.Errorf("%d, %v", n, err)
		}
	})
}
