package table

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// CSV reads comma-, semicolon- or tab-separated values with a header.
type CSV struct {
	// Map names the columns that are not called as their fields.
	Map map[string]string
}

// Name implements parsers.Format.
func (CSV) Name() string { return "csv" }

// Title implements parsers.Format.
func (CSV) Title() string {
	return "CSV with a header: " + strings.Join(Fields(), " ") + ", or --map"
}

// Sniff implements parsers.Format: the header has a recipient and a sender or
// a status.
func (c CSV) Sniff(head []byte) int {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	r := records.NewCSVReader(bytes.NewReader(line))
	r.Comma = records.Separator(line)
	header, err := r.Read()
	if err != nil {
		return 0
	}
	at := columns(header, columnNames(c.Map))
	switch {
	case at[fieldRecipient] < 0:
		return 0
	case c.Map[names()[fieldRecipient]] != "": // the user says so
		return userMapped
	case at[fieldSender] >= 0 || at[fieldStatus] >= 0 || at[fieldTime] >= 0:
		return 80
	}
	return 30
}

// columns returns the place of each field in a header, -1 if it is not there.
func columns(header [][]byte, names [fields]string) (at [fields]int) {
	for f, name := range names {
		at[f] = -1
		for i, h := range header {
			if strings.EqualFold(strings.TrimSpace(string(h)), name) {
				at[f] = i
				break
			}
		}
	}
	return at
}

// Read implements parsers.StreamFormat.
func (c CSV) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (t parsers.Tally, err error) {
	buffered := newPeeker(in)
	line, err := buffered.firstLine()
	if err != nil {
		return t, err
	}
	rows := records.NewCSVReader(buffered)
	rows.Comma = records.Separator(line)
	header, err := rows.Read()
	if err != nil {
		return t, ignoreEOF(err)
	}
	var r row
	t.Lines = 1
	at := columns(header, columnNames(p.Map))
	if at[fieldRecipient] < 0 {
		return t, errors.New("no column for the recipient: name it by --map recipient=COLUMN")
	}
	for ctx.Err() == nil {
		record, err := rows.Read()
		if err == io.EOF {
			return t, nil
		}
		if errors.Is(err, records.ErrBroken) {
			t.Bad(parsers.Origin{Source: p.Source, Line: rows.Line}, "broken CSV")
			continue
		}
		if err != nil {
			return t, err
		}
		readRecord(&t, p, record, &at, rows.Line, &r, sink)
	}
	return t, ctx.Err()
}

func readRecord(t *parsers.Tally, p parsers.Piece, record [][]byte, at *[fields]int, line int64, r *row, sink parsers.Sink) {
	t.Lines = line
	for f, i := range at {
		if i >= 0 && i < len(record) {
			r.value[f], r.has[f] = lines.Borrow(record[i]), true
		} else {
			r.value[f], r.has[f] = "", false
		}
	}
	emit(t, p, r, line, sink)
}

// emit gives the delivery of r to sink, or counts r as malformed.
func emit(t *parsers.Tally, p parsers.Piece, r *row, line int64, sink parsers.Sink) {
	reason := r.read(p.Location)
	d := &r.delivery
	d.Origin = parsers.Origin{Source: p.Source, Piece: p.Number, Line: line}
	if reason != "" {
		t.Bad(d.Origin, reason)
		return
	}
	t.Records++
	n := int64(max(1, d.Count))
	t.Deliveries += n
	if !d.SenderKnown {
		t.NoSender += n
	}
	t.Seen(d.Time)
	sink.Add(d)
}

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// A peeker lets the first line be looked at before all is read.
type peeker struct {
	r    io.Reader
	head []byte
}

func newPeeker(r io.Reader) *peeker { return &peeker{r: r} }

// firstLine reads until the end of the first line.
func (p *peeker) firstLine() ([]byte, error) {
	buf := make([]byte, 4<<10)
	for len(p.head) < lines.MaxLine {
		if i := bytes.IndexByte(p.head, '\n'); i >= 0 {
			return p.head[:i], nil
		}
		n, err := p.r.Read(buf)
		p.head = append(p.head, buf[:n]...)
		if err != nil {
			return p.head, ignoreEOF(err)
		}
	}
	return p.head, nil
}

func (p *peeker) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.r.Read(b)
}
