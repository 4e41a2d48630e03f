package sendmail_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestSmarthost: the mailer "relay" hands mail to a host that delivers for all.
func TestSmarthost(t *testing.T) {
	t.Parallel()
	for mailer, want := range map[string]parsers.Arrived{"relay": parsers.ArrivedMaybe, "esmtp": parsers.ArrivedYes} {
		got, _ := parserstest.Read(format(), []byte("Nov 23 09:18:31 mail sendmail[7]: 6ANAbCdE000007: from=<ann@corp.example>, size=300, nrcpts=1, msgid=<1@corp.example>\n"+
			"Nov 23 09:18:32 mail sendmail[7]: 6ANAbCdE000007: to=<jane@army.ml>, delay=00:00:01, mailer="+mailer+", pri=30, relay=smtp.isp.example. [192.0.2.25], dsn=2.0.0, stat=Sent (Ok: queued as 4XyZ)\n"))
		if len(got) != 1 || got[0].Arrived != want {
			t.Errorf("%s: got %+v", mailer, got)
		}
	}
}
