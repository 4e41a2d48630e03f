package read

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
)

// maxPreamble is how many lines an export may have above its header or its first record.
const maxPreamble = 20

// sniffBelow finds the format of an export that has a few lines above it: a title, the span that
// it is of, comments. None of them names anybody.
func (e *entry) sniffBelow(head []byte, formats []parsers.Format) {
	if bytes.IndexByte(head, '@') < 0 {
		return
	}
	below, all := head, exports(formats)
	for range maxPreamble {
		line, rest, more := bytes.Cut(below, []byte("\n"))
		if !more || bytes.IndexByte(line, '@') >= 0 {
			return
		}
		if below = rest; !mayBeHeader(below) {
			continue
		}
		if e.sniff(below, all); e.format != nil {
			e.above = int64(len(head) - len(below))
			return
		}
	}
}

// mayBeHeader reports a text whose first line may name columns: there are separators in it, and
// nothing that values have. To ask all formats for each line of a folder of other files would last.
func mayBeHeader(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	separators := max(bytes.Count(line, []byte(",")), bytes.Count(line, []byte(";")), bytes.Count(line, []byte("\t")))
	return separators > 1 && !bytes.ContainsAny(line, ":=@{")
}

// exports returns the formats of exports.
func exports(formats []parsers.Format) []parsers.Format {
	return slices.DeleteFunc(slices.Clone(formats), func(f parsers.Format) bool { return !isExport(f) })
}

// isExport reports a format that is read from its beginning, and holds no messages.
func isExport(f parsers.Format) bool {
	_, isStream := f.(parsers.StreamFormat)
	_, isMailbox := f.(parsers.MessageFormat)
	return isStream && !isMailbox
}

// export returns what its format reads of a source: the lines above are empty ones in it, so that
// the others keep their numbers, and a table that was printed has separators.
func (e *entry) export(r io.Reader) (io.Reader, error) {
	switch {
	case e.printed != nil:
		return e.printed.rows(r), nil
	case e.above == 0:
		return r, nil
	}
	above := make([]byte, e.above)
	if _, err := io.ReadFull(r, above); err != nil {
		return nil, err
	}
	return io.MultiReader(strings.NewReader(strings.Repeat("\n", bytes.Count(above, []byte("\n")))), r), nil
}
