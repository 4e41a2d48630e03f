package read

import (
	"encoding/json"
	"fmt"

	"github.com/typoaudit/typoaudit/parsers/carry"
)

// Seal packs what a later run must know of a source.
func (p State) Seal() ([]byte, error) {
	open := p.Open
	p.Open, p.Tally.Errors, p.Changed = nil, nil, p.Changed.UTC()
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var b carry.Packer
	b.Text(string(text))
	b.Text(string(open))
	return carry.Seal(b.B)
}

// Unseal unpacks what the history knows of a source. The error is
// carry.ErrPack if it is damaged.
func Unseal(sealed []byte) (*State, error) {
	raw, err := carry.Unseal(sealed)
	if err != nil {
		return nil, fmt.Errorf("what is known of a source: %w", err)
	}
	u := carry.Unpack(raw)
	var p State
	if err := json.Unmarshal(u.Bytes(), &p); err != nil {
		return nil, fmt.Errorf("what is known of a source: %w", carry.ErrPack)
	}
	p.Open = u.Bytes()
	return &p, u.Err
}
