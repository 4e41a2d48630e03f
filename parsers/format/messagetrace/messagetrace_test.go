package messagetrace_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/messagetrace"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func formats() (all []parsers.StreamFormat) {
	for _, f := range messagetrace.Formats() {
		all = append(all, f.(parsers.StreamFormat))
	}
	return all
}

func TestSamples(t *testing.T) {
	t.Parallel()
	parserstest.RunStream(t, formats()[0], "testdata", "trace-*")
	parserstest.RunStream(t, formats()[1], "testdata", "enhanced")
}

type counter struct {
	parserstest.NoBounces
	times []string
}

// Add implements parsers.Sink.
func (c *counter) Add(d *parsers.Delivery) {
	c.times = append(c.times, d.Time.UTC().Format(time.DateTime))
}

func read(t *testing.T, p parsers.Piece, text string) (counter, parsers.Tally) {
	t.Helper()
	var c counter
	if p.Location == nil {
		p.Location = time.UTC
	}
	tally, err := formats()[0].Read(context.Background(), p, strings.NewReader(text), &c)
	if err != nil {
		t.Fatal(err)
	}
	return c, tally
}

// TestExportLimits: an export with as many rows as one may have is said to be
// cut off.
func TestExportLimits(t *testing.T) {
	t.Parallel()
	const header = "Received,SenderAddress,RecipientAddress,Status\n"
	row := "2026-10-01T09:00:00Z,ann@corp.example,jane@army.ml,Delivered\n"
	for n, want := range map[int]bool{999: false, 1000: true, 4999: false, 5000: true, 5001: false, 100_000: true} {
		if testing.Short() && n > 10_000 {
			continue
		}
		c, tally := read(t, parsers.Piece{}, header+strings.Repeat(row, n))
		if got := len(tally.Problems) == 1 && strings.Contains(tally.Problems[0], "cut off"); got != want || len(c.times) != n {
			t.Errorf("%d rows: %d read, %q", n, len(c.times), tally.Problems)
		}
	}
}

// TestDateOrder reads dates that may be of two days: an order that the source
// does not show is reported.
func TestDateOrder(t *testing.T) {
	t.Parallel()
	text := func(dates ...string) string {
		var rows strings.Builder
		rows.WriteString("Received;SenderAddress;RecipientAddress;Status\n")
		for _, d := range dates {
			rows.WriteString(d + ";ann@corp.example;jane@army.ml;Delivered\n")
		}
		return rows.String()
	}
	late := append(strings.Split(strings.Repeat("02/10/2026 09:00:00|", 3000), "|")[:3000], "25/10/2026 09:00:00")
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, text string
		piece      parsers.Piece
		first      string
		problem    string
	}{
		{"ambiguous", text("02/10/2026 09:00:00"), parsers.Piece{}, "2026-02-10 09:00:00", "--date-order dmy"},
		{"said by the user", text("02/10/2026 09:00:00"), parsers.Piece{DateOrder: "dmy"}, "2026-10-02 09:00:00", ""},
		{"shown by a later row", text("02/10/2026 09:00:00", "25/10/2026 09:00:00"), parsers.Piece{}, "2026-10-02 09:00:00", ""},
		{"shown by a later row, US", text("10/02/2026 9:00:00 PM", "10/25/2026 9:00:00 PM"), parsers.Piece{}, "2026-10-02 21:00:00", ""},
		{"shown too late", text(late...), parsers.Piece{}, "2026-02-10 09:00:00", "but later ones are day/month/year"},
		{"German", text("02.10.2026 09:00:00"), parsers.Piece{Location: berlin}, "2026-10-02 07:00:00", ""},
	} {
		c, tally := read(t, test.piece, test.text)
		if c.times[0] != test.first || fmt.Sprint(len(tally.Problems) > 0) != fmt.Sprint(test.problem != "") || !strings.Contains(strings.Join(tally.Problems, " "), test.problem) {
			t.Errorf("%s: %s, %q", test.name, c.times[0], tally.Problems)
		}
	}
}

func FuzzRead(f *testing.F) { parserstest.FuzzStream(f, formats(), "testdata") }

func BenchmarkRead(b *testing.B) {
	parserstest.BenchStream(b, formats()[0], "testdata/trace-us.in")
}

// TestRecipients reads what reports and joins of exports put into the column of a recipient.
func TestRecipients(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		`jane@army.ml`:                           "jane@army.ml",
		`jane@army.ml;bob@y.example`:             "jane@army.ml bob@y.example",
		`"jane@army.ml, bob@y.example"`:          "jane@army.ml bob@y.example",
		`Jane Doe <jane@army.ml>`:                "jane@army.ml",
		`" jane@army.ml "`:                       "jane@army.ml",
		`"['jane@army.ml', 'bob@y.example']"`:    "jane@army.ml bob@y.example",
		`"[""jane@army.ml"",""bob@y.example""]"`: "jane@army.ml bob@y.example",
		`"[{""address"":""jane@army.ml""}]"`:     "jane@army.ml",
		`"[[[""jane@army.ml""]]]"`:               "jane@army.ml",
		`/o=Example/ou=x/cn=jane`:                "/o=Example/ou=x/cn=jane",
		`jane@army.ml|bob@y.example`:             "jane@army.ml|bob@y.example, 1 missed",
		`"jane@army.ml##Receive,Deliver"`:        "jane@army.ml##Receive,Deliver, 1 missed",
		`jane@army..mil`:                         "jane@army..mil, 1 missed",
		`jane@army.ml;...`:                       "jane@army.ml, 1 missed",
		`Jane Doe`:                               "Jane Doe, 1 missed",
		`##########`:                             "##########, 1 missed",
		`#NAME?`:                                 "#NAME?, 1 missed",
		`jane`:                                   "jane",
	} {
		for status, missed := range map[string]bool{"Delivered": true, "Failed": false} {
			var c recipients
			tally, err := formats()[0].Read(context.Background(), parsers.Piece{Location: time.UTC},
				strings.NewReader("Received,SenderAddress,RecipientAddress,Status\n2026-10-01T09:00:00Z,ann@corp.example,"+cell+","+status+"\n"), &c)
			got := strings.Join(c.all, " ")
			if n := tally.NotUnderstood.Total(); n > 0 {
				got += fmt.Sprintf(", %d missed", n)
			}
			if expected := want; err != nil || got != expected && (missed || got != strings.TrimSuffix(expected, ", 1 missed")) {
				t.Errorf("%s %s: got %q, %v, want %q", cell, status, got, err, expected)
			}
		}
	}
}

type recipients struct {
	parserstest.NoBounces
	all []string
}

// Add implements parsers.Sink.
func (r *recipients) Add(d *parsers.Delivery) { r.all = append(r.all, strings.Clone(d.Recipient)) }

// TestTornRow puts each beginning of a row before another one, without a newline between
// them: that one is read or counted.
func TestTornRow(t *testing.T) {
	t.Parallel()
	const header = "Received,SenderAddress,RecipientAddress,Subject,Status,ToIP,Size\n"
	const before, row = `"2026-10-01T09:00:00Z","ann@corp.example","jane@army.mil","Plan","Delivered","192.0.2.1","100"`, `"2026-10-01T09:00:01Z","ann@corp.example","jane@army.ml","Plan","Delivered","192.0.2.1",""` + "\n"
	for _, quotes := range []string{`"`, ""} {
		for n := range len(before) + 1 {
			var c recipients
			text := header + strings.ReplaceAll(before+"\n"+before[:n]+row, `"`, quotes)
			tally, err := formats()[0].Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(text), &c)
			if err != nil || tally.NotUnderstood.Total() == 0 && !slices.Contains(c.all, "jane@army.ml") {
				t.Errorf("neither read nor counted: %q: %q, %v", text, c.all, err)
			}
		}
	}
}

// TestSeparatorLine: a spreadsheet names the separator before the header.
func TestSeparatorLine(t *testing.T) {
	t.Parallel()
	c, tally := read(t, parsers.Piece{}, "sep=;\r\nReceived;SenderAddress;RecipientAddress;Status\r\n2026-10-01T09:00:00Z;ann@corp.example;jane@army.ml;Delivered\r\n")
	if len(c.times) != 1 || tally.Malformed > 0 {
		t.Errorf("%v, %d malformed", c.times, tally.Malformed)
	}
}

// TestCutCopy ends a file anywhere in its last row: a recipient there is read whole, or the row
// is counted.
func TestCutCopy(t *testing.T) {
	t.Parallel()
	const header = "Received,SenderAddress,RecipientAddress,Subject,Status,ToIP,Size\n"
	const before, row = "2026-10-01T09:00:00Z,ann@corp.example,jane@army.mil,Plan,Delivered,192.0.2.1,100\n", "2026-10-01T09:00:01Z,ann@corp.example,jane@army.ml,Plan,Delivered,192.0.2.1,200"
	for n := 1; n <= len(row); n++ {
		var c recipients
		tally, err := formats()[0].Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(header+before+row[:n]), &c)
		isWhole := n > strings.LastIndexByte(row, ',')
		if err != nil || isWhole != (tally.NotUnderstood.Total() == 0) || len(c.all) > 1 && c.all[1] != "jane@army.ml" || isWhole && len(c.all) != 2 {
			t.Errorf("%q: %q, %d missed, %v", row[:n], c.all, tally.NotUnderstood.Total(), err)
		}
	}
}

// TestJoinedFiles: of files that were put together each has a header, and what some tools write
// below the rows names nobody.
func TestJoinedFiles(t *testing.T) {
	t.Parallel()
	const file = "Received,SenderAddress,RecipientAddress,Status\n2026-10-01T09:00:00Z,ann@corp.example,jane@army.ml,Delivered\n"
	c, tally := read(t, parsers.Piece{}, file+file+"\n(2 rows affected)\n")
	if len(c.times) != 2 || tally.Malformed > 0 {
		t.Errorf("%v, %d malformed", c.times, tally.Malformed)
	}
	c, tally = read(t, parsers.Piece{}, file+"torn@corp.example\n")
	if len(c.times) != 1 || tally.NotUnderstood.Total() != 1 {
		t.Errorf("%v, %d missed", c.times, tally.NotUnderstood.Total())
	}
}
