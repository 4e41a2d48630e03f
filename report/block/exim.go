package block

// exim writes statements of an ACL (Exim specification, chapter 44).
func exim() Server {
	return Server{
		Name: "exim",
		mark: "# ",
		head: `Save as /etc/exim4/typoaudit.acl, and at the top of the ACL of acl_smtp_rcpt put:
.include_if_exists /etc/exim4/typoaudit.acl
It is asked for mail by SMTP alone: forwards and aliases go through.
`,
		rule: func(lookalike, intended string) string {
			return "deny\n  domains = " + lookalike + "\n  message = 5.1.2 " + hint(intended)
		},
	}
}
