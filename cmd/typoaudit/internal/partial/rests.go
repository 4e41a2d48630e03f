package partial

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/tempfile"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// A RestLog keeps the rests of a shard until it is read: in a file without a name, or in
// memory where there is none to be had.
type RestLog struct {
	file interface {
		io.ReadSeeker
		io.Closer
	}
	w      *bufio.Writer
	memory bytes.Buffer
}

// Take appends a rest.
func (r *RestLog) Take(source, piece int32, packed []byte) error {
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

// Write writes the rests, and notes their sources in the header.
func (r *RestLog) Write(w *carry.BlockWriter, h *Header) error {
	to := restWriter{w: w, h: h}
	return errors.Join(r.each(to.add), to.flush())
}

// each yields the rests in the order in which they were taken.
func (r *RestLog) each(yield func(source, piece int32, packed []byte) error) error {
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

func (r *RestLog) Close() {
	if r.file != nil {
		_ = r.file.Close() // it has no name: nothing is left of it
	}
}

// copyRests writes the rests of sources in their order, as they stand in the partials.
func copyRests(w *carry.BlockWriter, h *Header, places []place) error {
	for index, at := range places {
		for _, b := range at.file.rests[at.source] {
			h.Rests = append(h.Rests, index)
			if err := w.Copy(at.file.r, b); err != nil {
				return err
			}
		}
	}
	return nil
}
