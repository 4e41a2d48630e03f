// Package partial is the file of a shard: what scan --partial writes, and merge takes.
package partial

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A partial is a file of blocks (see carry.BlockWriter): the rests of the pieces of each
// source in their order, the sources, the ledger of all that the pieces settled alone, and
// a header that says how they were read. It holds what the history would: who wrote to whom.

// Magic begins a partial; its number is that of the layout.
const Magic = "typoaudit partial 3\n"

// Kinds of blocks beside those of the ledger.
const (
	blockRests   = 'R'
	blockSources = 'S'
	blockHeader  = 'H'
)

// maxShards and maxParts bound what a partial may be of.
const (
	maxShards = 1 << 20
	maxParts  = 1 << 22
)

// A Setting is one that changes what is read, as it is written in a partial.
type Setting struct{ Name, Value string }

// A Shard says what of a partial was read together.
type Shard struct {
	Name  string // of the file that it was first written to
	Parts []int  // numbers of its sources
}

// A header says how a partial was made.
type Header struct {
	Version      string // of the program
	Settings     []Setting
	Since, Until time.Time
	Shards       []Shard
	Rests        []int // of each block of rests, the number of its source
	// Unopened says of each path that is no source why it could not be had.
	Unopened []string `json:",omitempty"`
}

// Write writes a partial. pack and rests write the blocks of its ledger and of its
// rests, of which rests notes the sources in the header.
func Write(w io.Writer, h *Header, parts []read.Part, pack, rests func(*carry.BlockWriter) error) error {
	b, err := carry.NewBlockWriter(w, Magic)
	if err != nil {
		return err
	}
	if err := rests(b); err != nil {
		return err
	}
	if err := writeParts(b, parts); err != nil {
		return err
	}
	if err := pack(b); err != nil {
		return err
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return errors.Join(b.Block(blockHeader, text), b.Close())
}

// fullBlock is the size at which a block is written, in bytes.
const fullBlock = 1 << 20

// writeParts writes the sources, a text of JSON each.
func writeParts(b *carry.BlockWriter, parts []read.Part) error {
	var p carry.Packer
	for i := range parts {
		text, err := json.Marshal(&parts[i])
		if err != nil {
			return err
		}
		if p.Text(string(text)); len(p.B) >= fullBlock || i == len(parts)-1 {
			if err := b.Block(blockSources, p.B); err != nil {
				return err
			}
			p.B = p.B[:0]
		}
	}
	return nil
}

// A restWriter writes rests in blocks, each of one source.
type restWriter struct {
	w      *carry.BlockWriter
	h      *Header
	block  carry.Packer
	source int32
}

func (r *restWriter) add(source, piece int32, packed []byte) error {
	if source != r.source || len(r.block.B) >= fullBlock {
		if err := r.flush(); err != nil {
			return err
		}
	}
	r.source = source
	r.block.Uint(uint64(piece))
	r.block.Uint(uint64(len(packed)))
	r.block.B = append(r.block.B, packed...)
	return nil
}

func (r *restWriter) flush() error {
	if len(r.block.B) == 0 {
		return nil
	}
	r.h.Rests = append(r.h.Rests, int(r.source))
	err := r.w.Block(blockRests, r.block.B)
	r.block.B = r.block.B[:0]
	return err
}
