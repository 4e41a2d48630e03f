package message

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/parts"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// maxReferences bounds the identifiers that are kept of a thread: the last ones,
// which are nearest to the message.
const maxReferences = 8

// maxIdentifier bounds an identifier of a thread, in bytes: RFC 5322 section 2.1.1
// allows a line of 998.
const maxIdentifier = 998

// references returns the identifiers of References and In-Reply-To, borrowed from r:
// see Delivery.References.
func (r *Reader) references(f *fields) string {
	if f.refs == nil && f.inReplyTo == nil {
		return ""
	}
	r.refs = r.refs[:0]
	refs := f.refs
	for n, at := 0, len(refs); n < maxReferences && at > 0; n++ { // from the last one on
		if at = bytes.LastIndexByte(refs[:at], '<'); at < 0 {
			at = 0
		}
		if n == maxReferences-1 {
			refs = refs[at:]
		}
	}
	r.addReferences(refs)
	r.addReferences(f.inReplyTo)
	return lines.Borrow(bytes.TrimRight(r.refs, " "))
}

// addReferences adds the identifiers in angle brackets of a value; the one that is
// there already goes to the end.
func (r *Reader) addReferences(value []byte) {
	for range maxReferences {
		i := bytes.IndexByte(value, '<')
		if i < 0 {
			return
		}
		value = value[i:]
		id := header.MessageID(value)
		value = value[1:]
		if len(id) == 0 || len(id) > maxIdentifier || bytes.ContainsAny(id, " \t\r\n<") {
			continue
		}
		if at := bytes.Index(r.refs, append(id[:len(id):len(id)], ' ')); at >= 0 && (at == 0 || r.refs[at-1] == ' ') {
			r.refs = append(r.refs[:at], r.refs[at+len(id)+1:]...)
		}
		r.refs = append(append(r.refs, id...), ' ')
	}
}

// SumOfSubject returns parsers.SumOfSubject of a subject as logged, decoded.
func SumOfSubject(value []byte) uint32 {
	if bytes.Contains(value, []byte("=?")) && len(value) <= maxSubject {
		return parsers.SumOfSubject(parts.DecodeWords(header.Field{Value: bytes.TrimSpace(value)}.Text()))
	}
	return parsers.SumOfSubject(lines.Borrow(value))
}
