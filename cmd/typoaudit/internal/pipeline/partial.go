package pipeline

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/tempfile"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A partial is a file of blocks (see carry.BlockWriter): the rests of the pieces of each
// source in their order, the sources, the ledger of all that the pieces settled alone, and
// a header that says how they were read. It holds what the history would: who wrote to whom.

// partialMagic begins a partial; its number is that of the layout.
const partialMagic = "typoaudit partial 2\n"

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
type header struct {
	Version      string // of the program
	Settings     []Setting
	Since, Until time.Time
	Shards       []Shard
	Rests        []int // of each block of rests, the number of its source
	// Unopened says of each path that is no source why it could not be had.
	Unopened []string `json:",omitempty"`
}

// A Partial is one to write.
type Partial struct {
	Name     string // of the shard
	Settings []Setting
	Write    func(func(io.Writer) error) error
}

// WritePartial reads sources as one shard of many, and writes a partial: what merge takes. partial
// says that a part of them could not be read.
func WritePartial(ctx context.Context, from Sources, o Options, w World, to Partial) (partial bool, err error) {
	p := newPass(from, o, w, nil)
	p.rests = &restLog{}
	defer p.rests.close()
	if err := p.readFiles(ctx); err != nil {
		return false, err
	}
	p.complainOfFailed(nil)
	ledger := Merge(append(p.sinks.ledgers(), audit.NewLedger(p.sinks.ledgering)))
	parts := p.reading.Parts()
	h := header{Version: o.Audit.Tool.Version, Settings: to.Settings, Since: o.Since, Until: o.Until, Shards: []Shard{{Name: to.Name}}, Unopened: p.unopened}
	for i := range parts {
		h.Shards[0].Parts = append(h.Shards[0].Parts, i)
	}
	err = to.Write(func(w io.Writer) error {
		return writePartial(w, &h, parts, ledger.Pack, func(b *carry.BlockWriter) error { return p.rests.write(b, &h) })
	})
	return p.partial, err
}

// writePartial writes a partial. pack and rests write the blocks of its ledger and of its
// rests, of which rests notes the sources in the header.
func writePartial(w io.Writer, h *header, parts []read.Part, pack, rests func(*carry.BlockWriter) error) error {
	b, err := carry.NewBlockWriter(w, partialMagic)
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
	h      *header
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

// A restLog keeps the rests of a shard until it is read: in a file without a name, or in
// memory where there is none to be had.
type restLog struct {
	file interface {
		io.ReadSeeker
		io.Closer
	}
	w      *bufio.Writer
	memory bytes.Buffer
}

// take appends a rest.
func (r *restLog) take(source, piece int32, packed []byte) error {
	if r.w == nil {
		r.w = bufio.NewWriter(&r.memory)
		if f, err := tempfile.Unnamed(); err == nil {
			r.file, r.w = f, bufio.NewWriter(f)
		}
	}
	b := binary.AppendUvarint(nil, uint64(source))
	b = binary.AppendUvarint(b, uint64(piece))
	b = binary.AppendUvarint(b, uint64(len(packed)))
	_, err := r.w.Write(b)
	if _, more := r.w.Write(packed); more != nil {
		err = more
	}
	if err != nil {
		return fmt.Errorf("keep what other shards share: %w", err)
	}
	return nil
}

// write writes the rests, and notes their sources in the header.
func (r *restLog) write(w *carry.BlockWriter, h *header) error {
	to := restWriter{w: w, h: h}
	return errors.Join(r.each(to.add), to.flush())
}

// each yields the rests in the order in which they were taken.
func (r *restLog) each(yield func(source, piece int32, packed []byte) error) error {
	if r.w == nil {
		return nil
	}
	if err := r.w.Flush(); err != nil {
		return err
	}
	in := bufio.NewReader(bytes.NewReader(r.memory.Bytes()))
	if r.file != nil {
		if _, err := r.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		in = bufio.NewReader(r.file)
	}
	var packed []byte
	for {
		var n [3]uint64
		for i := range n {
			var err error
			if n[i], err = binary.ReadUvarint(in); err == io.EOF && i == 0 {
				return nil
			} else if err != nil {
				return err
			}
		}
		packed = slices.Grow(packed[:0], int(n[2]))[:n[2]]
		if _, err := io.ReadFull(in, packed); err != nil {
			return err
		}
		if err := yield(int32(n[0]), int32(n[1]), packed); err != nil {
			return err
		}
	}
}

func (r *restLog) close() {
	if r.file != nil {
		_ = r.file.Close() // it has no name: nothing is left of it
	}
}

// A partFile is a partial that is merged.
type partFile struct {
	path   string
	r      *carry.BlockReader
	file   io.Closer
	header header
	parts  []read.Part
	shards []string // ids of its shards
	ledger []carry.Block
	rests  map[int][]carry.Block // of each of its sources
}

// openPart opens a partial and reads all but its ledger and its rests. It is whole.
func openPart(path string, f interface {
	io.ReaderAt
	io.Closer
}, d *carry.Decoder) (p *partFile, err error) {
	p = &partFile{path: path, file: f, rests: map[int][]carry.Block{}}
	if p.r, err = carry.NewBlockReader(f, partialMagic, d); err != nil {
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
func (p *partFile) fault(err error, f io.ReaderAt) error {
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

func (p *partFile) close() {
	_ = p.file.Close() // it was read
}

func (p *partFile) load() error {
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

func (p *partFile) loadHeader(b carry.Block) error {
	raw, err := p.r.Read(b)
	if err != nil {
		return err
	}
	if json.Unmarshal(raw, &p.header) != nil {
		return carry.ErrPack
	}
	return nil
}

func (p *partFile) loadParts(b carry.Block) error {
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
func (p *partFile) isSound() bool {
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
func (p *partFile) idOf(s Shard) string {
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

// dropRepeated leaves out partials whose shards are all in another one. One that shares but
// some of them with another is an error.
func dropRepeated(all []*partFile) (kept []*partFile, err error) {
	slices.SortStableFunc(all, func(a, b *partFile) int { return cmp.Compare(len(b.shards), len(a.shards)) })
	of := map[string]*partFile{} // the partial that has a shard
	for _, p := range all {
		if len(p.shards) > 0 && isIn(of[p.shards[0]], p.shards, of) {
			continue
		}
		for i, id := range p.shards {
			if q := of[id]; q != nil {
				return nil, fmt.Errorf("%s and %s have the shard %s both, and others beside it: merge them from the shards themselves", q.path, p.path, p.header.Shards[i].Name)
			}
			of[id] = p
		}
		kept = append(kept, p)
	}
	return kept, nil
}

// isIn reports that all shards are those of one partial, which may be nil for none.
func isIn(p *partFile, shards []string, of map[string]*partFile) bool {
	return p != nil && !slices.ContainsFunc(shards, func(id string) bool { return of[id] != p })
}

// checkSame refuses partials that were not read in the same way.
func checkSame(all []*partFile, version string) error {
	for _, p := range all {
		if p.header.Version != version {
			return fmt.Errorf("%s: was written by version %s of the program, and this is %s: write it again by this one", p.path, p.header.Version, version)
		}
		if text := all[0].header.differs(&p.header); text != "" {
			return fmt.Errorf("%s and %s were not read in the same way: %s", all[0].path, p.path, text)
		}
	}
	return nil
}

// differs says in what two headers differ, "" if in nothing that changes what is read.
func (h *header) differs(g *header) string {
	for i := range max(len(h.Settings), len(g.Settings)) {
		switch {
		case i >= len(h.Settings), i >= len(g.Settings), h.Settings[i].Name != g.Settings[i].Name:
			return "with other settings"
		case h.Settings[i] != g.Settings[i]:
			return fmt.Sprintf("%s is %q in one and %q in the other", h.Settings[i].Name, h.Settings[i].Value, g.Settings[i].Value)
		}
	}
	if !h.Since.Equal(g.Since) || !h.Until.Equal(g.Until) {
		return "the window of --since and --until is another one; give times, and no ages"
	}
	return ""
}

// checkSources refuses the same log in two shards: its mail would count twice.
func checkSources(all []*partFile) error {
	type place struct{ path, name string }
	whole, begins := map[read.Content]place{}, map[uint64]place{}
	for _, p := range all {
		for i := range p.parts {
			part := &p.parts[i]
			c, here := part.Content, place{p.path, part.Name}
			if c.Size == 0 {
				continue
			}
			if there, ok := whole[c]; ok {
				return fmt.Errorf("%s of %s and %s of %s are the same: a log may be in one shard alone", there.name, there.path, here.name, here.path)
			}
			whole[c] = here
			if part.Mailbox || !c.FillsHead() {
				continue
			}
			if there, ok := begins[c.Head]; ok {
				return fmt.Errorf("%s of %s and %s of %s begin alike: one is a copy of the other, made when it was shorter", there.name, there.path, here.name, here.path)
			}
			begins[c.Head] = here
		}
	}
	return nil
}
