package parts

import (
	"bytes"
	"io"
	"path"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A Part is one part of a message that is no multipart. Read yields its bytes,
// decoded.
type Part struct {
	Type        string // media type in lower case, such as "text/plain"
	Name        string // of the file, without folders; "" if there is none
	Disposition string // "attachment", "inline" or ""

	charset string
	body    io.Reader
	texts   *int64
}

// SubjectType is the type of the part that holds the subject.
const SubjectType = "text/x-subject"

// Read implements io.Reader. It returns the bytes as they were before they were
// encoded for transfer.
func (p *Part) Read(b []byte) (int, error) { return p.body.Read(b) }

// sniffSize is how much of a file of no known type is looked at.
const sniffSize = 1 << 10

// Text returns the text of the part in UTF-8, without markup. It is false for
// parts without one: pictures, archives, programs. PDF is not read: there is no
// reader for it in Go that is kept well and is safe with hostile files.
func (p *Part) Text() (io.Reader, bool) {
	ext := strings.ToLower(path.Ext(p.Name))
	switch {
	case p.Type == SubjectType:
		return p.body, true
	case p.Type == "text/html" || p.Type == "application/xhtml+xml" || isUntyped(p.Type) && (ext == ".html" || ext == ".htm"):
		return newHTMLText(p.decoded(p.body)), true
	case isOffice(p.Type, ext):
		return p.officeText()
	case strings.HasPrefix(p.Type, "text/") && p.Type != "text/rtf":
		return p.decoded(p.body), true
	case isUntyped(p.Type) || isTextual(p.Type):
		head := make([]byte, sniffSize)
		n, _ := io.ReadFull(p.body, head) // the next read returns a fault again
		if !looksLikeText(head[:n]) {
			return nil, false
		}
		return p.decoded(io.MultiReader(bytes.NewReader(head[:n]), p.body)), true
	}
	return nil, false
}

// isUntyped reports whether mail programs give a type to files of any kind.
func isUntyped(mediaType string) bool {
	switch mediaType {
	case "application/octet-stream", "application/x-unknown", "application/unknown", "application/force-download", "application/download":
		return true
	}
	return false
}

func isTextual(mediaType string) bool {
	_, sub, _ := strings.Cut(mediaType, "/")
	switch sub {
	case "json", "xml", "x-yaml", "yaml", "csv", "x-sh", "x-shellscript", "javascript", "sql", "toml", "x-pem-file", "x-x509-ca-cert", "pgp-keys", "x-pkcs8", "pkcs8", "log":
		return true
	}
	return strings.HasSuffix(sub, "+xml") || strings.HasSuffix(sub, "+json")
}

// looksLikeText reports whether head may begin a text in UTF-8, UTF-16 with its
// mark, or an 8-bit charset.
func looksLikeText(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return true
	}
	controls := 0
	for _, c := range head {
		switch {
		case c == 0:
			return false
		case c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f':
			controls++
		}
	}
	return controls == 0 && len(head) > 0
}

// decoded turns r into UTF-8: by a byte order mark, else the charset. What is
// declared as UTF-8, ASCII or not at all is taken as it is; whoever searches it
// does not mind a stray byte.
func (p *Part) decoded(r io.Reader) io.Reader {
	var inner transform.Transformer = transform.Nop
	if e := charsetOf(p.charset); e != nil {
		inner = e.NewDecoder()
	}
	return transform.NewReader(r, unicode.BOMOverride(inner))
}

// charsetOf returns nil for text that needs no decoding, or cannot be.
func charsetOf(name string) encoding.Encoding {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return nil
	}
	e, err := htmlindex.Get(name)
	if err != nil || e == encoding.Replacement {
		return nil
	}
	return e
}
