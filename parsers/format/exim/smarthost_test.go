package exim_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/exim"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestSmarthost: a router or transport that is named so, and a host that Exim logged
// in to, deliver for all.
func TestSmarthost(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]parsers.Arrived{
		`R=smarthost T=remote_smtp_smarthost H=smtp.isp.example [192.0.2.25] C="250 OK"`: parsers.ArrivedMaybe,
		`R=send_all T=remote_smtp H=smtp.isp.example [192.0.2.25] A=plain C="250 OK"`:    parsers.ArrivedMaybe,
		`R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 OK smarthost A=x"`:   parsers.ArrivedYes,
		`R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] A=plain C="250 OK"`:         parsers.ArrivedYes,
	} {
		got, _ := parserstest.Read(exim.Format{}, []byte("2026-11-23 09:18:27 1tABcd-0001Xy-2R <= ann@corp.example U=ann P=local S=448\n"+
			"2026-11-23 09:18:28 1tABcd-0001Xy-2R => jane@army.ml "+fields+"\n2026-11-23 09:18:28 1tABcd-0001Xy-2R Completed\n"))
		if len(got) != 1 || got[0].Arrived != want || got[0].Handed != (want == parsers.ArrivedMaybe) {
			t.Errorf("%s: got %+v", fields, got)
		}
	}
}
