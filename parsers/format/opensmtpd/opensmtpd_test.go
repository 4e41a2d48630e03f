package opensmtpd_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/opensmtpd"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{opensmtpd.Body{}}} }

func TestConformance(t *testing.T) { parserstest.Run(t, format(), "testdata") }

func TestDamage(t *testing.T) {
	t.Run("genuine", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/genuine.log") })
	t.Run("own", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/own.log") })
}

func TestRead(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/own.log")
	if err != nil {
		t.Fatal(err)
	}
	all, tally := parserstest.Read(format(), data)
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
		`ann@corp.example(ann)->jane@army.ml delivered yes`,
		`ann@corp.example(ann)->kim@gmial.com delivered yes`,
		`bob@corp.example->joe@hotmial.com bounced no`,
		`bob@corp.example->sam@partner.example delivered maybe`,
		`bob@corp.example->ann@corp.example delivered yes local`,
		`?->jörg@army.ml rejected no`,
		`bob@corp.example->old@void.example expired maybe`,
		`bob@corp.example->del@void.example removed no`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if tally.Malformed > 0 {
		t.Error(tally.Errors)
	}
	if d := all[1]; d.Bytes != 413 || !d.Submitted || d.OrigRecipient != "team@corp.example" || d.Relay != "mail.gmial.com[192.0.2.21]" || d.DSN != "2.0.0" {
		t.Errorf("%+v", d)
	}
}

// TestSmarthost: who takes mail at a port where clients submit it delivers for all, so that
// it may have arrived.
func TestSmarthost(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]parsers.Arrived{
		"smtp+tls://192.0.2.30:587": parsers.ArrivedMaybe, "smtps://192.0.2.30:465": parsers.ArrivedMaybe, "smtp://192.0.2.30:25": parsers.ArrivedYes,
	} {
		all, tally := parserstest.Read(format(), []byte(`Nov 23 09:18:31 mail smtpd[126]: 69f2114dacd81d0a smtp connected address=10.0.0.7 host=ws17
Nov 23 09:18:31 mail smtpd[126]: 69f2114dacd81d0a smtp authentication user=alice address=10.0.0.7 host=ws17 result=ok
Nov 23 09:18:31 mail smtpd[126]: 69f2114dacd81d0a smtp message msgid=4af32516 size=413 nrcpt=1 proto=ESMTP
Nov 23 09:18:31 mail smtpd[126]: 69f2114dacd81d0a smtp envelope evpid=4af32516bd2cb5b2 from=<alice@corp.example> to=<jane@army.ml>
Nov 23 09:18:31 mail smtpd[126]: 69f21151dd279783 mta connecting address=`+address+` host=smart.isp.example
Nov 23 09:18:32 mail smtpd[126]: 69f21151dd279783 mta connected
Nov 23 09:18:33 mail smtpd[126]: 69f21151dd279783 mta delivery evpid=4af32516bd2cb5b2 from=<alice@corp.example> to=<jane@army.ml> rcpt=<-> source="10.0.0.1" relay="192.0.2.30 (smart.isp.example)" delay=2s result="Ok" stat="250 2.0.0 Ok"
Nov 23 09:18:34 mail smtpd[126]: 69f21151dd279783 mta disconnected reason=quit messages=1
`))
		if len(all) != 1 || all[0].Arrived != want || all[0].AuthUser != "alice" || tally.Malformed > 0 {
			t.Errorf("%s: got %+v, want one delivery by alice that arrived %v", address, all, want)
		}
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
		byMail[d.Sender+" "+plain(d.Recipient)] = d
	}
	pairs := map[string]int{}
	for _, r := range rows[1:] {
		pairs[r[0]+" "+plain(r[1])]++
	}
	checked := 0
	for _, r := range rows[1:] {
		to, status, leaked, id := plain(r[1]), r[2], r[4], strings.Trim(r[6], "<>")
		d, ok := byMail[r[0]+" "+to]
		switch status { // no message-id is logged: pairs that occur once
		case "delivered", "bounced", "expired":
		default:
			continue
		}
		if !ok || pairs[r[0]+" "+to] > 1 {
			continue
		}
		if status == "bounced" && r[5] == "nullmx" {
			status = "expired" // it tries those again
		}
		if d.Status.String() != status || leaked == "yes" && d.Arrived == parsers.ArrivedNo || leaked != "yes" && d.Arrived == parsers.ArrivedYes {
			t.Errorf("%s %s: %s, leaked %s; read as %s %s", id, to, status, leaked, d.Status, d.Arrived)
		}
		checked++
	}
	if checked < 30 {
		t.Errorf("only %d rows were checked", checked)
	}
}

func FuzzOpenSMTPD(f *testing.F) {
	data, err := os.ReadFile("testdata/own.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, format(), string(data), `Nov 20 08:00:01 mail smtpd[1]: 69f21151dd279783 mta delivery evpid=4af32511bd2cb5b1 from=< to="`)
}

// BenchmarkParse measures the same as the benchmark of Postfix, to compare.
func BenchmarkParse(b *testing.B) { parserstest.BenchLines(b, format(), "testdata/genuine.log") }
