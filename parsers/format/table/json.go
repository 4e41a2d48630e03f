package table

import (
	"bytes"
	"context"
	"io"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// JSON reads the records of JSONL where they are not a line each: objects and arrays that go
// over several lines, one object after the other, and records within the answer of an API,
// such as {"hits":{"hits":[{"_source":{…}}]}} and {"items":[…]}.
type JSON struct {
	// Map is that of JSONL. A path begins at the record.
	Map map[string]string
}

// Name implements parsers.Format.
func (JSON) Name() string { return "json" }

// Title implements parsers.Format.
func (JSON) Title() string {
	return "JSON with the same keys: objects over several lines, or in the answer of an API"
}

// Sniff implements parsers.Format. What has a record a line is for JSONL, which several cores
// can read.
func (j JSON) Sniff(head []byte) int {
	text := bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' || JSONL(j).Sniff(head) > 0 {
		return 0
	}
	n, score := 0, guessed
	w := walker{lineParser: newLineParser(parsers.Piece{Map: j.Map}, nil), bad: func(string) {}}
	w.yield = func() {
		if n++; !w.guessed {
			score = 80
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	_ = records.Objects(ctx, bytes.NewReader(text), func(o gjson.Result, _ int64) { // the head may end within a record
		if w.walk(o, maxKeys); n >= maxSniffed {
			stop()
		}
	}, func(int64) {})
	switch {
	case n == 0:
		return 0
	case w.columns.mapped[fieldRecipient]:
		return userMapped
	}
	return score
}

// Read implements parsers.StreamFormat.
func (j JSON) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	w := walker{lineParser: newLineParser(p, sink)}
	at, read := int64(0), lineCounter{in: in}
	w.yield = func() { w.record(at) }
	w.bad = func(reason string) { w.tally.Bad(w.origin(at), reason) }
	err := records.Objects(ctx, &read, func(o gjson.Result, line int64) {
		at, w.inside = line, false
		if !w.walk(o, maxKeys) {
			w.bad("no recipient with a sender and a time")
		} else if w.inside {
			records.NotePage(&w.tally.Pages, o)
		}
	}, func(line int64) {
		at = line
		w.tally.Missed(w.origin(at), "", "no JSON object, or one that breaks off")
	})
	w.tally.Lines = read.lines()
	tally, _ := w.Close()
	return tally, err
}

// A lineCounter counts the lines that are read of in.
type lineCounter struct {
	in   io.Reader
	ends int64
	open bool // the last line has no end yet
}

// Read implements io.Reader.
func (c *lineCounter) Read(b []byte) (int, error) {
	n, err := c.in.Read(b)
	c.ends += int64(bytes.Count(b[:n], []byte("\n")))
	if n > 0 {
		c.open = b[n-1] != '\n'
	}
	return n, err
}

func (c *lineCounter) lines() int64 {
	if c.open {
		return c.ends + 1
	}
	return c.ends
}

// maxKeys is how deep records stand within an object.
const maxKeys = 6

// A walker finds the records in an object.
type walker struct {
	*lineParser
	yield func()              // takes the record that was read
	bad   func(reason string) // takes an object that is none, though it names a recipient
	// inside says that one stood within the object.
	inside bool
}

// walk yields v if it is a record, else those within it. It is false if there is none.
func (w *walker) walk(v gjson.Result, depth int) (found bool) {
	if depth == 0 {
		return false
	}
	if v.IsObject() {
		switch w.read(v); {
		case w.isRecord():
			w.yield()
			return true
		case w.seen[fieldRecipient]:
			w.bad("neither a sender nor a login, or no time")
			return true
		}
	}
	v.ForEach(func(_, value gjson.Result) bool {
		if value.IsObject() || value.IsArray() {
			found = w.walk(value, depth-1) || found
			w.inside = w.inside || found
		}
		return true
	})
	return found
}

// isRecord reports that the object that was read last is a record, by what it must have or
// as the user says.
func (w *walker) isRecord() bool {
	if w.columns.mapped[fieldRecipient] {
		return w.missing(w.seen) == nil
	}
	return w.seen[fieldRecipient] && !w.lacksSender() && w.seen[fieldTime]
}
