package maddy_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/format/maddy"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{maddy.Body{}}} }

func TestConformance(t *testing.T) { parserstest.Run(t, format(), "testdata") }

func TestRead(t *testing.T) {
	data, err := os.ReadFile("testdata/own.log")
	if err != nil {
		t.Fatal(err)
	}
	all, _ := parserstest.Read(format(), data)
	var got []string
	for i := range all {
		told, _, _ := strings.Cut(parserstest.Told(&all[i]), " at ")
		got = append(got, told)
	}
	want := []string{
		`<ann@corp.example> -> <jane@army.ml> delivered yes login="ann@corp.example" submitted`,
		`<ann@corp.example> -> <joe@void.example> bounced no login="ann@corp.example" dsn="5.1.10" submitted`,
		`<bob@corp.example> -> <kim@army.ml> delivered yes submitted`,
		`<cy@corp.example> -> <sam@gone.example> deferred no login="cy" dsn="5.1.2" submitted no-domain`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzMaddy(f *testing.F) {
	data, err := os.ReadFile("testdata/own.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, format(), string(data))
}

// BenchmarkParse is to be held against that of Postfix.
func BenchmarkParse(b *testing.B) { parserstest.BenchLines(b, format(), "testdata/own.log") }
