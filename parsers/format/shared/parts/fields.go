package parts

import (
	"io"
	"mime"
	"strings"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// fields are those of a part that matter here.
type fields struct {
	mediaType, charset, boundary, name string
	disposition, encoding              string
	contentID                          bool
	subject                            string
}

// maxValue bounds a field that is looked at, in bytes.
const maxValue = 8 << 10

// readFields reads the header of a part. Without a type it is plain text (RFC
// 2045 section 5.2), or a message in a digest.
func readFields(block []byte, digest bool) fields {
	f := fields{mediaType: "text/plain"}
	if digest {
		f.mediaType = "message/rfc822"
	}
	typed := false
	header.Each(block, func(h header.Field) bool {
		switch {
		case h.Is("Content-Type") && !typed:
			typed = true
			f.setType(textOf(h))
		case h.Is("Content-Disposition"):
			f.setDisposition(textOf(h))
		case h.Is("Content-Transfer-Encoding"):
			f.encoding = strings.ToLower(strings.Trim(textOf(h), " \t;\""))
		case h.Is("Content-ID"):
			f.contentID = true
		case h.Is("Subject"):
			f.subject = DecodeWords(textOf(h))
		}
		return true
	})
	return f
}

// textOf returns as much of a value as is looked at.
func textOf(h header.Field) string {
	value := h.Text()
	return value[:min(len(value), maxValue)]
}

func (f *fields) setType(value string) {
	kind, params := parameters(value)
	if strings.Count(kind, "/") == 1 {
		f.mediaType = kind
	}
	f.charset, f.boundary = params["charset"], params["boundary"]
	if f.name == "" {
		f.name = fileName(params["name"])
	}
}

func (f *fields) setDisposition(value string) {
	kind, params := parameters(value)
	f.disposition = kind
	if name := params["filename"]; name != "" {
		f.name = fileName(name)
	}
}

// fileName decodes a name and takes the folders off it. It is shown nowhere: the
// kind of the attachment depends on it.
func fileName(raw string) string {
	name := DecodeWords(raw)
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

// parameters reads "text/plain; charset=utf-8" (RFC 2045 section 5.1, RFC
// 2231). The standard library refuses all of it for one fault; then the readable
// parts are taken.
func parameters(value string) (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params
	}
	fields := splitParameters(value)
	params = map[string]string{}
	for _, f := range fields[1:] {
		key, v, _ := strings.Cut(f, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if _, had := params[key]; !had {
			params[key] = unquote(strings.TrimSpace(v))
		}
	}
	return strings.ToLower(strings.TrimSpace(fields[0])), params
}

// splitParameters splits at each ";" outside quotes.
func splitParameters(value string) (out []string) {
	quoted, from := false, 0
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			out = append(out, value[from:i])
			from = i + 1
		}
	}
	return append(out, value[from:])
}

// unescape undoes the quoted pairs of a parameter. It is made once, of kilobytes.
var unescape = strings.NewReplacer(`\\`, `\`, `\"`, `"`)

func unquote(v string) string {
	if len(v) < 2 || v[0] != '"' {
		return strings.TrimSuffix(v, `"`)
	}
	return unescape.Replace(strings.TrimSuffix(v[1:], `"`))
}

// DecodeWords decodes the encoded words of a value (RFC 2047), those in a
// charset that is known.
func DecodeWords(value string) string {
	d := mime.WordDecoder{CharsetReader: func(charset string, in io.Reader) (io.Reader, error) {
		e, err := htmlindex.Get(charset)
		if err != nil {
			return nil, err
		}
		return e.NewDecoder().Reader(in), nil
	}}
	if out, err := d.DecodeHeader(value); err == nil {
		return out
	}
	return value
}

func (f *fields) isMultipart() bool {
	return strings.HasPrefix(f.mediaType, "multipart/") && f.boundary != "" && len(f.boundary) <= maxBoundary
}

// maxBoundary bounds a boundary, in bytes; RFC 2046 section 5.1.1 allows 70.
const maxBoundary = 1 << 10

// isMessage reports whether the part is a message that is not encoded: RFC 2046
// section 5.2.1 forbids it to be.
func (f *fields) isMessage() bool {
	return f.mediaType == "message/rfc822" && !isEncoded(f.encoding)
}

// isAttachment reports whether a reader would see the part as a file: it says so,
// it has a name, or it is no text. A picture within the text and a signature are
// none.
func (f *fields) isAttachment() bool {
	kind, sub, _ := strings.Cut(f.mediaType, "/")
	switch {
	case strings.HasSuffix(sub, "-signature") || f.mediaType == "application/pgp-encrypted":
		return false
	case f.disposition == "attachment":
		return true
	case kind == "image" && (f.contentID || f.disposition == "inline"):
		return false
	case kind == "text" || kind == "multipart":
		return f.name != ""
	case kind == "message":
		return f.mediaType == "message/rfc822"
	}
	return true
}
