package syslog

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// plainBody emits a delivery of every line "to=<address>".
type plainBody struct{}

func (plainBody) Name() string  { return "plain" }
func (plainBody) Title() string { return "plain" }
func (plainBody) Claims(_, text []byte) (claimed, always bool) {
	return bytes.HasPrefix(text, []byte("to=<")), false
}
func (plainBody) NewPiece(_ parsers.Piece, sink parsers.Sink) BodyParser {
	return &plainParser{sink: sink}
}
func (plainBody) NewJoiner(parsers.Sink) parsers.Joiner { return plainJoiner{} }

type plainJoiner struct{}

func (plainJoiner) Join(parsers.Rest)    {}
func (plainJoiner) Close() parsers.Tally { return parsers.Tally{} }

type plainParser struct {
	sink  parsers.Sink
	tally parsers.Tally
}

func (p *plainParser) Record(r *Record) {
	p.tally.Records++
	p.sink.Add(&parsers.Delivery{Recipient: string(r.Text), Time: r.Time, Relay: string(r.Host), Count: r.Repeat, Origin: parsers.Origin{Line: r.Line}})
}
func (p *plainParser) EndBlock() {}

func (p *plainParser) Tally() *parsers.Tally { return &p.tally }

func (p *plainParser) Close() (parsers.Tally, parsers.Rest) { return p.tally, nil }

type list []string

// Bounce implements parsers.Sink. Logs have none.
func (l *list) Bounce(*parsers.Bounce) {}

func (l *list) Add(d *parsers.Delivery) {
	*l = append(*l, fmt.Sprintf("%s %s %s x%d line %d", d.Time.Format(time.RFC3339), d.Relay, d.Recipient, d.Count, d.Origin.Line))
}

func export(message string) string {
	if !strings.Contains(message, "\xff") {
		return "MESSAGE=" + message + "\n"
	}
	return "MESSAGE\n" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(message)))) + message + "\n"
}

func TestExport(t *testing.T) {
	t.Parallel()
	const head = "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795426167524440\n_HOSTNAME=mail\nSYSLOG_IDENTIFIER=postfix/smtp\n"
	text := head + export("to=<a@x.example>") + "\n" + head + export("to=<j\xffrg@x.example>") + "\n" + head + export("other") + "\n" + head + export("message repeated 2 times: [ to=<b@x.example>]")
	var got list
	f := ExportFormat{Bodies: []Body{plainBody{}}}
	if f.Sniff([]byte(text)) < 50 {
		t.Error("not recognised")
	}
	_, err := f.Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(text), &got)
	want := []string{"2026-11-23T09:29:27Z mail to=<a@x.example> x1 line 1", "2026-11-23T09:29:27Z mail to=<j\xffrg@x.example> x1 line 7", "2026-11-23T09:29:27Z mail to=<b@x.example> x2 line 20"}
	if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q, %v", got, err)
	}
	got = nil
	if _, err := f.Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(head+"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7fabc"), &got); err == nil || len(got) > 0 {
		t.Errorf("a length beyond the end: %q, %v", got, err)
	}
}

func FuzzExport(f *testing.F) {
	f.Add([]byte("__CURSOR=1\n" + export("to=<a@x>") + "\n" + export("to=<\xff>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got list
		tally, _ := ExportFormat{Bodies: []Body{plainBody{}}}.Read(context.Background(), parsers.Piece{Location: time.UTC}, bytes.NewReader(data), &got)
		if int64(len(got)) != tally.Records {
			t.Fatalf("%d deliveries of %d records", len(got), tally.Records)
		}
	})
}

func TestFormatDispatches(t *testing.T) {
	t.Parallel()
	text := "Nov 23 09:18:31 mail dovecot: noise\r\n\nNov 23 09:18:31 mail a/b[1]: to=<a@x.example>\nnonsense without a stamp\nto=<c@x.example>\n"
	f := Format{Bodies: []Body{plainBody{}}}
	if f.Sniff([]byte(text)) != surely || f.Sniff([]byte("Nov 23 09:18:31 mail dovecot: noise\n")) != perhaps || f.Sniff([]byte("GET / HTTP/1.1\n")) != 0 {
		t.Error("recognised wrongly")
	}
	var got list
	p := f.NewPiece(parsers.Piece{Start: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Location: time.UTC}, &got)
	p.Parse([]byte(text))
	tally, _ := p.Close()
	if len(got) != 1 || got[0] != "2026-11-23T09:18:31Z mail to=<a@x.example> x1 line 3" || tally.Lines != 5 || tally.Malformed != 2 {
		t.Errorf("%q, %+v", got, tally)
	}
}

// TestSearchAllocates: a search takes no memory of a line of a program that writes no pairs
// and no objects. All lines of strangers are searched.
func TestSearchAllocates(t *testing.T) {
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	var rec Record
	line := []byte("Nov 23 09:18:31 web1 shop[305]: Order 7 of customer 12 took 35 ms, all items in stock, next")
	known := func(_, _ []byte) bool { return false }
	if n := testing.AllocsPerRun(100, func() { d.Search(line, &rec, known) }); n > 2 {
		t.Errorf("%v allocations, want 2, for the record and the tag", n)
	}
}

// counting counts how often it is asked for a line.
type counting struct {
	plainBody
	asked *int
}

func (c counting) Claims(program, text []byte) (claimed, always bool) {
	*c.asked++
	return c.plainBody.Claims(program, text)
}

// TestExportAsksOnce: the bodies are asked once for a record of an export, and a line within
// its text has the time and the host of the record.
func TestExportAsksOnce(t *testing.T) {
	t.Parallel()
	const head = "__REALTIME_TIMESTAMP=1795426167524440\n_HOSTNAME=mail\nSYSLOG_IDENTIFIER="
	asked := 0
	f := ExportFormat{Bodies: []Body{counting{asked: &asked}}}
	var got list
	read := func(text string) {
		if _, err := f.Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(text), &got); err != nil {
			t.Error(err)
		}
	}
	if read(head + "a/b\nMESSAGE=to=<a@x.example>\n\n"); asked != 1 {
		t.Errorf("asked %d times, want once", asked)
	}
	read(head + "container\nMESSAGE=a/b[7]: to=<b@x.example>\n\n")
	want := []string{"2026-11-23T09:29:27Z mail to=<a@x.example> x1 line 1", "2026-11-23T09:29:27Z mail to=<b@x.example> x1 line 1"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q, want %q", got, want)
	}
}
