package courier_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/format/courier"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{courier.Body{}}} }

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
		`<ann@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx1.army.ml[192.0.2.20]" bytes=329`,
		`<ann@corp.example> -> <bob@corp.example> delivered yes bytes=9 local`,
		`<ann@corp.example> -> <joe@hotmial.com> bounced no dsn="5.1.2"`,
		`<> -> <kim@void.example> deferred no`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzCourier(f *testing.F) {
	data, err := os.ReadFile("testdata/own.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, format(), string(data))
}

// BenchmarkParse is to be held against that of Postfix.
func BenchmarkParse(b *testing.B) { parserstest.BenchLines(b, format(), "testdata/own.log") }
