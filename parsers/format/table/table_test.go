package table

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

type sink struct {
	parserstest.NoBounces
	got []string
}

func (s *sink) Add(d *parsers.Delivery) {
	sender := d.Sender
	if !d.SenderKnown {
		sender = "?"
	}
	when := "-"
	if !d.Time.IsZero() {
		when = d.Time.UTC().Format(time.RFC3339)
	}
	s.got = append(s.got, fmt.Sprintf("%d %s %s->%s %s %s %s %d x%d", d.Origin.Line, when, sender, d.Recipient, d.Status, d.Arrived, d.Direction, d.Bytes, d.Count))
}

func readCSV(t *testing.T, m map[string]string, text string) ([]string, parsers.Tally) {
	t.Helper()
	s := &sink{}
	tally, err := CSV{Map: m}.Read(context.Background(), parsers.Piece{Location: time.UTC, Map: m}, strings.NewReader(text), s)
	if err != nil {
		t.Fatal(err)
	}
	return s.got, tally
}

func TestCSV(t *testing.T) {
	t.Parallel()
	const want = "2 2026-11-20T09:12:44Z a@x.example->b@y.example delivered yes outbound 12 x3"
	for _, test := range []struct {
		name, text string
		m          map[string]string
	}{
		{"canonical", "time,sender,recipient,status,bytes,direction,count\n2026-11-20T09:12:44Z,a@x.example,b@y.example,delivered,12,outbound,3\n", nil},
		{"other order and case", "Count,Recipient,TIME,Sender,Direction,Status,Bytes\n3,<b@y.example>,1795165964,a@x.example,Outbound,Delivered,12\n", nil},
		{"semicolons and quotes", "time;sender;recipient;status;bytes;direction;count\n\"2026-11-20 09:12:44\";a@x.example;b@y.example;delivered;12;outbound;3\n", nil},
		{"mapped", "when,From,To,state,size,way,n\n2026-11-20T09:12:44Z,a@x.example,b@y.example,delivered,12,outbound,3\n",
			map[string]string{"time": "when", "sender": "From", "recipient": "To", "status": "state", "bytes": "size", "direction": "way", "count": "n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if n := (CSV{Map: test.m}).Sniff([]byte(test.text)); n < 50 {
				t.Errorf("recognised with %d", n)
			}
			got, tally := readCSV(t, test.m, test.text)
			if len(got) != 1 || got[0] != want || tally.Deliveries != 3 {
				t.Errorf("got %q, %+v", got, tally)
			}
		})
	}
}

func TestCSVCountsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	got, tally := readCSV(t, nil, "time,sender,recipient,status\n1795165964,a@x,,delivered\nyesterday,a@x,b@y,delivered\n1795165964,a@x,b@y,lost\n1795165964,a@x,b@y,\n")
	if len(got) != 1 || tally.Malformed != 3 || tally.Records != 1 {
		t.Errorf("%q, %+v", got, tally)
	}
	if e := tally.Errors[1]; e.Origin.Line != 3 || !strings.Contains(e.Reason, "time") {
		t.Errorf("%+v", e)
	}
}

// TestMapIsBelieved: a source in which the user names the recipient's column is
// read by the map, whatever else it looks like.
func TestMapIsBelieved(t *testing.T) {
	t.Parallel()
	m := map[string]string{"recipient": "RecipientAddress"}
	for _, test := range []struct{ text, other string }{
		{"Received,SenderAddress,RecipientAddress,Status\n", "Received,SenderAddress,To,Status\n"},
		{`{"RecipientAddress":"b@y.example"}` + "\n", `{"To":"b@y.example"}` + "\n"},
	} {
		if n := max((CSV{Map: m}).Sniff([]byte(test.text)), (JSONL{Map: m}).Sniff([]byte(test.text))); n != userMapped {
			t.Errorf("%s is recognised with %d", test.text, n)
		}
		if n := max((CSV{Map: m}).Sniff([]byte(test.other)), (JSONL{Map: m}).Sniff([]byte(test.other))); n != 0 {
			t.Errorf("%s is recognised with %d", test.other, n)
		}
	}
}

func TestSniffRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "hello\n", "a,b,c\n1,2,3\n", "192.0.2.7 - - [23/Nov/2026] \"GET /\"\n", `{"a":1}` + "\n", "[1,2]\n"} {
		if n := (CSV{}).Sniff([]byte(text)) + (JSONL{}).Sniff([]byte(text)); n > 0 {
			t.Errorf("%q is recognised with %d", text, n)
		}
	}
}

func TestJSONL(t *testing.T) {
	t.Parallel()
	const text = `{"time":1795165964.5,"sender":"a@x.example","recipient":"b@y.example","status":"bounced"}
{"recipient":"c@y.example","sender":null,"count":2}
{"recipient":
`
	got, tally := parserstest.Read(JSONL{}, []byte(text))
	if len(got) != 2 || tally.Malformed != 1 {
		t.Fatalf("%+v, %+v", got, tally)
	}
	if a := got[0]; a.Status != parsers.StatusBounced || a.Arrived != parsers.ArrivedNo || a.Time.UnixMilli() != 1795165964500 {
		t.Errorf("%+v", a)
	}
	if b := got[1]; b.SenderKnown || b.Count != 2 || b.Arrived != parsers.ArrivedUnknown {
		t.Errorf("%+v", b)
	}
}

func TestJSONLMapsPaths(t *testing.T) {
	t.Parallel()
	m := map[string]string{"recipient": "mail.to", "sender": "mail.from"}
	const text = `{"mail":{"from":"a@x.example","to":"b@y.example"}}` + "\n"
	if n := (JSONL{Map: m}).Sniff([]byte(text)); n < 50 {
		t.Errorf("recognised with %d", n)
	}
	s := &sink{}
	p := JSONL{Map: m}.NewPiece(parsers.Piece{Location: time.UTC, Map: m}, s)
	p.Parse([]byte(text))
	if len(s.got) != 1 || !strings.Contains(s.got[0], "a@x.example->b@y.example") {
		t.Errorf("%q", s.got)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("time,sender,recipient\n1,a@x,b@y\n")
	f.Add("recipient;status\n\"a\"\"b@y\";delivered\n")
	f.Fuzz(func(t *testing.T, text string) {
		s := &sink{}
		CSV{}.Sniff([]byte(text))
		tally, err := CSV{}.Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(text), s)
		if err == nil && int64(len(s.got)) < tally.Records {
			t.Fatalf("got %d deliveries of %d records, want one of each at least", len(s.got), tally.Records)
		}
	})
}

func FuzzJSONL(f *testing.F) {
	parserstest.Fuzz(f, JSONL{}, `{"time":1,"sender":"a@x","recipient":"b@y"}`+"\n")
}

func BenchmarkCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("time,sender,recipient,count,bytes\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "%d,sender%d@corp.example,recipient%d@partner.example,1,%d\n", 1795165964+i, i%50, i, 1000+i)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := (CSV{}).Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(text.String()), nowhere{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestCutCopy: a copy that was not finished ends with a row that breaks off.
func TestCutCopy(t *testing.T) {
	t.Parallel()
	const rows = "time,sender,recipient\n2026-10-01T09:00:00Z,ann@corp.example,jane@army.mil\n2026-10-01T09:00:00Z,ann@cor"
	got, tally := readCSV(t, nil, rows)
	if len(got) != 1 || tally.NotUnderstood.Total() != 1 {
		t.Errorf("%v, %d missed", got, tally.NotUnderstood.Total())
	}
	if got, tally = readCSV(t, nil, rows+"p.example,jane@army.ml"); len(got) != 2 || tally.Malformed > 0 {
		t.Errorf("%v, %d malformed", got, tally.Malformed)
	}
}
