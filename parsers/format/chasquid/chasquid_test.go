package chasquid_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/format/chasquid"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{chasquid.Body{}}} }

func TestConformance(t *testing.T) { parserstest.Run(t, format(), "testdata") }

// TestRead reads the same mail as chasquid writes it and as syslog does.
func TestRead(t *testing.T) {
	want := []string{
		`<alice@corp.example> -> <jane@army.ml> delivered yes login="alice@corp.example" submitted`,
		`<alice@corp.example> -> <nobody@army.ml> bounced no login="alice@corp.example" dsn="5.1.1" submitted`,
		`<> -> <alice@corp.example> delivered yes`,
		`<cy@corp.example> -> <broken@army.ml> deferred maybe submitted`,
		`<stranger@other.example> -> <jane@army.ml> rejected no`,
		`<alice@corp.example> -> <x@nx.example> expired no no-domain`,
		`<bob@corp.example> -> <grey@army.ml> delivered yes login="alice@corp.example" submitted`,
		`<cy@corp.example> -> <kim@forged.example> deferred no`,
	}
	for _, file := range []string{"own.log", "syslog.log"} {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		all, tally := parserstest.Read(format(), data)
		var got []string
		for i := range all {
			told, _, _ := strings.Cut(parserstest.Told(&all[i]), " at ")
			got = append(got, told)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		if tally.Malformed > 0 {
			t.Errorf("%s: %+v", file, tally.Errors)
		}
	}
}

func FuzzChasquid(f *testing.F) {
	var seeds []string
	for _, file := range []string{"own.log", "syslog.log"} {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, string(data))
	}
	parserstest.Fuzz(f, format(), seeds...)
}

// BenchmarkParse is to be held against that of Postfix.
func BenchmarkParse(b *testing.B) { parserstest.BenchLines(b, format(), "testdata/own.log") }
