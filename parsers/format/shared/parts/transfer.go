package parts

import (
	"bytes"
	"io"
)

// The decoders of the standard library stop at the first fault; mail is full of
// them, and its reader sees the text after them. So these go on.

func isEncoded(encoding string) bool {
	return encoding == "base64" || encoding == "quoted-printable"
}

// A decoding is the state of a machine that undoes an encoding.
type decoding interface {
	// step appends the decoded bytes of in; a nil in is the end.
	step(out, in []byte) []byte
	// size returns how many bytes step would have appended, and end how many at
	// the end.
	size(in []byte) int64
	end() int64
}

// decoder undoes the transfer encoding (RFC 2045 section 6) of a body.
type decoder struct {
	r    *bodyReader
	how  decoding
	in   [4 << 10]byte
	out  []byte
	left []byte // of out: not read yet
	done bool

	base64 base64State
	quoted quotedState
}

// begin begins with a body in an encoding that isEncoded knows.
func (d *decoder) begin(r *bodyReader, encoding string, a *alphabet) {
	d.r, d.left, d.done = r, nil, false
	d.base64, d.quoted = base64State{alphabet: a}, quotedState{}
	if d.how = &d.quoted; encoding == "base64" {
		d.how = &d.base64
	}
}

func (d *decoder) Read(p []byte) (int, error) {
	for len(d.left) == 0 {
		if d.done {
			return 0, io.EOF
		}
		n, err := d.r.Read(d.in[:])
		d.out = d.how.step(d.out[:0], d.in[:n])
		if err != nil {
			d.out = d.how.step(d.out, nil)
			d.done = true
		}
		d.left = d.out
	}
	n := copy(p, d.left)
	d.left = d.left[n:]
	return n, nil
}

// rest implements body: the rest is counted, not decoded.
func (d *decoder) rest() int64 {
	n := int64(len(d.left))
	d.left = nil
	if d.done {
		return n
	}
	d.done = true
	for more := true; more; more = d.r.next() {
		n += d.how.size(d.r.lead) + d.how.size(d.r.text)
		d.r.lead, d.r.text = d.r.lead[:0], d.r.text[:0]
	}
	return n + d.how.end()
}

// An alphabet has a 1 for each byte that base64 is written with.
type alphabet [256]byte

func newAlphabet() *alphabet {
	var a alphabet
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_") {
		a[c] = 1
	}
	return &a
}

// count returns how many of the bytes of b are in the alphabet.
func (a *alphabet) count(b []byte) (n int) {
	for _, c := range b {
		n += int(a[c])
	}
	return n
}

// base64State decodes base64, of either alphabet, leaving out bytes of neither
// (RFC 2045 section 6.8). Padding ends a run, and another may follow.
type base64State struct {
	bits     uint32
	count    int
	alphabet *alphabet
}

// size implements decoding: four characters are three bytes.
func (s *base64State) size(in []byte) (n int64) {
	for {
		run, rest, padded := bytes.Cut(in, []byte("="))
		chars := s.count + s.alphabet.count(run)
		n += int64(chars / 4 * 3)
		if s.count = chars % 4; !padded {
			return n
		}
		n += s.end()
		in = rest
	}
}

// end implements decoding. Padding has the same effect.
func (s *base64State) end() int64 {
	n := max(s.count-1, 0)
	s.count = 0
	return int64(n)
}

func (s *base64State) step(out, in []byte) []byte {
	if in == nil {
		return s.flush(out)
	}
	for _, c := range in {
		var v byte
		switch {
		case c-'A' < 26:
			v = c - 'A'
		case c-'a' < 26:
			v = c - 'a' + 26
		case c-'0' < 10:
			v = c - '0' + 52
		case c == '+' || c == '-':
			v = 62
		case c == '/' || c == '_':
			v = 63
		case c == '=':
			out = s.flush(out)
			continue
		default:
			continue
		}
		s.bits = s.bits<<6 | uint32(v)
		if s.count++; s.count == 4 {
			out = append(out, byte(s.bits>>16), byte(s.bits>>8), byte(s.bits))
			s.bits, s.count = 0, 0
		}
	}
	return out
}

func (s *base64State) flush(out []byte) []byte {
	switch s.count {
	case 2:
		out = append(out, byte(s.bits>>4))
	case 3:
		out = append(out, byte(s.bits>>10), byte(s.bits>>2))
	}
	s.bits, s.count = 0, 0
	return out
}

// quotedState decodes quoted-printable (RFC 2045 section 6.7). A "=" that
// begins nothing stands for itself.
type quotedState struct {
	held [3]byte // "=" and what followed it
	n    int
}

func (s *quotedState) step(out, in []byte) []byte {
	if in == nil {
		out = append(out, s.held[:s.n]...)
		s.n = 0
		return out
	}
	for len(in) > 0 {
		if s.n > 0 {
			out = s.escaped(out, in[0])
			in = in[1:]
			continue
		}
		plain, rest, escape := bytes.Cut(in, []byte("="))
		out = append(out, plain...)
		if escape {
			s.held[0], s.n = '=', 1
		}
		in = rest
	}
	return out
}

// size implements decoding.
func (s *quotedState) size(in []byte) (n int64) {
	var few [len(s.held) + 1]byte
	for len(in) > 0 {
		if s.n > 0 {
			n += int64(len(s.escaped(few[:0], in[0])))
			in = in[1:]
			continue
		}
		plain, rest, escape := bytes.Cut(in, []byte("="))
		n += int64(len(plain))
		if escape {
			s.held[0], s.n = '=', 1
		}
		in = rest
	}
	return n
}

// end implements decoding.
func (s *quotedState) end() int64 {
	n := s.n
	s.n = 0
	return int64(n)
}

// escaped takes a byte after "=".
func (s *quotedState) escaped(out []byte, c byte) []byte {
	switch {
	case c == '\n' && (s.n == 1 || s.held[1] == '\r' || s.held[1] == ' '): // a soft line break
		s.n = 0
	case s.n == 1 && (c == '\r' || c == ' ' || unhex(c) >= 0):
		s.held[1], s.n = c, 2
	case s.n == 2 && unhex(s.held[1]) >= 0 && unhex(c) >= 0:
		out = append(out, byte(unhex(s.held[1])<<4|unhex(c)))
		s.n = 0
	default:
		out = append(out, s.held[:s.n]...)
		s.n = 0
		if c == '=' {
			s.n = 1
		} else {
			out = append(out, c)
		}
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c-'0' < 10:
		return int(c - '0')
	case c-'A' < 6:
		return int(c - 'A' + 10)
	case c-'a' < 6:
		return int(c - 'a' + 10)
	}
	return -1
}
