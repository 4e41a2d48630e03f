package records_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// TestPairsInWrappers: a line of pairs is read as it was written, wherever a collector put it.
func TestPairsInWrappers(t *testing.T) {
	t.Parallel()
	const line = `<22>Nov 20 09:00:05 esa x: CEF:0|C|P|1|E|N|5|id=1 to=jane@army.ml;"doe, j"@army.mil end=x`
	quoted := strings.ReplaceAll(line, `"`, `\"`)
	for name, text := range map[string]string{
		"alone":            line,
		"docker":           `{"log":"` + quoted + `\n","stream":"stdout"}`,
		"within objects":   `{"a":{"b":[{"c":"` + quoted + `"}]}}`,
		"JSON in JSON":     `{"message":"{\"log\":\"` + strings.ReplaceAll(quoted, `\"`, `\\\"`) + `\"}"}`,
		"kept twice":       `{"message":"` + quoted + `","event":{"original":"x ` + quoted + `"}}`,
		"an array":         `{"streams":[["1","` + quoted + `"]]}`,
		"joined lines":     `{"message":"id=2 x=\n` + quoted + `"}`,
		"one member":       `  "message": "` + quoted + `",`,
		"rubydebug":        `       "message" => "` + quoted + `",`,
		"after a header":   `2026-11-20T09:00:00Z	mail	{"message":"` + quoted + `"}`,
		"logfmt":           `ts=1 msg="` + quoted + `"`,
		"RFC 5424":         `<22>1 2026-11-20T09:00:00Z mx app 1 - [meta sequenceId="1"] ` + line,
		"a field of a row": `2026-11-20;mx;"` + strings.ReplaceAll(line, `"`, `""`) + `"`,
	} {
		var got []string
		s := records.Schema{ID: "x", Columns: []string{"id", "to"}, Required: []int{0, 1}, Pairs: &records.Pairs{Free: "msg", Spaced: true}, Row: func(_ *records.Out, row *records.Row) {
			got = append(got, row.Get(0)+" "+row.Get(1))
		}}
		if _, err := s.Read(context.Background(), parsers.Piece{}, strings.NewReader(text+"\n"), nowhere{}); err != nil {
			t.Fatal(err)
		}
		if want := []string{`1 jane@army.ml;"doe, j"@army.mil`}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestBracketsBefore: a stamp or a name in brackets is no list that begins.
func TestBracketsBefore(t *testing.T) {
	t.Parallel()
	const record = `{"id":"1","to":"jane@army.ml"}`
	for _, text := range []string{
		"[2026-11-23 09:18:31] production.INFO: webhook " + record, "[hook] " + record, "[pod/hook-0/app] 2026-11-23T09:18:31Z " + record, "[" + record + "]", "[ [" + record + "]]",
	} {
		rows := 0
		s := records.Schema{ID: "x", Columns: []string{"id", "to"}, Required: []int{0, 1}, Row: func(*records.Out, *records.Row) { rows++ }}
		if n := s.Sniff([]byte(text + "\n")); n == 0 {
			t.Errorf("%s: not recognised", text)
		}
		rows = 0
		if _, err := s.Read(context.Background(), parsers.Piece{DateOrder: "dmy"}, strings.NewReader(text+"\n"), nowhere{}); err != nil || rows != 1 {
			t.Errorf("%s: %d rows, %v, want 1", text, rows, err)
		}
	}
}

// TestCellsInWrappers: a record of JSON in a field of a row is found after the header of a syslog, and counted where it breaks off.
func TestCellsInWrappers(t *testing.T) {
	t.Parallel()
	rows := 0
	s := records.Schema{ID: "x", Columns: []string{"id", "to"}, Required: []int{0, 1}, Row: func(_ *records.Out, row *records.Row) {
		if row.Get(1) == "jane@army.ml" {
			rows++
		}
	}}
	for text, want := range map[string][2]int64{
		`{""id"":""1"",""to"":""jane@army.ml""}`:                                      {1, 0},
		`<14>1 2026-11-20T09:00:00Z x y - - - {""id"":""1"",""to"":""jane@army.ml""}`: {1, 0},
		`{""id"":""1"",""to"":""jane@army.ml""`:                                       {0, 1},
		`{""id"":""1""`:                                                               {0, 0},
	} {
		rows = 0
		tally, err := s.Read(context.Background(), parsers.Piece{DateOrder: "dmy"}, strings.NewReader("time,message\n1,\""+text+"\"\n"), nowhere{})
		if int64(rows) != want[0] || tally.Malformed != want[1] {
			t.Errorf("%s: %d rows, %d malformed, %v; want %v", text, rows, tally.Malformed, err, want)
		}
	}
}
