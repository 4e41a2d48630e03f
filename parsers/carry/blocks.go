package carry

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"
)

// A file of blocks is
//
//	magic, and for each block: kind, length of the frame (uvarint), zstd frame with its checksum
//	0, and the xxHash64 of all before that
//
// It may come from anywhere: a block is bounded, and read as far as it is there.

// Bounds of a block, in bytes: of its frame, and after decompression. One that is larger is
// not written, and an error where it is read.
const (
	maxFrame = 64 << 20
	maxBlock = 64 << 20
	// maxBlockWindow bounds the memory that reading a block asks for before its data come.
	maxBlockWindow = 8 << 20
)

// endKind is that of the end.
const endKind = 0

// A BlockWriter writes a file of blocks.
type BlockWriter struct {
	w   io.Writer
	z   *zstd.Encoder
	sum *xxhash.Digest
	out []byte
}

// NewBlockWriter begins a file with a magic.
func NewBlockWriter(w io.Writer, magic string) (*BlockWriter, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(maxBlockWindow))
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	b := &BlockWriter{w: w, z: z, sum: xxhash.New()}
	return b, b.write([]byte(magic))
}

func (w *BlockWriter) write(b []byte) error {
	_, _ = w.sum.Write(b) // it never fails
	_, err := w.w.Write(b)
	return err
}

// Block writes a block of a kind, which is not 0.
func (w *BlockWriter) Block(kind byte, raw []byte) error {
	if len(raw) > maxBlock {
		return errors.New("a block is too large")
	}
	frame := w.z.EncodeAll(raw, w.out[:0])
	w.out = frame[:0]
	head := binary.AppendUvarint([]byte{kind}, uint64(len(frame)))
	if err := w.write(head); err != nil {
		return err
	}
	return w.write(frame)
}

// Copy writes a block that another file has, as it stands there: it is not decompressed.
func (w *BlockWriter) Copy(from *BlockReader, b Block) error {
	if err := w.write(binary.AppendUvarint([]byte{b.Kind}, uint64(b.size))); err != nil {
		return err
	}
	for at, end := b.at, b.at+b.size; at < end; {
		some := from.copied[:min(int64(len(from.copied)), end-at)]
		if n, err := from.r.ReadAt(some, at); n < len(some) {
			return fmt.Errorf("copy a block: %w", err)
		}
		if err := w.write(some); err != nil {
			return err
		}
		at += int64(len(some))
	}
	return nil
}

// Close ends the file, which stays open.
func (w *BlockWriter) Close() error {
	err := w.write(binary.LittleEndian.AppendUint64([]byte{endKind}, w.sum.Sum64()))
	return errors.Join(err, w.z.Close())
}

// A Decoder has the memory that reading blocks takes: that of one block, whatever the number
// of files.
type Decoder struct {
	z      *zstd.Decoder
	raw    bytes.Buffer
	copied [64 << 10]byte
}

// NewDecoder returns a Decoder. It is not safe for concurrent use.
func NewDecoder() (*Decoder, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxBlockWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return &Decoder{z: z}, nil
}

// Close gives the memory back.
func (d *Decoder) Close() { d.z.Close() }

// A BlockReader reads a file of blocks.
type BlockReader struct {
	*Decoder
	r   io.ReaderAt
	at  int64
	sum *xxhash.Digest
}

// NewBlockReader returns a reader of a file that begins with a magic. The error is ErrPack
// if it does not.
func NewBlockReader(r io.ReaderAt, magic string, d *Decoder) (*BlockReader, error) {
	b := &BlockReader{Decoder: d, r: r, sum: xxhash.New()}
	begin := make([]byte, len(magic))
	if err := b.take(begin); err != nil || string(begin) != magic {
		return nil, ErrPack
	}
	return b, nil
}

// take reads all of b.
func (r *BlockReader) take(b []byte) error {
	n, err := r.r.ReadAt(b, r.at)
	r.at += int64(n)
	_, _ = r.sum.Write(b[:n]) // it never fails
	switch {
	case n == len(b):
		return nil
	case err == io.EOF:
		return ErrPack
	}
	return err
}

// A Block is where one lies in its file.
type Block struct {
	Kind byte
	at   int64
	size int64 // of the frame
}

// Next returns the next block. At the end, which is where it must be, the error is io.EOF:
// then the file is whole. Of one that is damaged or cut off it is ErrPack.
func (r *BlockReader) Next() (b Block, err error) {
	var one [1]byte
	before := r.sum.Sum64()
	if err := r.take(one[:]); err != nil {
		return b, err
	}
	if b.Kind = one[0]; b.Kind == endKind {
		return b, r.end(before)
	}
	if b.size, err = r.frameSize(); err != nil {
		return b, err
	}
	b.at = r.at
	n, err := io.CopyBuffer(struct{ io.Writer }{r.sum}, io.NewSectionReader(r.r, r.at, b.size), r.copied[:])
	r.at += n
	if err == nil && n < b.size {
		err = ErrPack
	}
	return b, err
}

// frameSize takes the size of a frame.
func (r *BlockReader) frameSize() (int64, error) {
	var one [1]byte
	size := uint64(0)
	for shift := 0; ; shift += 7 {
		if err := r.take(one[:]); err != nil {
			return 0, err
		}
		if size |= uint64(one[0]&0x7f) << shift; one[0] < 0x80 {
			break
		}
		if shift > 21 { // more than maxFrame needs
			return 0, ErrPack
		}
	}
	if size > maxFrame {
		return 0, ErrPack
	}
	return int64(size), nil
}

// Read returns what is in a block that Next returned; it is valid until the Decoder reads
// the next. The error is ErrPack if that is not what it was.
func (r *BlockReader) Read(b Block) ([]byte, error) {
	if err := r.z.Reset(io.NewSectionReader(r.r, b.at, b.size)); err != nil {
		return nil, ErrPack
	}
	r.raw.Reset()
	if n, err := r.raw.ReadFrom(io.LimitReader(r.z, maxBlock+1)); err != nil || n > maxBlock {
		return nil, ErrPack
	}
	return r.raw.Bytes(), nil
}

// end checks the end of the file.
func (r *BlockReader) end(sum uint64) error {
	var b [8 + 1]byte
	n, err := r.r.ReadAt(b[:], r.at)
	if n != 8 || binary.LittleEndian.Uint64(b[:]) != sum {
		return ErrPack
	}
	if err != io.EOF {
		return errors.Join(ErrPack, err)
	}
	return io.EOF
}
