package partial

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A File is a partial that is merged.
type File struct {
	path   string
	r      *carry.BlockReader
	file   io.Closer
	header Header
	parts  []read.Part
	shards []string // ids of its shards
	ledger []carry.Block
	rests  map[int][]carry.Block // of each of its sources
}

// openPart opens a partial and reads all but its ledger and its rests. It is whole.
func openPart(path string, f interface {
	io.ReaderAt
	io.Closer
}, d *carry.Decoder) (p *File, err error) {
	p = &File{path: path, file: f, rests: map[int][]carry.Block{}}
	if p.r, err = carry.NewBlockReader(f, Magic, d); err != nil {
		return nil, errors.Join(p.fault(err, f), f.Close())
	}
	if err := p.load(); err != nil {
		p.close()
		return nil, p.fault(err, nil)
	}
	return p, nil
}

// fault is the error of a partial that cannot be used. f, if not nil, is one of which the
// magic is not that of a partial.
func (p *File) fault(err error, f io.ReaderAt) error {
	switch {
	case f != nil && isOtherLayout(f):
		return fmt.Errorf("%s: a partial of another version of the program: write it again by this one", p.path)
	case f != nil && errors.Is(err, carry.ErrPack):
		return fmt.Errorf("%s: no partial of scan --partial, or damaged", p.path)
	case errors.Is(err, carry.ErrPack):
		return fmt.Errorf("%s: the partial is damaged, or cut off", p.path)
	}
	return fmt.Errorf("read %s: %w", p.path, err)
}

func isOtherLayout(f io.ReaderAt) bool {
	const begin = "typoaudit partial "
	b := make([]byte, len(begin))
	_, _ = f.ReadAt(b, 0)
	return string(b) == begin
}

func (p *File) close() {
	_ = p.file.Close() // it was read
}

func (p *File) load() error {
	var rests []carry.Block
	headers := 0
	for {
		b, err := p.r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch b.Kind {
		case blockRests:
			rests = append(rests, b)
		case blockSources:
			err = p.loadParts(b)
		case blockHeader:
			headers++
			err = p.loadHeader(b)
		default:
			p.ledger = append(p.ledger, b)
		}
		if err != nil {
			return err
		}
	}
	if headers != 1 || len(rests) != len(p.header.Rests) || !p.isSound() {
		return carry.ErrPack
	}
	for i, b := range rests {
		source := p.header.Rests[i]
		p.rests[source] = append(p.rests[source], b)
	}
	return nil
}

func (p *File) loadHeader(b carry.Block) error {
	raw, err := p.r.Read(b)
	if err != nil {
		return err
	}
	if json.Unmarshal(raw, &p.header) != nil {
		return carry.ErrPack
	}
	return nil
}

func (p *File) loadParts(b carry.Block) error {
	raw, err := p.r.Read(b)
	if err != nil {
		return err
	}
	u := carry.Unpack(raw)
	for u.More() {
		var part read.Part
		if text := u.Bytes(); u.Err != nil || json.Unmarshal(text, &part) != nil || !part.IsSound() || len(p.parts) == maxParts {
			return carry.ErrPack
		}
		p.parts = append(p.parts, part)
	}
	return u.Err
}

// isSound reports that the numbers of the header are of sources that are there, and each
// source is of one shard.
func (p *File) isSound() bool {
	h, seen := &p.header, make([]bool, len(p.parts))
	if len(h.Shards) > maxShards || slices.ContainsFunc(h.Rests, func(source int) bool { return source < 0 || source >= len(p.parts) }) {
		return false
	}
	for _, s := range h.Shards {
		for _, i := range s.Parts {
			if i < 0 || i >= len(p.parts) || seen[i] {
				return false
			}
			seen[i] = true
		}
		p.shards = append(p.shards, p.idOf(s))
	}
	return !slices.Contains(seen, false)
}

// idOf knows a shard by the content of its sources, whatever their names. Where there is none,
// as in an empty log that each machine has under the same path, it is by its own name.
func (p *File) idOf(s Shard) string {
	var all []string
	if !slices.ContainsFunc(s.Parts, func(i int) bool { return p.parts[i].Content.Size > 0 }) {
		all = append(all, s.Name)
	}
	for _, i := range s.Parts {
		part := &p.parts[i]
		if c := part.Content; c.Size > 0 {
			all = append(all, fmt.Sprint(c.Size, c.Head, c.Tail))
		} else {
			all = append(all, part.Name)
		}
	}
	slices.Sort(all)
	return fmt.Sprintf("%016x", xxhash.Sum64String(strings.Join(all, "\n")))
}
