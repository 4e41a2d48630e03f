package parts

import "io"

// The decoders of the standard library stop at the first fault; mail is full of
// them, and what stands behind is what the reader of the mail sees. So these
// go on.

func isEncoded(encoding string) bool {
	return encoding == "base64" || encoding == "quoted-printable"
}

// decodeTransfer undoes a transfer encoding (RFC 2045 section 6); one that is
// not known is taken as none.
func decodeTransfer(r io.Reader, encoding string) io.Reader {
	switch encoding {
	case "base64":
		return &decoder{r: r, step: (&base64State{}).step}
	case "quoted-printable":
		return &decoder{r: r, step: (&quotedState{}).step}
	}
	return r
}

// decoder runs a state machine over what it reads. step appends what the bytes
// of in decode to; a nil in is the end.
type decoder struct {
	r    io.Reader
	step func(out, in []byte) []byte
	in   [4 << 10]byte
	out  []byte
	rest []byte
	err  error
}

func (d *decoder) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		n, err := d.r.Read(d.in[:])
		d.out = d.step(d.out[:0], d.in[:n])
		if err != nil {
			d.out = d.step(d.out, nil)
			d.err = err
		}
		d.rest = d.out
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// base64State decodes base64, of either alphabet, leaving out what is neither
// (RFC 2045 section 6.8). Padding ends a run, and another may follow.
type base64State struct {
	bits  uint32
	count int
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
	for _, c := range in {
		if s.n == 0 {
			if c == '=' {
				s.held[0], s.n = c, 1
			} else {
				out = append(out, c)
			}
			continue
		}
		out = s.escaped(out, c)
	}
	return out
}

// escaped takes a byte behind "=".
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
