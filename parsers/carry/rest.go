package carry

import (
	"errors"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Rest is a parsers.Rest that can be packed, to be joined in another process. One
// that is none cannot leave its own.
type Rest interface {
	// PackRest packs what UnpackRest of the format's joiner takes. Without subjects
	// none is packed. The error is ErrUnpackable.
	PackRest(p *Packer, subjects bool) error
}

// A RestJoiner is a Joiner of rests that are a Rest.
type RestJoiner interface {
	parsers.Joiner
	// UnpackRest takes the rest of a piece, of which the Source, the Number and the
	// OtherHosts count: they are those that the piece has where it is joined.
	UnpackRest(u *Unpacker, of parsers.Piece) parsers.Rest
}

// ErrUnpackable is the error of a rest that cannot be packed.
var ErrUnpackable = errors.New("its open messages cannot be packed")

// Sorted packs ascending numbers.
func (p *Packer) Sorted(numbers []uint64) {
	p.Uint(uint64(len(numbers)))
	last := uint64(0)
	for _, n := range numbers {
		p.Uint(n - last)
		last = n
	}
}

// Sorted takes a value of Packer.Sorted.
func (u *Unpacker) Sorted() (numbers []uint64) {
	last := uint64(0)
	for n := u.Count(); n > 0 && u.Err == nil; n-- {
		step := u.Uint()
		if last+step < last {
			u.fail()
			return nil
		}
		last += step
		numbers = append(numbers, last)
	}
	return numbers
}
