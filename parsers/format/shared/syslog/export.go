package syslog

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// ExportFormat reads journalctl -o export (systemd's Journal Export Format):
// blocks of fields with an empty line between them. A field is KEY=value and a
// line feed, or for values that are not plain text KEY, a line feed, the
// length as 64 bits (little-endian), the value and a line feed.
type ExportFormat struct{ Bodies []Body }

// Name implements parsers.Format.
func (ExportFormat) Name() string { return "journal-export" }

// Title implements parsers.Format.
func (ExportFormat) Title() string { return "journalctl -o export" }

// Sniff implements parsers.Format.
func (ExportFormat) Sniff(head []byte) int {
	if bytes.HasPrefix(head, []byte("__CURSOR=")) || bytes.HasPrefix(head, []byte("__REALTIME_TIMESTAMP=")) {
		return surely
	}
	return 0
}

// Begins returns the time of the first entry of a head. An export is an excerpt of one
// journal: one that begins before another one ends has all that follows that.
func (ExportFormat) Begins(head []byte) (time.Time, bool) {
	_, us, found := bytes.Cut(head, []byte("__REALTIME_TIMESTAMP="))
	us, _, whole := bytes.Cut(us, []byte("\n"))
	n, err := strconv.ParseInt(string(us), 10, 64)
	return time.UnixMicro(n).UTC(), found && whole && err == nil
}

// errExport is the error of a block that breaks off or claims more than it has.
var errExport = errors.New("broken journal export")

// Read implements parsers.StreamFormat.
func (f ExportFormat) Read(ctx context.Context, p parsers.Piece, r io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	e := &exportReader{in: bufio.NewReaderSize(r, 64<<10)}
	lines := Format(f).NewPiece(p, sink).(*lineParser)
	lines.records = true
	var err error
	for err == nil && ctx.Err() == nil {
		var rec Record
		if err = e.block(&rec); len(rec.Text) > 0 {
			lines.tally.Lines = e.line
			rec.Line = e.started
			lines.rec = rec
			lines.give(rec.Text)
			lines.endBlock()
		}
	}
	tally, rest := lines.Close()
	tally.Lines = e.line
	j := Format(f).NewJoiner(sink)
	j.Join(rest)
	tally.Merge(j.Close())
	if err == io.EOF {
		err = nil
	}
	return tally, errors.Join(err, ctx.Err())
}

type exportReader struct {
	in      *bufio.Reader
	line    int64 // line feeds read, as far as fields are lines
	started int64 // line of the block's first field
}

// block reads the fields of one record.
func (e *exportReader) block(rec *Record) error {
	*rec = Record{Repeat: 1}
	e.started = e.line + 1
	for {
		key, value, err := e.field()
		if err != nil || len(key) == 0 {
			rec.unrepeat()
			return err
		}
		switch string(key) {
		case "__REALTIME_TIMESTAMP":
			if us, err := strconv.ParseInt(string(value), 10, 64); err == nil {
				rec.Time = time.UnixMicro(us).UTC()
			}
		case "_HOSTNAME":
			rec.Host = value
		case "SYSLOG_IDENTIFIER":
			rec.Program = value
			rec.cutIdent()
		case "_PID":
			if rec.pid == nil {
				rec.pid = givenPID(string(value))
			}
		case "_COMM":
			if rec.Program == nil {
				rec.Program = value
			}
		case "MESSAGE":
			rec.Text = bytes.TrimLeft(value, " ")
		}
	}
}

// field reads one field; an empty key ends the block.
func (e *exportReader) field() (key, value []byte, err error) {
	line, err := e.readLine()
	if err != nil || len(line) == 0 {
		return nil, nil, err
	}
	if key, value, ok := bytes.Cut(line, []byte("=")); ok {
		return key, value, nil
	}
	var size [8]byte
	if _, err := io.ReadFull(e.in, size[:]); err != nil {
		return nil, nil, errExport
	}
	n := binary.LittleEndian.Uint64(size[:])
	value, err = e.take(n)
	if err != nil {
		return nil, nil, err
	}
	if c, err := e.in.ReadByte(); err != nil || c != '\n' {
		return nil, nil, errExport
	}
	e.line++
	return line, value, nil
}

// readLine reads up to a line feed; what is beyond maxText is left out.
func (e *exportReader) readLine() (line []byte, err error) {
	for {
		part, err := e.in.ReadSlice('\n')
		if len(line)+len(part) <= maxText {
			line = append(line, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == nil {
			e.line++
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		if err == io.EOF && len(line) > 0 {
			return line, nil
		}
		return line, err
	}
}

// take reads n bytes, of which it keeps maxText at the most: the length is a
// claim of the input.
func (e *exportReader) take(n uint64) ([]byte, error) {
	kept := min(n, maxText)
	value, err := io.ReadAll(io.LimitReader(e.in, int64(kept)))
	if err != nil || uint64(len(value)) < kept {
		return nil, errExport
	}
	for n -= kept; n > 0; {
		step := min(n, 1<<30)
		if m, err := io.CopyN(io.Discard, e.in, int64(step)); err != nil || uint64(m) < step {
			return nil, errExport
		}
		n -= step
	}
	return value, nil
}
