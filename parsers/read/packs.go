package read

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// A Pack is the deliveries of one source and day, sealed.
type Pack struct {
	Source     int64 // id of the source
	Day        int64 // since 1970, UTC; NoDay for deliveries without a time, and for bounces
	Deliveries int64
	Sealed     []byte

	piece  int32
	joined bool
}

// NoDay is the day of deliveries without a time, and of bounces: they count for
// mail of any day.
const NoDay = -1 << 31

// DayOf returns the day of a time.
func DayOf(t time.Time) int64 {
	const day = 24 * 60 * 60
	if t.IsZero() {
		return NoDay
	}
	s := t.Unix()
	if s < 0 {
		s -= day - 1
	}
	return s / day
}

// maxRaw is the size at which a pack is sealed, in bytes.
const maxRaw = 4 << 20

// maxOpen bounds the packs that are open at a time, in bytes: a mailbox is read
// as one piece, and may hold mail of many days.
const maxOpen = 16 << 20

// A PackSink is a Sink that packs deliveries for later runs.
type PackSink struct {
	// Trim, if not nil, is given each delivery before it is packed, to leave
	// out the fields that later runs do not need.
	Trim func(*parsers.Delivery)

	role    Role
	reading *Reading
	sealer  *carry.Sealer
	open    map[packKey]*openPack
	size    int // of the open packs, in bytes
	at      parsers.Origin
	packs   []Pack
	err     error
}

type packKey struct {
	source int32
	day    int64
}

type openPack struct {
	raw   []byte
	n     int64
	piece int32
}

// NewPackSink returns a sink for deliveries of the sources of a reading, which
// stands beside a sink of the given role.
func NewPackSink(r *Reading, role Role) *PackSink {
	return &PackSink{reading: r, role: role, open: map[packKey]*openPack{}}
}

// Add implements parsers.Sink. Deliveries of a source that every run reads whole
// are not packed.
func (p *PackSink) Add(d *parsers.Delivery) {
	c := *d
	if p.Trim != nil {
		p.Trim(&c)
	}
	p.pack(d.Origin, DayOf(d.Time), max(1, d.Count), func(raw []byte, id int64) []byte { return carry.AppendDelivery(raw, &c, id) })
}

// Bounce implements parsers.Sink. A bounce counts for mail of any day.
func (p *PackSink) Bounce(b *parsers.Bounce) {
	p.pack(b.Origin, NoDay, 1, func(raw []byte, id int64) []byte { return carry.AppendBounce(raw, b, id) })
}

// pack lets appendTo append a record, which stands for count deliveries.
func (p *PackSink) pack(from parsers.Origin, day int64, count int, appendTo func(raw []byte, id int64) []byte) {
	id := p.reading.Sources[from.Source].id
	if id == 0 {
		return
	}
	if p.role != Joiner && (from.Source != p.at.Source || from.Piece != p.at.Piece) {
		p.seal()
		p.at = from
	}
	key := packKey{from.Source, day}
	o := p.open[key]
	if o == nil {
		o = &openPack{piece: from.Piece}
		p.open[key] = o
	}
	before := len(o.raw)
	o.raw = appendTo(o.raw, id)
	p.size += len(o.raw) - before
	o.n += int64(count)
	switch {
	case p.size >= maxOpen:
		p.seal()
	case len(o.raw) >= maxRaw:
		p.sealOne(key, o)
	}
}

func (p *PackSink) seal() {
	for key, o := range p.open {
		p.sealOne(key, o)
	}
}

func (p *PackSink) sealOne(key packKey, o *openPack) {
	delete(p.open, key)
	p.size -= len(o.raw)
	if p.sealer == nil && p.err == nil {
		p.sealer, p.err = carry.NewSealer()
	}
	if p.err != nil {
		return
	}
	p.packs = append(p.packs, Pack{
		Source: p.reading.Sources[key.source].id, Day: key.day, Deliveries: o.n, Sealed: p.sealer.Seal(o.raw), piece: o.piece, joined: p.role == Joiner,
	})
}

// Packs returns the packs of several sinks, in an order that does not depend on
// which worker read which piece, without the sources that could not be read.
func Packs(sinks []*PackSink) (all []Pack, err error) {
	for _, p := range sinks {
		p.seal()
		if p.err != nil {
			return nil, p.err
		}
		failed := map[int64]bool{}
		for _, s := range p.reading.Sources {
			failed[s.id] = s.state == nil
		}
		for _, x := range p.packs {
			if !failed[x.Source] {
				all = append(all, x)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Pack) int {
		joined := func(p *Pack) int {
			if p.joined {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Day, b.Day), cmp.Compare(joined(&a), joined(&b)), cmp.Compare(a.piece, b.piece))
	})
	return all, nil
}

// JoinPacks makes one of sealed packs of one source and day, with their deliveries in the
// same order. It returns nil where that would be larger than what is open at a time.
func JoinPacks(sealed [][]byte) ([]byte, error) {
	var all []byte
	for _, s := range sealed {
		raw, err := carry.Unseal(s)
		if err != nil {
			return nil, fmt.Errorf("deliveries of an earlier run: %w", err)
		}
		if all = append(all, raw...); len(all) > maxOpen {
			return nil, nil
		}
	}
	return carry.Seal(all)
}

// A Replayer gives the deliveries of sealed packs to sinks, with their places
// in a reading. It may be used by several goroutines.
type Replayer struct {
	reading *Reading
	indices map[int64]int32
}

// NewReplayer returns a Replayer for the sources of a reading.
func NewReplayer(reading *Reading) *Replayer {
	r := &Replayer{reading: reading, indices: map[int64]int32{}}
	for i, s := range reading.Sources {
		if s.id != 0 {
			r.indices[s.id] = int32(i)
		}
	}
	return r
}

// Replay gives the deliveries of a sealed pack to sink.
func (r *Replayer) Replay(sealed []byte, sink parsers.Sink) error {
	raw, err := carry.Unseal(sealed)
	if err != nil {
		return fmt.Errorf("deliveries of an earlier run: %w", err)
	}
	var d parsers.Delivery
	var b parsers.Bounce
	for u := carry.Unpack(raw); u.More(); {
		id, isBounce := u.Record(&d, &b)
		index, ok := r.indices[id]
		if u.Err != nil || !ok || int(d.Origin.Piece) >= len(r.reading.Sources[index].pieceLines) {
			return fmt.Errorf("deliveries of an earlier run: %w", carry.ErrPack)
		}
		if isBounce {
			b.Origin.Source = index
			sink.Bounce(&b)
			continue
		}
		d.Origin.Source = index
		sink.Add(&d)
	}
	return nil
}

// ReplayAlone gives the deliveries of a sealed pack to sink, whatever source they are of:
// their origins mean nothing.
func ReplayAlone(sealed []byte, sink parsers.Sink) error {
	raw, err := carry.Unseal(sealed)
	if err != nil {
		return fmt.Errorf("deliveries of an earlier run: %w", err)
	}
	var d parsers.Delivery
	var b parsers.Bounce
	for u := carry.Unpack(raw); u.More(); {
		_, isBounce := u.Record(&d, &b)
		switch {
		case u.Err != nil:
			return fmt.Errorf("deliveries of an earlier run: %w", carry.ErrPack)
		case isBounce:
			sink.Bounce(&b)
		default:
			sink.Add(&d)
		}
	}
	return nil
}

// CountPack reads a sealed pack and returns how many deliveries it stands for.
func CountPack(sealed []byte) (n int64, err error) {
	raw, err := carry.Unseal(sealed)
	if err != nil {
		return 0, err
	}
	var d parsers.Delivery
	var b parsers.Bounce
	u := carry.Unpack(raw)
	for u.More() {
		u.Record(&d, &b)
		n += int64(d.Count)
	}
	return n, u.Err
}
