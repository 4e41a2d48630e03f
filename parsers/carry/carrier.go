package carry

import (
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Carrier is a Joiner whose open sessions can be carried over to a later run,
// which goes on where this one stopped reading. A joiner that is none has
// nothing to carry over.
type Carrier interface {
	parsers.Joiner
	// Carry packs the sessions that were not emitted yet. It is called once,
	// after the last Join and before Close.
	Carry(*Carrying)
	// Resume takes in the sessions that Carry packed of one source. It is called
	// before the pieces of that source are joined.
	Resume(*Resuming)
}

// A Viewer says what of the open sessions may be carried over, where a log has the mail of
// several organisations and each has a history of its own. An address that is not known is "".
type Viewer interface {
	// MaySee reports whether the sender and the login of a session may be carried over.
	MaySee(sender, login string) bool
	// IsOthers reports whether an address is of another organisation: it may not.
	IsOthers(address string) bool
	// MaySeeRecipient reports whether a recipient may; orig is what it was before an alias
	// replaced it, and visible says that MaySee allows its session.
	MaySeeRecipient(visible bool, recipient, orig string) bool
}

// A Carrying takes the sessions to carry over, for each source by itself.
type Carrying struct {
	ids     []int64 // of each source of the Reading
	number  uint64
	packs   map[int64]*Packer
	sources []int64 // those of packs, in order
	now     time.Time
	// Viewer says what may be carried over, all of it where it is nil.
	Viewer Viewer
}

// NewCarrying returns an empty one for sources of these ids. run keeps the
// numbers of one run apart from those of others.
func NewCarrying(run int64, ids []int64) *Carrying {
	const perRun = 32 // bits of a number that count within one run
	return &Carrying{ids: ids, number: uint64(run) << perRun, packs: map[int64]*Packer{}}
}

// Number returns a number that no other session has, in any run.
func (c *Carrying) Number() uint64 {
	c.number++
	return c.number
}

// Source returns the pack for the sessions that began in a source.
func (c *Carrying) Source(index int32) *Packer { return c.source(c.ids[index]) }

func (c *Carrying) source(id int64) *Packer {
	p := c.packs[id]
	if p == nil {
		p = &Packer{}
		c.packs[id] = p
		c.sources = append(c.sources, id)
		slices.Sort(c.sources)
	}
	return p
}

// Origin packs o, in numbers that later runs know.
func (c *Carrying) Origin(p *Packer, o parsers.Origin) {
	p.Int(c.ids[o.Source])
	p.Uint(uint64(o.Piece))
	p.Uint(uint64(o.Line))
}

// Now notes how far the time of the log had come.
func (c *Carrying) Now(t time.Time) { c.now = t }

// Part packs the values that carry adds as a part with a name.
func (c *Carrying) Part(name string, carry func(*Carrying)) {
	part := &Carrying{ids: c.ids, number: c.number, packs: map[int64]*Packer{}, Viewer: c.Viewer}
	carry(part)
	c.number = part.number
	for id, packed := range part.Packs {
		p := c.source(id)
		p.Text(name)
		p.Text(string(packed))
	}
}

// Packs yields the packed sessions of each source, by its id.
func (c *Carrying) Packs(yield func(id int64, packed []byte) bool) {
	for _, id := range c.sources {
		p := Packer{}
		p.Time(c.now)
		if !yield(id, append(p.B, c.packs[id].B...)) {
			return
		}
	}
}

// A Resuming is the sessions that an earlier run carried over of one source.
type Resuming struct {
	*Unpacker
	now     time.Time
	indices map[int64]int32
}

// NewResuming returns the Resuming of a pack; indices are those of the sources
// in the Reading, by their ids.
func NewResuming(packed []byte, indices map[int64]int32) *Resuming {
	r := &Resuming{Unpacker: Unpack(packed), indices: indices}
	r.now = r.Unpacker.Time()
	return r
}

// Now returns the time that Carrying.Now noted.
func (r *Resuming) Now() time.Time { return r.now }

// Origin takes a value of Carrying.Origin. A source that is not known any more
// is a fault.
func (r *Resuming) Origin() parsers.Origin {
	index, ok := r.indices[r.Int()]
	o := parsers.Origin{Source: index, Piece: int32(r.Below(maxPiece)), Line: int64(r.Below(maxSourceLine))}
	if !ok {
		r.Fail()
	}
	return o
}

// Parts yields the parts that Carrying.Part packed.
func (r *Resuming) Parts(yield func(name string, part *Resuming)) {
	for r.More() {
		name := r.Text()
		part := NewResuming(r.Bytes(), r.indices)
		if yield(name, part); part.Err != nil {
			r.Fail()
		}
	}
}
