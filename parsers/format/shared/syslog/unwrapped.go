package syslog

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// Unwrapped reads a format that must be read from its beginning in the wrappers
// that Search takes off: a container's output, or an export of a collector.
type Unwrapped struct{ UntaggedStream }

// An UntaggedStream is a format that knows its lines by their text, and reads
// them after a header of syslog.
type UntaggedStream interface {
	parsers.StreamFormat
	Untagged
}

// unwrapped is what Sniff answers: less than a body of Format, whose lines stand
// in the same wrappers.
const unwrapped = collected - 1

// Sniff implements parsers.Format. A log that the format reads itself has no
// wrapper.
func (u Unwrapped) Sniff(head []byte) int {
	if u.UntaggedStream.Sniff(head) == 0 && sniffEntries(head, nil, u.known) {
		return unwrapped
	}
	return 0
}

// MostSniffed implements parsers.LastFormat.
func (Unwrapped) MostSniffed() int { return unwrapped }

func (u Unwrapped) known(_, text []byte) bool { return u.Recognises(text) }

// plain appends a line in the shape of RFC 3339's, under the name of the format.
func (u Unwrapped) plain(b []byte, rec *Record) []byte {
	t := rec.Time
	if t.IsZero() {
		return append(append(b, rec.Text...), '\n')
	}
	b = t.AppendFormat(b, time.RFC3339Nano)
	b = append(b, ' ')
	if len(rec.Host) > 0 {
		b = append(append(b, rec.Host...), ' ')
	}
	b = append(append(b, u.Name()...), ": "...)
	return append(append(b, rec.Text...), '\n')
}

// Read implements parsers.StreamFormat.
func (u Unwrapped) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r, w := io.Pipe()
	others := make(chan parsers.Tally, 1)
	go func() { others <- u.write(ctx, p, in, w) }()
	tally, err := u.UntaggedStream.Read(ctx, p, r, sink)
	_ = r.Close() // always nil
	tally.Merge(<-others)
	return tally, err
}

// write writes the lines of in to w as the format reads them; lines of others
// are empty, so that all keep their numbers. It returns what of those looks like a delivery.
func (u Unwrapped) write(ctx context.Context, p parsers.Piece, in io.Reader, w *io.PipeWriter) (others parsers.Tally) {
	out := bufio.NewWriter(w)
	c := collector{decoder: NewDecoder(p), known: u.known}
	var line []byte
	written := int64(0)
	c.yield = func(rec *Record) {
		for ; written+1 < rec.Line; written++ {
			_ = out.WriteByte('\n') // Flush returns the error
		}
		first, others, _ := bytes.Cut(rec.Text, []byte("\n"))
		others = bytes.Clone(bytes.TrimSpace(others)) // a search reuses the memory
		line = u.plain(line[:0], &Record{Time: rec.Time, Host: rec.Host, Text: lines.WithoutCR(first)})
		if _, _ = out.Write(line); len(others) == 0 {
			written++
			return
		}
		joined := Record{Time: rec.Time, Host: rec.Host}
		for text := range bytes.SplitSeq(others, []byte("\n")) { // by a shipper
			one := Record{}
			if text = lines.WithoutCR(text); !c.decoder.Search(text, &one, u.known) || one.Time.IsZero() {
				one = joined
				one.Text = text
			}
			_, _ = out.Write(u.plain(line[:0], &one))
		}
		written++
	}
	c.unread = func(line int64, program, text []byte) {
		reason := parsers.ReasonUnread
		if text == nil {
			reason = "no record, or one that breaks off"
		}
		others.Missed(parsers.Origin{Source: p.Source, Piece: p.Number, Line: line}, string(program), reason)
	}
	var err error
	if crashed := read.Contain(p.Name, func() { err = c.read(ctx, in) }); crashed != nil {
		err = crashed
	}
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	_ = w.CloseWithError(err) // always nil
	return others
}
