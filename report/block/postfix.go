package block

import "github.com/typoaudit/typoaudit/report/internal/safe"

// postfix writes a regexp_table(5) for access(5): no postmap is needed, and it
// matches in both cases.
func postfix() Server {
	return Server{
		Name: "postfix",
		mark: "# ",
		head: `Save as /etc/postfix/typoaudit.regexp, and in main.cf put before what accepts:
smtpd_recipient_restrictions = check_recipient_access regexp:/etc/postfix/typoaudit.regexp, ...
`,
		rule: PostfixRule,
	}
}

// PostfixRule returns the line that refuses mail to a lookalike.
func PostfixRule(lookalike, intended string) string {
	return "/@" + safe.Defang(lookalike) + "$/ REJECT 5.1.2 " + hint(intended)
}
