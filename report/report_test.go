package report

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/parsers"
)

var update = flag.Bool("update", false, "write the golden files anew")

func day(d int) *time.Time {
	t := time.Date(2026, 11, d, 9, 30, 0, 0, time.UTC)
	return &t
}

func text(s string) *string { return &s }

func empty() *audit.Result {
	return &audit.Result{
		Schema: audit.Schema, Tool: audit.Tool{Name: "typoaudit", Version: "test"}, GeneratedAt: *day(23), Window: audit.Window{From: day(16), To: day(22)},
		InternalDomains: []string{"corp.example"}, MinConfidence: 0.5,
		Coverage: audit.Coverage{Sources: []audit.Source{{Name: "maillog", Format: "postfix", Lines: 12034, Deliveries: 8120, Problems: []string{}}}, Lines: 12034, Deliveries: 8120, Outbound: 8120},
		Senders:  []audit.Sender{}, Lookalikes: []audit.Lookalike{}, Deliveries: []audit.Delivery{},
	}
}

func findings() *audit.Result {
	r := empty()
	r.InternalInferred = true
	r.Coverage.Malformed, r.Coverage.Hidden = 12, 2
	r.Totals = audit.Totals{Messages: 1061, Arrived: audit.Arrived{Yes: 1058, Maybe: 2, No: 1}, Senders: 3, Lookalikes: 2, Exposure: 57.4, NullSender: 1, UnknownSender: 2}
	r.Senders = []audit.Sender{
		{Rank: 1, Sender: "kim.larsen@corp.example", Exposure: 38.2, Risk: audit.RiskCritical, Messages: 1041, Arrived: audit.Arrived{Yes: 1038, Maybe: 2, No: 1}, Recipients: 9, Lookalikes: []string{"army.ml", "bigcustmoer.example"}, Worst: "army.ml", Intended: "army.mil", Bytes: 4096, Sensitive: map[string]int64{}, First: day(16), Last: day(20)},
		{Rank: 2, Sender: "purchasing@corp.example", Exposure: 17.9, Risk: audit.RiskHigh, Messages: 19, Arrived: audit.Arrived{Yes: 19}, Recipients: 2, Lookalikes: []string{"bigcustmoer.example"}, Worst: "bigcustmoer.example", Intended: "bigcustomer.example", Sensitive: map[string]int64{}, First: day(17), Last: day(18)},
		{Rank: 3, Sender: "j.okafor@corp.example", Exposure: 0.6, Risk: audit.RiskLow, Messages: 1, Arrived: audit.Arrived{Yes: 1}, Recipients: 1, Lookalikes: []string{"army.ml"}, Worst: "army.ml", Intended: "army.mil", Sensitive: map[string]int64{}, First: day(22), Last: day(22)},
	}
	r.Lookalikes = []audit.Lookalike{
		{Domain: "army.ml", Intended: "army.mil", Kind: "tld-swapped", How: "TLD .ml instead of .mil", Confidence: 0.97, Evidence: []audit.Evidence{{Code: "error", Text: "army.ml is army.mil mistyped.", Weight: 2.6}}, Exposure: 39, Messages: 1042, Arrived: audit.Arrived{Yes: 1039, Maybe: 2, No: 1}, Senders: 2, Recipients: 9, Relays: []string{"mail.army.ml"}, Standing: true, First: day(16), Last: day(22)},
		{Domain: "bigcustmoer.example", Intended: "bigcustomer.example", Kind: "transposition", How: "two letters swapped", Confidence: 0.8, Evidence: []audit.Evidence{}, Exposure: 18.4, Messages: 19, Arrived: audit.Arrived{Yes: 19}, Senders: 1, Recipients: 2, Relays: []string{}, First: day(17), Last: day(18)},
	}
	r.Deliveries = []audit.Delivery{
		{Time: day(16), Sender: text("kim.larsen@corp.example"), AuthUser: text("kim.larsen"), Person: "kim.larsen@corp.example", Recipient: "jane@army.ml", Meant: "jane@army.mil", Lookalike: "army.ml", Intended: "army.mil", Confidence: 0.97, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, DSN: "2.0.0", Relay: "mail.army.ml[192.0.2.9]:25", Bytes: 4096, Count: 1, MessageID: "1@corp.example", QueueID: "3AF09DE6ED", Source: "maillog", Line: 7, Sensitive: []string{}},
		{Time: day(22), Sender: nil, Recipient: "jane@army.ml", Meant: "jane@army.mil", Lookalike: "army.ml", Intended: "army.mil", Confidence: 0.97, Status: parsers.StatusExpired, Arrived: parsers.ArrivedMaybe, Count: 1, Source: "maillog", Line: 9, Sensitive: []string{}},
	}
	return r
}

// hostile is what strangers write into logs.
func hostile() *audit.Result {
	r := findings()
	const evil = "=cmd|'/c calc'!A1\x1b[2J\u202e\u200b\x00\r\n<script>"
	for i := range r.Senders {
		r.Senders[i].Sender = evil + r.Senders[i].Sender
		r.Senders[i].Worst = evil
	}
	for i := range r.Lookalikes {
		r.Lookalikes[i].Domain, r.Lookalikes[i].How, r.Lookalikes[i].Relays = "@"+evil, evil, []string{evil}
	}
	for i := range r.Deliveries {
		r.Deliveries[i].Recipient, r.Deliveries[i].Source, r.Deliveries[i].MessageID = evil, evil, "\t"+evil
	}
	r.Coverage.Sources[0].Name = evil
	r.Coverage.Sources[0].Problems = []string{evil}
	return r
}

func cases() map[string]*audit.Result {
	nothing := empty()
	nothing.Coverage.Outbound = 0
	return map[string]*audit.Result{"empty": empty(), "findings": findings(), "hostile": hostile(), "nothing": nothing}
}

func render(t *testing.T, f Format, r *audit.Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	o.Now, o.Location = *day(23), time.UTC
	if err := f.Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestGoldens(t *testing.T) {
	for name, r := range cases() {
		for _, by := range []By{BySender, ByLookalike, ByDelivery} {
			golden(t, fmt.Sprintf("%s-%s.csv", name, by), render(t, CSV{}, r, Options{By: by}))
			for _, width := range []int{0, 60, 80, 120} {
				golden(t, fmt.Sprintf("%s-%s-%d.txt", name, by, width), render(t, Table{}, r, Options{By: by, Width: width, Unicode: width != 60, Color: width == 120}))
			}
		}
		golden(t, name+".json", render(t, JSON{}, r, Options{}))
	}
}

func TestTableFits(t *testing.T) {
	for name, r := range cases() {
		for _, by := range []By{BySender, ByLookalike, ByDelivery} {
			for width := 40; width <= 160; width += 7 {
				for line := range strings.Lines(render(t, Table{}, r, Options{By: by, Width: width, Unicode: true})) {
					if w := runewidth.StringWidth(strings.TrimRight(line, "\n")); w > width {
						t.Errorf("%s by %s: %d columns of %d: %q", name, by, w, width, line)
					}
				}
			}
		}
	}
}

func TestNothingHostileReachesTheTerminal(t *testing.T) {
	for _, by := range []By{BySender, ByLookalike, ByDelivery} {
		for _, r := range render(t, Table{}, hostile(), Options{By: by, Width: 120, Unicode: true}) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("by %s: %U", by, r)
			}
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	for _, by := range []By{BySender, ByLookalike, ByDelivery} {
		rows, err := csv.NewReader(strings.NewReader(render(t, CSV{}, hostile(), Options{By: by}))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, c := range row {
				if c != "" && strings.ContainsRune("=+-@\t\r\x00", rune(c[0])) {
					t.Errorf("by %s: %q", by, c)
				}
			}
		}
	}
}

func TestColourOnlyWhenAsked(t *testing.T) {
	if s := render(t, Table{}, findings(), Options{By: BySender, Width: 120, Color: true}); !strings.Contains(s, red+"critical"+plainText) {
		t.Errorf("no red: %q", s)
	}
	if s := render(t, Table{}, findings(), Options{By: BySender, Width: 120}); strings.Contains(s, "\x1b") {
		t.Errorf("an escape sequence: %q", s)
	}
}

func TestExplain(t *testing.T) {
	var b bytes.Buffer
	x := &audit.Explanation{Query: "jane@army.ml", Domain: "army.ml", Lookalike: true, Intended: "army.mil", Confidence: 0.96, Meant: "jane@army.mil",
		Evidence: []audit.Evidence{{Text: "army.mil is protected.", Weight: 2}, {Text: "army.ml has written to you.", Weight: -1}}}
	if err := Explain(&b, x, Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain.txt", b.String())
}

func FuzzSafeText(f *testing.F) {
	f.Add("a\x1b[0m\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range SafeText(s) {
			if !unicode.IsPrint(r) {
				t.Fatalf("%q holds %U", s, r)
			}
		}
		if c := cell(s); c != "" && strings.ContainsRune("=+-@\t\r\n\x00", rune(c[0])) {
			t.Fatalf("%q is a formula", c)
		}
	})
}
