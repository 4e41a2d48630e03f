package imap

import (
	"crypto/rand"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// Bounds of the structure of one message.
const (
	maxParts   = 100      // parts that are listed
	maxNesting = 8        // messages within messages
	maxFiller  = 64 << 20 // bytes that stand for a part that was not fetched
)

// A leaf is a part of a message that is no multipart.
type leaf struct {
	path []int
	part *imap.BodyStructureSinglePart
	text []byte // nil if it was not fetched
}

// addLeaves lists the parts of a structure, and those of the messages in it, by
// their part specifiers (RFC 9051 section 6.4.5.1).
func addLeaves(b imap.BodyStructure, path []int, nesting int, all *[]leaf) {
	switch b := b.(type) {
	case *imap.BodyStructureMultiPart:
		for i, child := range b.Children {
			addLeaves(child, append(slices.Clone(path), i+1), nesting, all)
		}
	case *imap.BodyStructureSinglePart:
		if len(path) == 0 {
			path = []int{1}
		}
		if len(*all) < maxParts {
			*all = append(*all, leaf{path: path, part: b})
		}
		if b.MessageRFC822 == nil || nesting == maxNesting {
			return
		}
		if _, one := b.MessageRFC822.BodyStructure.(*imap.BodyStructureSinglePart); one {
			path = append(slices.Clone(path), 1)
		}
		addLeaves(b.MessageRFC822.BodyStructure, path, nesting+1, all)
	}
}

// assemble writes a message of parts: those with a text first, so that the
// filler of others cannot keep a reader from them.
func assemble(subject string, all []leaf) io.Reader {
	boundary := rand.Text()
	head := fmt.Sprintf("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%q\r\n\r\n", boundary)
	if subject != "" {
		head = subject + "\r\n" + head
	}
	out := []io.Reader{strings.NewReader(head)}
	slices.SortStableFunc(all, func(x, y leaf) int { return x.order() - y.order() })
	for _, l := range all {
		body := io.Reader(strings.NewReader(string(l.text)))
		if l.text == nil && l.part.MessageRFC822 == nil {
			body = io.LimitReader(filler{}, min(int64(l.part.Size), maxFiller))
		}
		out = append(out, strings.NewReader("--"+boundary+"\r\n"+l.header()), body, strings.NewReader("\r\n"))
	}
	return io.MultiReader(append(out, strings.NewReader("--"+boundary+"--\r\n"))...)
}

// order is the place of a part in a message that is assembled.
func (l *leaf) order() int {
	if l.text == nil {
		return 1
	}
	return 0
}

// header writes the header of a part, with nothing unchecked in it: the
// server may send anything.
func (l *leaf) header() string {
	text := field("Content-Type", l.part.MediaType(), l.part.Params, "application/octet-stream")
	switch encoding := strings.ToLower(l.part.Encoding); encoding {
	case "base64", "quoted-printable":
		text += "Content-Transfer-Encoding: " + encoding + "\r\n"
	}
	if d := l.part.Disposition(); d != nil {
		text += field("Content-Disposition", strings.ToLower(d.Value), d.Params, "attachment")
	}
	return text + "\r\n"
}

func field(name, value string, params map[string]string, otherwise string) string {
	text := mime.FormatMediaType(value, params)
	if text == "" {
		text = otherwise
	}
	return name + ": " + text + "\r\n"
}

// filler replaces a part that was not fetched: lines of base64.
type filler struct{}

// Read implements io.Reader.
func (filler) Read(b []byte) (int, error) {
	const line = 78
	for i := range b {
		switch i % line {
		case line - 2:
			b[i] = '\r'
		case line - 1:
			b[i] = '\n'
		default:
			b[i] = 'A'
		}
	}
	return len(b), nil
}
