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
It is asked for mail by SMTP alone: forwards and aliases go through.
`,
		rule: func(lookalike, intended string) string {
			return `filter "` + opensmtpdName(lookalike) + `" phase rcpt-to match rcpt-to regex { "@` + safe.Defang(lookalike) + `$" } reject "550 5.1.2 ` + hint(intended) + `"`
		},
		end: opensmtpdChain,
	}
}

func opensmtpdName(domain string) string { return "typoaudit-" + domain }

// opensmtpdChain is the filter that the listeners name. A chain cannot be empty:
// without rules it is one that matches no address.
func opensmtpdChain(blocks []result.Block) string {
	if len(blocks) == 0 {
		return "filter \"typoaudit\" phase rcpt-to match rcpt-to regex { \"^$\" } reject \"550 5.1.2 no recipient\"\n"
	}
	names := make([]string, len(blocks))
	for i, b := range blocks {
		names[i] = `"` + opensmtpdName(b.Domain.String()) + `"`
	}
	return "filter \"typoaudit\" chain { " + strings.Join(names, ", ") + " }\n"
}
