package message

import (
	"bytes"
	"io"
	"mime"
	"strings"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/parts"
)

// A report gathers what a report says, whatever its shape.
type report struct {
	f      *fields
	list   *header.List
	walker *parts.Walker

	text, html []byte // for people, in UTF-8
	verdicts   []verdict
	back       returned
	inner      bool // a report within the report was read
	rejected   bool // a receipt says that the message was put away unread
	complained bool // somebody who has the message complains of it
}

func (p *report) read(body []byte) {
	p.readEntity(entity{contentType: p.f.contentType, encoding: p.f.encoding, body: body}, 0)
	if len(bytes.TrimSpace(p.text)) == 0 {
		p.text = p.html
	}
	p.readText(p.text)
	if p.back.id == "" { // a boundary is missing, or is another one
		for _, b := range headersIn(body) {
			p.back.read(dedented(body[b.start:b.end]))
		}
	}
	if p.back.id == "" {
		p.back.id = string(header.MessageID(p.f.originalID))
	}
	if p.back.id == "" { // Exchange and Gmail: the report is a reply
		p.back.id = string(header.MessageID(p.f.inReplyTo))
	}
	if p.back.id == "" {
		p.back.id = string(header.LastMessageID(p.f.refs))
	}
}

// An entity is a message or a part of one, with the fields of its header that
// matter here. A body need not be whole.
type entity struct {
	contentType, encoding []byte
	header, body          []byte
}

// Bounds of the parts of a report, which has three; Exchange nests them once.
const (
	maxDepth = 4
	maxParts = 20
)

// readEntity reads the parts of a multipart (RFC 6522, RFC 3464), or one part
// alone. Where the boundary is nowhere, a line that looks like one takes its place, else
// the multipart is a text: archives lose it.
func (p *report) readEntity(e entity, depth int) {
	kind, boundary := e.kind()
	if strings.HasPrefix(kind, "multipart/") && depth < maxDepth {
		inner := splitParts(e.body, boundary)
		if boundary == "" || len(inner) == 0 {
			inner = splitParts(e.body, likelyBoundary(e.body))
		}
		for _, part := range inner {
			p.readEntity(entityOf(part), depth+1)
		}
		if len(inner) > 0 {
			return
		}
		kind = "text/plain"
	}
	p.readPart(kind, e)
}

// kind returns the media type in lower case, and the boundary of a multipart.
func (e *entity) kind() (kind, boundary string) {
	value := header.Field{Value: e.contentType}.Text()
	kind = strings.ToLower(value)
	if end := strings.IndexAny(kind, "; \t"); end >= 0 {
		kind = kind[:end]
	}
	if !strings.HasPrefix(kind, "multipart/") {
		return kind, ""
	}
	if _, params, err := mime.ParseMediaType(value); err == nil {
		return kind, params["boundary"]
	}
	at := indexFold([]byte(value), "boundary=")
	if at < 0 {
		return kind, ""
	}
	boundary = strings.TrimSpace(value[at+len("boundary="):])
	if quoted, ok := strings.CutPrefix(boundary, `"`); ok {
		boundary, _, _ = strings.Cut(quoted, `"`)
		return kind, boundary
	}
	boundary, _, _ = strings.Cut(boundary, ";")
	return kind, strings.TrimSpace(boundary)
}

// entityOf returns the entity that a part of a multipart is.
func entityOf(part []byte) (e entity) {
	end := header.End(part)
	if end < 0 {
		end = len(part)
	}
	e.header, e.body = part[:end], part[end:]
	header.Each(e.header, func(h header.Field) bool {
		once(&e.contentType, h, h.Is("Content-Type"))
		once(&e.encoding, h, h.Is("Content-Transfer-Encoding"))
		return true
	})
	return e
}

// readPart reads a part that is no multipart. One without a type whose header is
// that of a message is the message that came back.
func (p *report) readPart(kind string, e entity) {
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		p.readStatus(p.decoded(e))
	case "message/disposition-notification", "message/global-disposition-notification":
		p.readReceipt(p.decoded(e))
	case "message/feedback-report":
		p.readComplaint(p.decoded(e))
	case "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers", "message/partial", "text/rfc822-header":
		p.readReturned(bytes.TrimLeft(p.decoded(e), "\r\n"))
	case "text/html":
		if p.html == nil {
			p.html = p.decoded(e)
		}
	case "", "text/plain", "text":
		if countFields(e.header) >= enoughFields {
			p.back.read(e.header)
			return
		}
		text := p.decoded(e)
		p.readWhole(text)
		p.text = append(append(p.text, text...), '\n')
	}
}

// readReturned reads the message that came back. Where the report says nothing itself it
// may be the report, which a gateway put into a message of its own.
func (p *report) readReturned(message []byte) {
	if e := entityOf(message); len(p.verdicts) == 0 && containsFold(e.contentType, "delivery-status") && p.readInner(e.header, e.body) {
		return
	}
	p.back.read(message)
}

// decoded returns the body of a part as its reader sees it: without its transfer
// encoding, and in UTF-8 without markup if it is a text.
func (p *report) decoded(e entity) (out []byte) {
	kind, _ := e.kind()
	if len(e.encoding) == 0 && !strings.HasPrefix(kind, "text/") {
		return e.body
	}
	if !strings.HasPrefix(kind, "text/") {
		kind = "text/plain" // whose bytes are read as they are
		e.contentType = []byte(kind)
	}
	whole := bytes.Join([][]byte{[]byte("Content-Type: "), e.contentType, []byte("\nContent-Transfer-Encoding: "), e.encoding, []byte("\n\n"), e.body}, nil)
	p.walker.Walk(bytes.NewReader(whole), func(part *parts.Part) error { // nothing of it can fail
		if text, ok := part.Text(); ok {
			out, _ = io.ReadAll(text)
		}
		return nil
	})
	return out
}

// splitParts returns the parts between the boundary lines of body (RFC 2046
// section 5.1.1). The last one may lack its end.
func splitParts(body []byte, boundary string) (out [][]byte) {
	delimiter := []byte("--" + boundary)
	start := -1
	for at := 0; at < len(body) && len(out) < maxParts; {
		line := body[at:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		if isDelimiter(line, delimiter) {
			if start >= 0 {
				out = append(out, body[start:at])
			}
			start = at + len(line)
			if bytes.HasPrefix(line[len(delimiter):], []byte("--")) {
				return out
			}
		}
		at += len(line)
	}
	if start >= 0 && start < len(body) {
		out = append(out, body[start:])
	}
	return out
}

// likelyBoundary returns the boundary of the first line that looks like one, and comes
// again with two dashes after it (RFC 2046 section 5.1.1); one of a blank if there is none.
func likelyBoundary(body []byte) string {
	for line := range bytes.Lines(body) {
		line = bytes.TrimSpace(line)
		if !bytes.HasPrefix(line, []byte("--")) {
			continue
		}
		end := append(append([]byte("\n"), line...), "--"...)
		if len(line) < minBoundary || bytes.IndexByte(line, ' ') >= 0 || !bytes.Contains(body, end) {
			break
		}
		return string(line[len("--"):])
	}
	return " "
}

// minBoundary is how long a line is at least that is taken for a boundary.
const minBoundary = 12

// isDelimiter reports whether a line is a boundary, and not that of a multipart
// within whose name begins in the same way.
func isDelimiter(line, delimiter []byte) bool {
	if !bytes.HasPrefix(line, delimiter) {
		return false
	}
	rest := bytes.TrimSpace(line[len(delimiter):])
	return len(rest) == 0 || bytes.HasPrefix(rest, []byte("--"))
}
