package syslog

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// readBlocks reads records of a key and its value a line, in YAML, as "gcloud logging read"
// writes them, or as Logstash's rubydebug does:
//
//	---                                             {
//	textPayload: 'Nov 23 09:18:31 mail                  "@timestamp" => 2026-11-23T09:18:31.000Z,
//	  postfix/smtp[305]: text'                             "message" => "Nov 23 09:18:31 mail postfix/smtp[305]: text"
//	timestamp: '2026-11-23T09:18:31.123Z'           }
//
// A line that is further in than its key goes on with the value.
func (c *collector) readBlocks(ctx context.Context, in io.Reader) error {
	b, last := block{entry: c.newEntry()}, int64(0)
	end := func() {
		b.flush()
		c.entry(b.entry)
		b = block{entry: c.newEntry()}
	}
	err := records.Lines(ctx, in, func(line []byte, number int64) {
		last = number
		if line = bytes.TrimRight(line, "\r"); string(line) == "---" || string(line) == "{" {
			end()
			c.lines = number
			return
		}
		b.line(line)
	})
	end()
	c.lines = last
	return err
}

// A block is a record of which lines are read.
type block struct {
	*entry
	key    string
	value  []byte // as it is written, nil if no key waits
	indent int    // of the key
}

func (b *block) line(line []byte) {
	text := bytes.TrimLeft(line, " ")
	indent := len(line) - len(text)
	separator := []byte(":")
	if bytes.HasPrefix(text, []byte(`"`)) {
		separator = []byte(`" => `)
	}
	key, value, ok := bytes.Cut(text, separator)
	if len(b.value) > 0 && indent > b.indent && (len(separator) == 1 || !ok) {
		b.value = append(append(b.value, ' '), text...)
		return
	}
	b.flush()
	if ok {
		b.key, b.value, b.indent = string(bytes.Trim(key, `" -`)), append([]byte{}, bytes.TrimSpace(value)...), indent
	}
}

// flush notes the value of the key that waits.
func (b *block) flush() {
	if len(b.value) > 0 {
		b.add(b.key, unquoted(strings.TrimSuffix(string(b.value), ",")))
	}
	b.value = nil
}

// unquoted returns a value without its quotes: of two single ones one stands for itself, and
// text after "|-" is as it is.
func unquoted(value string) string {
	switch {
	case strings.HasPrefix(value, `"`):
		return gjson.Parse(value).String()
	case strings.HasPrefix(value, "'"):
		return strings.ReplaceAll(strings.Trim(value, "'"), "''", "'")
	}
	return strings.TrimLeft(value, "|->+ ")
}
