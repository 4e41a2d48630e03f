package nullmailer_test

import (
	"os"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/nullmailer"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{nullmailer.Body{}}} }

func TestConformance(t *testing.T) {
	t.Parallel()
	parserstest.Run(t, format(), "testdata")
}

// TestDamage: a damaged line of a delivery is counted.
func TestDamage(t *testing.T) {
	t.Parallel()
	t.Run("sample", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/send.log") })
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/send.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, format(), string(data))
}

// TestCases: version 1 names no recipients, and says so; an attempt may have no end.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, format(), []parserstest.Case{
		{Name: "version 1", Log: `
			Nov 23 09:18:30 web nullmailer[12]: Starting delivery: protocol: smtp host: smtp.provider.example file: 1795425510.31426
			Nov 23 09:18:31 web nullmailer[12]: smtp: Succeeded: 250 2.0.0 Ok: queued as 3B664B0D
			Nov 23 09:18:31 web nullmailer[12]: Sent file.
			`, Malformed: []string{"3: an attempt whose recipients are not in the log"}},
		{Name: "two recipients, and one that is damaged", Log: `
			Nov 23 09:18:30 web nullmailer-send[12]: Starting delivery: host: smtp.provider.example protocol: smtp file: 1795425510.31426
			Nov 23 09:18:30 web nullmailer-send[12]: From: <alice@corp.example> to: <jane@army.ml>, <kim@army.mil>
			Nov 23 09:18:31 web nullmailer-send[12]: Sent file.
			Nov 23 09:18:31 web nullmailer-send[12]: Starting delivery: host: smtp.provider.example protocol: smtp file: 1795425510.31427
			Nov 23 09:18:31 web nullmailer-send[12]: From: <alice@corp.example> to: <lee@ar <max@army.mil>
			Nov 23 09:18:31 web nullmailer-send[12]: Sent file.
			`, Want: []string{
			`<alice@corp.example> -> <jane@army.ml> delivered maybe handed submitted at 2025-11-23T09:18:30Z line=2`,
			`<alice@corp.example> -> <kim@army.mil> delivered maybe handed submitted at 2025-11-23T09:18:30Z line=2`,
			`<alice@corp.example> -> <lee@ar <max@army.mil> delivered maybe handed submitted at 2025-11-23T09:18:31Z line=5`,
		}, Malformed: []string{"5: a recipient without an end"}},
		{Name: "no end, and damaged lines", Log: `
			Nov 23 09:18:30 web nullmailer-send[12]: Starting delivery: host: smtp.provider.example protocol: smtp file: 1795425510.31426
			Nov 23 09:18:30 web nullmailer-send[12]: From: <alice@corp.example> to: <jane@army.ml>
			Nov 23 09:18:31 web nullmailer-send[12]: Sent fi
			Nov 23 09:18:32 web nullmailer-send[12]: From: <alice@corp.example>
			`, Want: []string{
			`<alice@corp.example> -> <jane@army.ml> unknown unknown submitted incomplete at 2025-11-23T09:18:30Z line=2`,
		}, Malformed: []string{"3: a line that is not known", "4: an envelope without recipients"}},
	})
}
