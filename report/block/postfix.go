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
It is asked for mail by SMTP alone: forwards, aliases and sendmail(1) go through, which
the rules for postfix-transport stop.
`,
		rule: PostfixRule,
	}
}

// postfixTransport writes a regexp_table(5) for transport(5) with the mailer error(8): what
// gets into the queue by an alias, a forward or sendmail(1) bounces.
func postfixTransport() Server {
	return Server{
		Name: "postfix-transport",
		mark: "# ",
		head: `Save as /etc/postfix/typoaudit-transport.regexp, and in main.cf put first:
transport_maps = regexp:/etc/postfix/typoaudit-transport.regexp, ...
It stops what aliases and forwards send on, and mail of sendmail(1), beside the rules for
postfix. The bounce goes to the sender, who may be outside: of a forward it is whoever
wrote to the alias.
`,
		rule: func(lookalike, intended string) string {
			return "/@" + safe.Defang(lookalike) + "$/ error:5.1.2 " + hint(intended)
		},
	}
}

// PostfixRule returns the line that refuses mail to a lookalike.
func PostfixRule(lookalike, intended string) string {
	return "/@" + safe.Defang(lookalike) + "$/ REJECT 5.1.2 " + hint(intended)
}
