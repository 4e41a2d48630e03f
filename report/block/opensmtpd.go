package block

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// opensmtpd writes filters of smtpd.conf(5).
func opensmtpd() Server {
	return Server{
		Name: "opensmtpd",
		mark: "# ",
		head: `Save as /etc/mail/typoaudit.conf, and in smtpd.conf before the first listen put
include "/etc/mail/typoaudit.conf", and after each listen filter "typoaudit".
The filters are asked for mail by SMTP. The last rule is for what aliases and forwards send
on, and for sendmail(1): there the mail is refused without the hint, an alias or forward as a
whole where one of its targets is a lookalike. It has to stay before other rules that match.
`,
		rule: func(lookalike, intended string) string {
			return `filter "` + opensmtpdName(lookalike) + `" phase rcpt-to match rcpt-to regex { "@` + safe.Defang(lookalike) + `$" } reject "550 5.1.2 ` + hint(intended) + `"`
		},
		end: opensmtpdChain,
	}
}

func opensmtpdName(domain string) string { return "typoaudit-" + domain }

// opensmtpdChain is the filter that the listeners name. A chain cannot be empty:
// without rules it is one that matches no address. The rule after it refuses what is
// expanded to a lookalike.
func opensmtpdChain(blocks []result.Block) string {
	if len(blocks) == 0 {
		return "filter \"typoaudit\" phase rcpt-to match rcpt-to regex { \"^$\" } reject \"550 5.1.2 no recipient\"\n"
	}
	filters, domains := make([]string, len(blocks)), make([]string, len(blocks))
	for i, b := range blocks {
		filters[i], domains[i] = `"`+opensmtpdName(b.Domain.String())+`"`, `"`+b.Domain.String()+`"`
	}
	return "filter \"typoaudit\" chain { " + strings.Join(filters, ", ") + " }\n" +
		"match from any for domain { " + strings.Join(domains, ", ") + " } reject\n"
}
