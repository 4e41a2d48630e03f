package sendmail_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/sendmail"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{sendmail.Body{}}} }

func TestConformance(t *testing.T) { parserstest.Run(t, format(), "testdata") }

func TestDamage(t *testing.T) {
	t.Run("genuine", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/genuine.log") })
}

func TestRead(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/own.log")
	if err != nil {
		t.Fatal(err)
	}
	const login = "Nov 20 08:00:00 mail sendmail[100]: AUTH=server, relay=ws4.corp.example [198.51.100.7], authid=ann, mech=PLAIN, bits=0\n"
	all, tally := parserstest.Read(format(), append([]byte(login), data...))
	var got []string
	for _, d := range all {
		sender := d.Sender
		if !d.SenderKnown {
			sender = "?"
		}
		if d.AuthUser != "" {
			sender += "(" + d.AuthUser + ")"
		}
		s := fmt.Sprintf("%s->%s %s %s", sender, d.Recipient, d.Status, d.Arrived)
		if d.Local {
			s += " local"
		}
		got = append(got, s)
	}
	want := []string{
		`ann@corp.example(ann)->"a, b"@army.ml delivered yes`,
		`ann@corp.example(ann)->kim@gmial.com delivered yes`,
		`ann@corp.example(ann)->no@partner.example bounced no`,
		`->ann@corp.example delivered yes local`,
		`root@corp.example->cron@army.ml delivered yes`,
		`owner-team@corp.example->jane@army.ml delivered yes`,
		`eve@corp.example->|/usr/bin/archive delivered yes local`,
		`eve@corp.example->old@void.example expired maybe`,
		`?->victim@army.ml rejected no`,
		`?->bad@partner.example rejected no`,
		`ann@corp.example->jörg@bücher.example delivered maybe`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if tally.Malformed > 0 {
		t.Error(tally.Errors)
	}
	if d := all[4]; d.Bytes != 99 || !d.Submitted || d.QueueID != "6AK80000000111" || d.Relay != "mx1.army.ml[192.0.2.20]" {
		t.Errorf("the first hop's size, the last hop's word: %+v", d)
	}
}

// TestTruth compares the reading of a genuine log with the mail that the
// receiving servers stored, and with the bounces.
func TestTruth(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/genuine.log")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/genuine.truth.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	plain := func(to string) string {
		return strings.ToLower(strings.TrimSuffix(to[strings.LastIndex(to, ":")+1:], "."))
	}
	got, _ := parserstest.Read(format(), data)
	byMail := map[string]parsers.Delivery{}
	for _, d := range got {
		byMail[d.MessageID+" "+plain(d.Recipient)] = d
	}
	checked := 0
	for _, r := range rows[1:] {
		to, status, leaked, id := plain(r[1]), r[2], r[4], strings.Trim(r[6], "<>")
		d, ok := byMail[id+" "+to]
		switch status {
		case "delivered", "bounced", "expired":
		default:
			continue
		}
		if !ok {
			continue // its address was written otherwise on the wire
		}
		if d.Status.String() != status || leaked == "yes" && d.Arrived == parsers.ArrivedNo || leaked != "yes" && d.Arrived == parsers.ArrivedYes {
			t.Errorf("%s %s: %s, leaked %s; read as %s %s", id, to, status, leaked, d.Status, d.Arrived)
		}
		checked++
	}
	if checked < 50 {
		t.Errorf("only %d rows were checked", checked)
	}
}

func FuzzSendmail(f *testing.F) {
	data, err := os.ReadFile("testdata/own.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, format(), string(data), `Nov 20 08:00:01 mail sendmail[101]: 6AK80000000100: to=<"a\\"b",, stat=`)
}

// BenchmarkParse measures the same as the benchmark of Postfix, to compare.
func BenchmarkParse(b *testing.B) { parserstest.BenchLines(b, format(), "testdata/genuine.log") }

// TestRecognises: an id after an id alone is no line of Sendmail.
func TestRecognises(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"6ATBQ3Oi000305: 6ATBQ3Oj000305: DSN: User unknown":                      true,
		"6ATBQ3Oi000305: 6ATBQ3Oj000305: sender notify: Warning: could not send": true,
		"transaction17: customer123456: order shipped":                           false,
	} {
		if got := (sendmail.Body{}).Recognises([]byte(text)); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestSession: the lines of a session, which a high LogLevel writes, are known.
func TestSession(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"<-- RCPT TO:<jane@army.ml>", "--- 550 5.1.1 <jane@army.ml>... User unknown"} {
		all, tally := parserstest.Read(format(), []byte("Nov 23 09:18:32 mail sm-mta[1]: 6AN9IWtG000001: "+text+"\n"))
		if tally.Malformed > 0 || len(all) > 0 {
			t.Errorf("%s: %d malformed, %d deliveries", text, tally.Malformed, len(all))
		}
	}
}
