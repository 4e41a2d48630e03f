package parts

import (
	"io"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxToken bounds one tag or run of text, in bytes: nothing after a longer one is
// read.
const maxToken = 1 << 20

// htmlText reads the text out of HTML, as a reader of the mail sees it: without
// tags, scripts and styles, with a line end where a block ends.
type htmlText struct {
	z      *html.Tokenizer
	hidden atom.Atom // the element whose text is not shown, 0 outside
	rest   []byte
	err    error
}

func newHTMLText(r io.Reader) io.Reader {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	return &htmlText{z: z}
}

func (h *htmlText) Read(p []byte) (int, error) {
	for len(h.rest) == 0 {
		if h.err != nil {
			return 0, h.err
		}
		h.next()
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

// next takes one token.
func (h *htmlText) next() {
	switch h.z.Next() {
	case html.ErrorToken:
		if h.err = h.z.Err(); h.err == html.ErrBufferExceeded {
			h.err = io.EOF
		}
	case html.TextToken:
		if h.hidden == 0 {
			h.rest = h.z.Text()
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		tag := tagOf(h.z)
		if isHidden(tag) {
			h.hidden = tag
		}
		h.rest = separator(tag)
	case html.EndTagToken:
		tag := tagOf(h.z)
		if tag == h.hidden {
			h.hidden = 0
		}
		h.rest = separator(tag)
	}
}

func tagOf(z *html.Tokenizer) atom.Atom {
	name, _ := z.TagName()
	return atom.Lookup(name)
}

func isHidden(tag atom.Atom) bool {
	return tag == atom.Script || tag == atom.Style || tag == atom.Title || tag == atom.Template
}

// separator returns the white space that replaces a tag. Cells of a row stay in a
// line: a label and its value.
func separator(tag atom.Atom) []byte {
	switch tag {
	case atom.Td, atom.Th:
		return []byte{' '}
	case atom.Br, atom.P, atom.Div, atom.Tr, atom.Table, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Pre, atom.Blockquote, atom.Dt, atom.Dd, atom.Hr, atom.Section, atom.Article:
		return []byte{'\n'}
	}
	return nil
}
