package mbox

import (
	"bytes"
	"io"
)

// A guard gives go-mbox the messages that a splitter finds in the one form that
// it reads right, and no more than is needed: a short From_ line, the fields
// that matter to deliveries, and of a report the beginning of the body, with
// every other line that begins with "From " quoted.
type guard struct {
	s     *splitter
	out   []byte // of the message: not read yet
	buf   []byte
	metas []meta // of the messages that were passed and not taken
	err   error
}

func newGuard(s *splitter) *guard { return &guard{s: s} }

// Read implements io.Reader.
func (g *guard) Read(b []byte) (int, error) {
	if len(g.out) == 0 && !g.next() {
		if g.err = g.s.err; g.err != nil {
			return 0, g.err
		}
		return 0, io.EOF
	}
	n := copy(b, g.out)
	g.out = g.out[n:]
	return n, nil
}

func (g *guard) next() bool {
	if !g.s.next() {
		return false
	}
	g.pass(&g.s.meta)
	g.buf = append(g.buf[:0], "From x\n"...)
	text := g.s.text
	for len(text) > 0 {
		i := bytes.Index(text, []byte("\n"+fromWord))
		if isFrom(text) {
			g.buf = append(g.buf, '>')
		}
		if i < 0 {
			g.buf = append(g.buf, text...)
			break
		}
		g.buf = append(g.buf, text[:i+1]...)
		text = text[i+1:]
	}
	if n := len(g.buf); g.buf[n-1] != '\n' {
		g.buf = append(g.buf, '\n')
	}
	g.buf = append(g.buf, '\n')
	g.out = g.buf
	return true
}

// pass keeps the meta of a message, in memory that was used before.
func (g *guard) pass(m *meta) {
	n := len(g.metas)
	if n == cap(g.metas) {
		g.metas = append(g.metas, meta{})
	}
	g.metas = g.metas[:n+1]
	from := g.metas[n].from[:0]
	g.metas[n] = *m
	g.metas[n].from = append(from, m.from...)
}

// taken returns the meta of the message that go-mbox has passed on; it is
// valid until go-mbox reads on. The messages come in the order in which they
// went in.
func (g *guard) taken() *meta {
	first, last := g.metas[0], len(g.metas)-1
	copy(g.metas, g.metas[1:])
	g.metas[last] = first
	g.metas = g.metas[:last]
	return &g.metas[:last+1][last]
}
