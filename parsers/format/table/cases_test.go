package table

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestCSVCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, CSV{}, []parserstest.Case{
		{
			Name: "all fields",
			Log: `
			time,sender,auth_user,recipient,orig_recipient,status,arrived,bytes,message_id,subject,direction,count,relay,dsn,queue_id
			2026-11-20T09:12:44Z,alice@corp.example,alice,jane@army.ml,all@corp.example,delivered,maybe,48213,<1@corp.example>,Plan,outbound,2,mx1.army.ml,2.0.0,3AF0`,
			Want: []string{`<alice@corp.example> -> <jane@army.ml> delivered maybe login="alice" orig="all@corp.example" dsn="2.0.0" relay="mx1.army.ml" id="1@corp.example" subject="Plan" queue="3AF0" bytes=48213 count=2 outbound at 2026-11-20T09:12:44Z line=2`},
		},
		{
			Name: "several recipients",
			Log: `
			time;sender;recipient
			2026-11-20 10:00;<alice@corp.example>;a@army.ml, b@army.ml
			2026-11-20 10:00;"""Smith, Alice"" <alice@corp.example>";"""Doe, Jane"" <c@army.ml>; Kim <d@army.ml>"
			2026-11-20 10:00;alice@corp.example;e@army.ml f@army.ml
			2026-11-20 10:00;alice@corp.example;"[""g@army.ml"",""h@army.ml""]"
			2026-11-20 10:00;;"""doe, jane""@army.ml"`,
			Want: []string{
				`<alice@corp.example> -> <a@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=2`,
				`<alice@corp.example> -> <b@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=2`,
				`<alice@corp.example> -> <c@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=3`,
				`<alice@corp.example> -> <d@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=3`,
				`<alice@corp.example> -> <e@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=4`,
				`<alice@corp.example> -> <f@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=4`,
				`<alice@corp.example> -> <g@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=5`,
				`<alice@corp.example> -> <h@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=5`,
				`<> -> <"doe, jane"@army.ml> unknown unknown at 2026-11-20T10:00:00Z line=6`,
			},
		},
		{
			Name: "values that cannot be read",
			Log: `
			time,sender,recipient,status,bytes,count,arrived,direction
			yesterday,a@x.example,b@y.example,,,,,
			2026-11-20 10:00,a@x.example,nobody,,,,,
			2026-11-20 10:00,a@x.example,"c@y.example, nobody",,,,,
			2026-11-20 10:00,a@x.example,a@x.example/b@y.example,,,,,
			2026-11-20 10:00,a@x.example,b@y..example,,,,,
			2026-11-20 10:00,a@x.example,,,,,,
			2026-11-20 10:00,a@@,b@y.example,,,,,
			2026-11-20 10:00,a@x.example,b@y.example,lost,,,,
			2026-11-20 10:00,a@x.example,b@y.example,,many,,,
			2026-11-20 10:00,a@x.example,b@y.example,,,0,,
			2026-11-20 10:00,a@x.example,b@y.example,,,,perhaps,
			2026-11-20 10:00,a@x.example,b@y.example,,,,,up
			46346.4167,a@x.example,b@y.example,,,,,`,
			Want: []string{`<a@x.example> -> <c@y.example> unknown unknown at 2026-11-20T10:00:00Z line=4`},
			Malformed: []string{
				`2: column "time": "yesterday" is no time that can be read`,
				`3: column "recipient": "nobody" is no address`,
				`4: column "recipient": "c@y.example, nobody" is no address`,
				`5: column "recipient": "a@x.example/b@y.example" is no address`,
				`6: column "recipient": "b@y..example" is no address`,
				`7: no recipient in column "recipient"`,
				`8: column "sender": "a@@" is no address`,
				`9: column "status": "lost" is no word of that field`,
				`10: column "bytes": "many" is no number of 0 or more`,
				`11: column "count": "0" is no number of 1 or more`,
				`12: column "arrived": "perhaps" is no word of that field`,
				`13: column "direction": "up" is no word of that field`,
				`14: column "time": "46346.4167" is no time that can be read`,
			},
		},
		{
			Name: "dates whose order the later rows show",
			Log: `
			time,sender,recipient
			01/12/2026 10:00 AM,a@x.example,b@y.example
			13/12/2026 10:00 PM,a@x.example,b@y.example`,
			Want: []string{
				`<a@x.example> -> <b@y.example> unknown unknown at 2026-12-01T10:00:00Z line=2`,
				`<a@x.example> -> <b@y.example> unknown unknown at 2026-12-13T22:00:00Z line=3`,
			},
		},
		{
			Name: "dates of either order",
			Log: `
			time,sender,recipient
			01/12/2026 10:00 AM,a@x.example,b@y.example`,
			Want:     []string{`<a@x.example> -> <b@y.example> unknown unknown at 2026-01-12T10:00:00Z line=2`},
			Problems: []string{"dates with slashes were read as month/day/year; --date-order dmy reads them as day/month/year"},
		},
		{
			Name: "files that were put together, columns of whoever they are",
			Log: `
			Time,Sender,Recipient,source,line,local,copy
			,a@x.example,b@y.example,192.0.2.1,many,yes,no
			Time,Sender,Recipient,source,line,local,copy
			0,a@x.example,b@y.example,192.0.2.1,many,yes,no`,
			Want: []string{
				`<a@x.example> -> <b@y.example> unknown unknown line=2`,
				`<a@x.example> -> <b@y.example> unknown unknown line=4`,
			},
		},
	})
}

func TestJSONLCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, JSONL{}, []parserstest.Case{
		{
			Name: "several recipients",
			Log: `
			{"time":1795165964,"sender":"a@x.example","recipient":["b@y.example","Kim <c@y.example>"],"status":"bounced"}
			{"time":"1795165964123","sender":"a@x.example","recipient":"b@y.example;c@y.example","count":2}
			{"time":1795165964123456,"sender":"","recipient":["b@y.example","nobody",null]}
			{"time":"2026-11-20T10:00:00","auth_user":"alice","recipient":"b@y.example","status":"delivered","arrived":"unknown"}`,
			Want: []string{
				`<a@x.example> -> <b@y.example> bounced no at 2026-11-20T09:12:44Z line=1`,
				`<a@x.example> -> <c@y.example> bounced no at 2026-11-20T09:12:44Z line=1`,
				`<a@x.example> -> <b@y.example> unknown unknown count=2 at 2026-11-20T09:12:44.123Z line=2`,
				`<a@x.example> -> <c@y.example> unknown unknown count=2 at 2026-11-20T09:12:44.123Z line=2`,
				`<> -> <b@y.example> unknown unknown at 2026-11-20T09:12:44.123456Z line=3`,
				`? -> <b@y.example> delivered unknown login="alice" at 2026-11-20T10:00:00Z line=4`,
			},
			Malformed: []string{`3: column "recipient": "nobody" is no address`},
		},
		{
			Name: "an array, and events of another kind",
			Log: `
			[{"time":1795165964,"sender":"a@x.example","recipient":"b@y.example"},
			{"time":1795165964,"recipient":"b@y.example","subject":"Plan","fileName":"a.pdf"},
			{"time":1795165964,"sender":"a@x.example","recipient":"c@y.example"}]
			[{"sender":"a@x.example","recipient":"d@y.example"},{"sender":"a@x.example","recipient":"e@y.example"}]
			[
			]
			{"time":`,
			Want: []string{
				`<a@x.example> -> <b@y.example> unknown unknown at 2026-11-20T09:12:44Z line=1`,
				`<a@x.example> -> <c@y.example> unknown unknown at 2026-11-20T09:12:44Z line=3`,
				`<a@x.example> -> <d@y.example> unknown unknown line=4`,
				`<a@x.example> -> <e@y.example> unknown unknown line=4`,
			},
			Malformed: []string{`2: neither a sender nor a login`, `7: not a JSON object`},
		},
		{
			Name: "lines of parse",
			Log: `
			{"time":"2026-11-20T09:12:44+01:00","sender":null,"auth_user":null,"recipient":"root","orig_recipient":"a, b","status":"delivered","arrived":"maybe","dsn":"2.0.0","relay":"mx[192.0.2.1]:25","bytes":12,"subject":"<x>","message_id":"<1>","queue_id":"3AF0","direction":"outbound","count":3,"source":"mail.log","line":7,"incomplete":true,"source_number":2,"log_direction":"unknown","submitted":true,"local":true,"handed":true,"failure":"no_user","attachments":2,"attachment_bytes":5,"attachment_kinds":["document","key"],"schema":"typoaudit.delivery/v1"}
			{"time":null,"sender":"","recipient":"b@y.example","status":"bounced","arrived":"no","dsn":"5.1.1","relay":"mx","direction":"outbound","count":1,"source":"Sent","line":1,"copy":true,"bounced_by_report":true,"schema":"typoaudit.delivery/v1"}
			{"time":null,"sender":"","recipient":"b@y.example","status":"bounced","copy":true,"bounced_by_report":true,"bounce_time":"yesterday","schema":"typoaudit.delivery/v1"}
			{"time":null,"sender":"","recipient":"b@y.example","status":"bounced","bounce":true,"subject_sum":"many","schema":"typoaudit.delivery/v1"}
			{"time":null,"sender":"","recipient":"b@y.example","status":"bounced","bounce":true,"sent":"later","schema":"typoaudit.delivery/v1"}
			{"time":null,"sender":"","recipient":"b@y.example","status":"bounced","schema":"typoaudit.delivery/v1","coverage":{"malformed":-7}}`,
			Malformed: []string{
				`3: column "bounce_time": "yesterday" is no time that can be read`,
				`4: column "subject_sum": "many" is no sum`,
				`5: column "sent": "later" is no time that can be read`,
				`6: column "coverage": "{\"malformed\":-7}" is not what parse prints`,
			},
			Want: []string{
				`? -> <root> delivered maybe orig="a, b" dsn="2.0.0" relay="mx[192.0.2.1]:25" id="<1>" subject="<x>" queue="3AF0" bytes=12 count=3 attachments=2 attached=5 kinds=8193 local handed submitted no-user incomplete at 2026-11-20T08:12:44Z line=1 place="mail.log" file=2 of=7`,
				`<> -> <b@y.example> unknown unknown outbound copy line=2 place="Sent" of=1`,
			},
		},
	})
}

// TestJSONCases reads records that are not a line each.
func TestJSONCases(t *testing.T) {
	t.Parallel()
	const one, two = `{"time":1795165964,"sender":"a@x.example",\n"recipient":"b@y.example"}`, `{"time":1795165965,"sender":"a@x.example",\n"recipient":["c@y.example"],"status":"bounced"}`
	for _, test := range []struct{ name, text string }{
		{"over several lines", one + "\n" + two},
		{"an array", "[\n" + one + ",\n" + two + "\n]"},
		{"one after the other", one + two},
		{"an answer", `{"took":1,"hits":{"total":{"value":2},"hits":[{"_source":` + one + `},{"_source":` + two + `}]}}`},
		{"a page", `{"count":2,"items":[` + one + "," + two + `]}`},
	} {
		text := strings.ReplaceAll(test.text, `\n`, "\n")
		var got []string
		s := sinkFunc{add: func(d *parsers.Delivery) { got = append(got, d.Recipient+" "+d.Status.String()) }}
		if j := (JSON{}); j.Sniff([]byte(text)) != 80 {
			t.Errorf("%s: got %d for how surely it is recognised, want 80", test.name, j.Sniff([]byte(text)))
		}
		tally, err := JSON{}.Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(text+`{"sender":"a@x.example","recipient":"d@y.example"}`), s)
		if diff := cmp.Diff([]string{"b@y.example unknown", "c@y.example bounced"}, got); diff != "" || err != nil || tally.Malformed != 1 || tally.Records != 2 {
			t.Errorf("%s: %v, %d malformed, %d records, want 1 and 2; -want +got:\n%s", test.name, err, tally.Malformed, tally.Records, diff)
		}
	}
	for _, text := range []string{`{"time":1,"sender":"a@x.example","recipient":"b@y.example"}`, `{"recipient":"b@y.example",` + "\n" + `"subject":"x"}`, `{"a":[{"b":1}]}`, "[", "{"} {
		if n := (JSON{}).Sniff([]byte(text)); n != 0 {
			t.Errorf("%s: got %d, want 0: it is for JSONL, or none", text, n)
		}
	}
}

// TestMapCases reads records whose columns the user names.
func TestMapCases(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text string
		m          map[string]string
		want       []string
	}{
		{
			"times without a zone", "When,From,To\n20.11.2026 10:00:00,a@x.example,b@y.example\n11/20/2026 10:00 AM,a@x.example,b@y.example\n2026-11-20 10:00,a@x.example,b@y.example\n2026-11-20T10:00:00-05:00,a@x.example,b@y.example\n",
			map[string]string{"time": "When", "sender": "From", "recipient": "To"},
			[]string{"2 2026-11-20T09:00:00Z", "3 2026-11-20T09:00:00Z", "4 2026-11-20T09:00:00Z", "5 2026-11-20T15:00:00Z"},
		},
		{
			"a column in UTC", "TimeGenerated [UTC],From,To\n\"11/20/2026, 10:00:00.123 AM\",a@x.example,b@y.example\n",
			map[string]string{"time": "TimeGenerated [UTC]", "sender": "From", "recipient": "To"},
			[]string{"2 2026-11-20T10:00:00Z"},
		},
		{
			"a column in UTC by its name alone", "TimeGenerated [UTC],From,To\n2026-11-20 10:00:00,a@x.example,b@y.example\n",
			map[string]string{"time": "timegenerated", "sender": "From", "recipient": "To"},
			[]string{"2 2026-11-20T10:00:00Z"},
		},
		{
			"an empty line before the header", "\r\n\nWhen,From,To\n2026-11-20T10:00:00Z,a@x.example,b@y.example\n",
			map[string]string{"time": "When", "sender": "From", "recipient": "To"},
			[]string{"4 2026-11-20T10:00:00Z"},
		},
		{
			"keys with dots, lists of objects", `{"@timestamp":"2026-11-20T10:00:00Z","mail.from":"a@x.example","to":[{"address":"b@y.example"},{"address":"c@y.example"}]}` + "\n",
			map[string]string{"time": "@timestamp", "sender": "mail.from", "recipient": "to.address"},
			[]string{"1 2026-11-20T10:00:00Z", "1 2026-11-20T10:00:00Z"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			s := sinkFunc{add: func(d *parsers.Delivery) {
				got = append(got, fmt.Sprintf("%d %s", d.Origin.Line, d.Time.UTC().Format(time.RFC3339)))
			}}
			p := parsers.Piece{Location: berlin, Map: test.m}
			c, j := CSV{Map: test.m}, JSONL{Map: test.m}
			if n := max(c.Sniff([]byte(test.text)), j.Sniff([]byte(test.text))); n != userMapped {
				t.Errorf("got %d for how surely it is recognised, want %d", n, userMapped)
			}
			if test.text[0] == '{' {
				l := j.NewPiece(p, s)
				l.Parse([]byte(test.text))
			} else if _, err := c.Read(context.Background(), p, strings.NewReader(test.text), s); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

type sinkFunc struct {
	parserstest.NoBounces
	add func(*parsers.Delivery)
}

func (f sinkFunc) Add(d *parsers.Delivery) { f.add(d) }

type bounceSink struct {
	t   *testing.T
	got []parsers.Bounce
}

func (s *bounceSink) Add(d *parsers.Delivery)  { s.t.Errorf("got %+v, want no delivery", d) }
func (s *bounceSink) Bounce(b *parsers.Bounce) { s.got = append(s.got, *b) }

// TestBounce reads the line of a bounce, as parse prints it.
func TestBounce(t *testing.T) {
	t.Parallel()
	want := parsers.Bounce{
		Time: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), MessageID: "1@x", Recipient: "b@y.example", Status: parsers.StatusBounced,
		Arrived: parsers.ArrivedNo, Failure: parsers.FailureNoUser, DSN: "5.1.1", Relay: "mx.y.example", Origin: parsers.Origin{Line: 1},
	}
	text, err := json.Marshal(NewBounceLine(&want, parsers.Place{Source: "INBOX", Line: 9}))
	if err != nil {
		t.Fatal(err)
	}
	s := &bounceSink{t: t}
	p := (JSONL{}).NewPiece(parsers.Piece{Location: time.UTC}, s)
	p.Parse(append(text, '\n'))
	if tally, _ := p.Close(); tally.Records != 1 || tally.Deliveries != 0 {
		t.Errorf("got %d records and %d deliveries, want 1 and 0", tally.Records, tally.Deliveries)
	}
	if diff := cmp.Diff([]parsers.Bounce{want}, s.got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestMissing names the columns that are not there.
func TestMissing(t *testing.T) {
	t.Parallel()
	m := map[string]string{"recipient": "To", "sender": "Frm"}
	for _, test := range []struct {
		format parsers.MappedFormat
		text   string
		want   string // "" if nothing is to be said
	}{
		{CSV{m}, "From,To\na@x.example,b@y.example\n", `no column "Frm", which --map names for sender; there are ["From" "To"]`},
		{JSONL{m}, "From,To\na@x.example,b@y.example\n", ""},
		{JSONL{m}, `{"To":"b@y.example"}` + "\n", `no key "Frm", which --map names for sender, in the first objects`},
		{CSV{m}, `{"To":"b@y.example"}` + "\n", ""},
		{JSONL{m}, `{"To":"b@y.example"}` + "\n" + `{"Frm":null}` + "\n", ""},
		{CSV{}, "a,b\n", ""},
		{JSONL{}, "{}\n", ""},
	} {
		got := ""
		if err := test.format.Missing([]byte(test.text)); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s of %q: got %q, want %q", test.format.Name(), test.text, got, test.want)
		}
	}
}

// TestSniffJSON: an object with a recipient may be an event of anything.
func TestSniffJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		`{"recipient":"b@y.example","subject":"Plan"}`:                                                 0,
		`{"recipient":"b@y.example","sender":"a@x.example"}`:                                           0,
		`{"recipient":"b@y.example","time":1795165964}`:                                                0,
		`{"recipient":"b@y.example","sender":null,"time":1795165964}`:                                  80,
		`{"a":1}` + "\n" + `{"recipient":"b@y.example","auth_user":"a","time":1795165964}`:             80,
		`[{"recipient":"b@y.example","sender":"a@x.example","time":1795165964}]`:                       80,
		`{"recipient":"root","sender":null,"time":null,"schema":"typoaudit.delivery/v1","extra":true}`: ours,
	} {
		if got := (JSONL{}).Sniff([]byte(text + "\n")); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

// TestSniffBlank: an empty line is what parse prints of a log in which nothing happened. Of
// more of them, or of blanks, nobody knows what they were.
func TestSniffBlank(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"\n": blank, "\r\n": blank, "": 0, " \n": 0, "\n\n": 0, "\t": 0} {
		if got := (JSONL{}).Sniff([]byte(text)); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}
