package block

import "strings"

// rspamd writes rules of the multimap module.
func rspamd() Server {
	return Server{
		Name: "rspamd",
		mark: "# ",
		head: `Save as /etc/rspamd/local.d/multimap.conf, or append to it. A mail with one such
recipient is refused as a whole.
`,
		rule: func(lookalike, intended string) string {
			return "TYPOAUDIT_" + strings.ToUpper(identifier(lookalike)) + ` {
  type = "rcpt";
  filter = "email:domain";
  map = ["` + lookalike + `"];
  action = "reject";
  message = "5.1.2 ` + hint(intended) + `";
}`
		},
	}
}
