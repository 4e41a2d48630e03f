package syslog

import (
	"fmt"
	"slices"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// Rests are those of a piece: one of each body.
type rests []bodyRest

type bodyRest struct {
	name string
	parsers.Rest
}

// PackRest implements carry.Rest.
func (r rests) PackRest(p *carry.Packer, subjects bool) error {
	for _, b := range r {
		rest, ok := b.Rest.(carry.Rest)
		if !ok {
			return fmt.Errorf("%s: %w", b.name, carry.ErrUnpackable)
		}
		var part carry.Packer
		if err := rest.PackRest(&part, subjects); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		p.Text(b.name)
		p.Text(string(part.B))
	}
	return nil
}

// UnpackRest implements carry.RestJoiner. Where the piece was read for fewer bodies, the
// others have none.
func (j joiner) UnpackRest(u *carry.Unpacker, of parsers.Piece) parsers.Rest {
	r := make(rests, len(j))
	for u.More() {
		name := u.Text()
		part := carry.Unpack(u.Bytes())
		i := slices.IndexFunc(j, func(b bodyJoiner) bool { return b.name == name })
		if u.Err != nil || i < 0 || r[i].Rest != nil {
			u.Fail()
			return r
		}
		unpacking, ok := j[i].Joiner.(carry.RestJoiner)
		if !ok {
			u.Fail()
			return r
		}
		if r[i] = (bodyRest{name, unpacking.UnpackRest(part, of)}); part.Err != nil || part.More() {
			u.Fail()
		}
	}
	return r
}

// NewJoiner implements parsers.LineFormat.
func (f Format) NewJoiner(sink parsers.Sink) parsers.Joiner {
	j := make(joiner, len(f.Bodies))
	for i, b := range f.Bodies {
		j[i] = bodyJoiner{b.Name(), b.NewJoiner(sink)}
	}
	return j
}

// A joiner holds one of each body.
type joiner []bodyJoiner

type bodyJoiner struct {
	name string
	parsers.Joiner
}

// Join implements parsers.Joiner.
func (j joiner) Join(r parsers.Rest) {
	for i, b := range r.(rests) {
		if b.Rest != nil {
			j[i].Join(b.Rest)
		}
	}
}

// Share implements parsers.SharedJoiner.
func (j joiner) Share(n int) []func(parsers.Sink) {
	var parts [][]func(parsers.Sink) // of each body
	for _, b := range j {
		if shared, ok := b.Joiner.(parsers.SharedJoiner); ok {
			if some := shared.Share(n); len(some) > 0 {
				parts = append(parts, some)
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	all := make([]func(parsers.Sink), n)
	for i := range all {
		all[i] = func(sink parsers.Sink) {
			for _, some := range parts {
				if i < len(some) {
					some[i](sink)
				}
			}
		}
	}
	return all
}

// SpillTo implements parsers.SpillingJoiner.
func (j joiner) SpillTo(newSpill func() (parsers.Spill, error)) {
	for _, b := range j {
		if s, ok := b.Joiner.(parsers.SpillingJoiner); ok {
			s.SpillTo(newSpill)
		}
	}
}

// Err implements parsers.SpillingJoiner.
func (j joiner) Err() error {
	for _, b := range j {
		if s, ok := b.Joiner.(parsers.SpillingJoiner); ok && s.Err() != nil {
			return s.Err()
		}
	}
	return nil
}

// Close implements parsers.Joiner.
func (j joiner) Close() parsers.Tally {
	var t parsers.Tally
	for _, b := range j {
		t.Merge(b.Close())
	}
	return t
}

// Carry implements carry.Carrier.
func (j joiner) Carry(c *carry.Carrying) {
	for _, b := range j {
		if carrier, ok := b.Joiner.(carry.Carrier); ok {
			c.Part(b.name, carrier.Carry)
		}
	}
}

// Resume implements carry.Carrier.
func (j joiner) Resume(r *carry.Resuming) {
	r.Parts(func(name string, part *carry.Resuming) {
		for _, b := range j {
			if carrier, ok := b.Joiner.(carry.Carrier); ok && b.name == name {
				carrier.Resume(part)
			}
		}
	})
}
