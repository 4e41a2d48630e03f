// Package carry packs the state that one run carries over to the next: deliveries,
// and the sessions that were open at the end of a log.
//
// Numbers are varints (encoding/binary), strings follow their length. A sealed
// pack is
//
//	"TA" version kind, and a zstd frame with its checksum
//
// Packs are read from a file that anything may have happened to: nothing is
// allocated for a size that is only declared, and a value out of bounds is an
// error.
package carry

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// packVersion is that of all packs. Packs of a program of another version are
// not used: their logs are read again.
const packVersion = 1

// maxWindow bounds the memory that reading a pack may ask for, in bytes.
const maxWindow = 128 << 20

// maxPack bounds a pack after decompression, in bytes.
const maxPack = 1 << 30

// ErrPack is the error of a pack that is damaged, or of another version.
var ErrPack = errors.New("damaged, or written by another version")

// A Packer appends values to B.
type Packer struct{ B []byte }

// Uint packs v. Most are of one byte.
func (p *Packer) Uint(v uint64) {
	if v < 0x80 {
		p.B = append(p.B, byte(v))
	} else {
		p.B = binary.AppendUvarint(p.B, v)
	}
}

// Int packs v.
func (p *Packer) Int(v int64) { p.B = binary.AppendVarint(p.B, v) }

// Text packs s.
func (p *Packer) Text(s string) {
	p.Uint(uint64(len(s)))
	p.B = append(p.B, s...)
}

// Bytes packs b as Text does.
func (p *Packer) Bytes(b []byte) {
	p.Uint(uint64(len(b)))
	p.B = append(p.B, b...)
}

// Time packs t to the nanosecond, without its zone.
func (p *Packer) Time(t time.Time) {
	if t.IsZero() {
		p.Uint(0)
		return
	}
	p.Uint(1 + uint64(t.Nanosecond()))
	p.Int(t.Unix())
}

// Flags packs up to 64 truths.
func (p *Packer) Flags(flags ...bool) {
	var v uint64
	for i, on := range flags {
		if on {
			v |= 1 << i
		}
	}
	p.Uint(v)
}

// An Unpacker takes values off the bytes of a Packer. After the first fault Err
// is ErrPack, and every value is zero.
type Unpacker struct {
	b   []byte
	Err error
}

// Unpack returns an Unpacker of b.
func Unpack(b []byte) *Unpacker { return &Unpacker{b: b} }

// More reports whether something is left.
func (u *Unpacker) More() bool { return u.Err == nil && len(u.b) > 0 }

func (u *Unpacker) fail() { u.b, u.Err = nil, ErrPack }

// Fail notes that a value makes no sense.
func (u *Unpacker) Fail() { u.fail() }

// Uint takes a value of Packer.Uint.
func (u *Unpacker) Uint() uint64 {
	if len(u.b) > 0 && u.b[0] < 0x80 {
		v := u.b[0]
		u.b = u.b[1:]
		return uint64(v)
	}
	return u.longUint()
}

func (u *Unpacker) longUint() uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

// Below takes a number that is below n.
func (u *Unpacker) Below(n uint64) uint64 {
	v := u.Uint()
	if v >= n {
		u.fail()
		return 0
	}
	return v
}

// Count takes the number of values that follow, each of at least a byte.
func (u *Unpacker) Count() int { return int(u.Below(uint64(len(u.b)) + 1)) }

// Int takes a value of Packer.Int.
func (u *Unpacker) Int() int64 {
	v, n := binary.Varint(u.b)
	if n <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[n:]
	return v
}

// Bytes takes the bytes of a Packer.Text; they are borrowed from the pack.
func (u *Unpacker) Bytes() []byte {
	n := u.Uint()
	if n > uint64(len(u.b)) {
		u.fail()
		return nil
	}
	b := u.b[:n]
	u.b = u.b[n:]
	return b
}

// Text takes a value of Packer.Text.
func (u *Unpacker) Text() string { return string(u.Bytes()) }

// Time takes a value of Packer.Time, in UTC.
func (u *Unpacker) Time() time.Time {
	const second = uint64(time.Second)
	v := u.Below(second + 1)
	if v == 0 {
		return time.Time{}
	}
	return time.Unix(u.Int(), int64(v-1)).UTC()
}

// Flags takes values of Packer.Flags.
func (u *Unpacker) Flags(flags ...*bool) {
	v := u.Below(1 << len(flags))
	for i, on := range flags {
		*on = v>>i&1 != 0
	}
}

// Seal returns b compressed, with a checksum.
func Seal(b []byte) ([]byte, error) {
	s, err := NewSealer()
	if err != nil {
		return nil, err
	}
	return s.Seal(b), s.z.Close()
}

// A Sealer seals many packs.
type Sealer struct{ z *zstd.Encoder }

// NewSealer returns a Sealer. It holds memory of a few hundred KiB.
func NewSealer() (*Sealer, error) {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return &Sealer{z}, nil
}

// Seal returns b compressed, with a checksum.
func (s *Sealer) Seal(b []byte) []byte {
	return s.z.EncodeAll(b, []byte{'T', 'A', packVersion, 0})
}

// Unseal undoes Seal.
func Unseal(b []byte) ([]byte, error) {
	const head = 4
	if len(b) <= head || string(b[:3]) != string([]byte{'T', 'A', packVersion}) {
		return nil, ErrPack
	}
	z, err := zstd.NewReader(bytes.NewReader(b[head:]), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, ErrPack
	}
	defer z.Close()
	out, err := io.ReadAll(io.LimitReader(z, maxPack+1))
	if err != nil || len(out) > maxPack {
		return nil, ErrPack
	}
	return out, nil
}

// AppendDelivery appends d to b in packed form, without its subject and with
// source for the index of its source.
func AppendDelivery(b []byte, d *parsers.Delivery, source int64) []byte {
	return appendRecord(b, d, source, false)
}

// AppendBounce packs a bounce as AppendDelivery does a delivery.
func AppendBounce(b []byte, x *parsers.Bounce, source int64) []byte {
	d := parsers.Delivery{
		Time: x.Time, MessageID: x.MessageID, Recipient: x.Recipient, OrigRecipient: x.OrigRecipient, Status: x.Status, Arrived: x.Arrived, Failure: x.Failure,
		DSN: x.DSN, Relay: x.Relay, Origin: x.Origin, SenderKnown: true, Copy: true, // as earlier versions wrote them
		SubjectSum: x.SubjectSum,
	}
	if !x.Sent.IsZero() {
		d.Bytes = x.Sent.Unix() // a bounce has no size
	}
	return appendRecord(b, &d, source, true)
}

func appendRecord(b []byte, d *parsers.Delivery, source int64, bounce bool) []byte {
	p := Packer{b}
	p.Time(d.Time)
	p.Flags(d.SenderKnown, d.Submitted, d.Local, d.Handed, d.Incomplete, d.Copy, bounce, d.Place.Source != "")
	threaded := d.References != "" || d.SubjectSum != 0
	p.Uint(uint64(d.Status) | marked(threaded))
	p.Uint(uint64(d.Arrived) | uint64(d.Direction)<<2 | uint64(d.Failure)<<4)
	p.Uint(uint64(max(1, d.Count)))
	p.Int(d.Bytes)
	p.Int(source)
	p.Uint(uint64(d.Origin.Piece))
	p.Uint(uint64(d.Origin.Line))
	p.Uint(uint64(max(0, d.Origin.Offset)))
	for _, s := range texts(d) {
		p.Text(*s)
	}
	if d.Place.Source != "" {
		p.Text(d.Place.Source)
		p.Uint(uint64(d.Place.Number))
		p.Uint(uint64(d.Place.Line))
	}
	if threaded {
		p.Text(d.References)
		p.Uint(uint64(d.SubjectSum))
	}
	return p.B
}

// threadMark is set in a packed status where the thread of a copy follows, which
// earlier versions did not write.
const threadMark = 1 << 6

func marked(threaded bool) uint64 {
	if threaded {
		return threadMark
	}
	return 0
}

// recordTexts is how many strings of a delivery are packed.
const recordTexts = 8

// texts are the strings of d that are packed.
func texts(d *parsers.Delivery) [recordTexts]*string {
	return [...]*string{&d.Sender, &d.AuthUser, &d.Recipient, &d.OrigRecipient, &d.DSN, &d.Relay, &d.MessageID, &d.QueueID}
}

// maxPiece bounds the number of a piece, and maxSourceLine that of a line, of
// a packed origin.
const (
	maxPiece      = 1 << 30
	maxSourceLine = 1 << 56
)

// Record takes a value of AppendDelivery or AppendBounce, into d or b. Strings are
// borrowed from the pack; the source of the origin is left out, and returned as it
// was given.
func (u *Unpacker) Record(d *parsers.Delivery, b *parsers.Bounce) (source int64, isBounce bool) {
	source, isBounce = u.record(d)
	if isBounce {
		*b = parsers.Bounce{
			Time: d.Time, MessageID: d.MessageID, Recipient: d.Recipient, OrigRecipient: d.OrigRecipient, Status: d.Status, Arrived: d.Arrived, Failure: d.Failure,
			DSN: d.DSN, Relay: d.Relay, Origin: d.Origin, SubjectSum: d.SubjectSum,
		}
		if d.Bytes != 0 {
			b.Sent = time.Unix(d.Bytes, 0).UTC()
		}
	}
	return source, isBounce
}

func (u *Unpacker) record(d *parsers.Delivery) (source int64, isBounce bool) {
	*d = parsers.Delivery{Time: u.Time()}
	var placed bool
	u.Flags(&d.SenderKnown, &d.Submitted, &d.Local, &d.Handed, &d.Incomplete, &d.Copy, &isBounce, &placed)
	status := u.Below(threadMark + parsers.Statuses)
	if status&^threadMark >= parsers.Statuses {
		u.fail()
		status = 0
	}
	d.Status = parsers.Status(status &^ threadMark)
	more := u.Below(uint64(parsers.FailureOther+1) << 4)
	d.Arrived, d.Direction, d.Failure = parsers.Arrived(more&3), parsers.Direction(more>>2&3), parsers.Failure(more>>4)
	d.Count, d.Bytes = int(u.Below(1<<31)), u.Int()
	source = u.Int()
	d.Origin.Piece, d.Origin.Line, d.Origin.Offset = int32(u.Below(maxPiece)), int64(u.Below(maxSourceLine)), int64(u.Below(maxSourceLine))
	for _, s := range texts(d) {
		*s = lines.Borrow(u.Bytes())
	}
	if placed {
		d.Place = parsers.Place{Source: lines.Borrow(u.Bytes()), Number: int32(u.Below(maxPiece)), Line: int64(u.Below(maxSourceLine))}
	}
	if status&threadMark != 0 {
		d.References, d.SubjectSum = lines.Borrow(u.Bytes()), uint32(u.Below(1<<32))
	}
	return source, isBounce
}
