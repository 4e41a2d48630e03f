package block

import (
	"fmt"
	"hash/fnv"
)

// exim writes statements of an ACL (Exim specification, chapter 44).
func exim() Server {
	return Server{
		Name: "exim",
		mark: "# ",
		head: `Save as /etc/exim4/typoaudit.acl, and at the top of the ACL of acl_smtp_rcpt put:
.include_if_exists /etc/exim4/typoaudit.acl
It is asked for mail by SMTP alone: forwards, aliases and sendmail(1) go through, which
the rules for exim-router stop.
`,
		rule: func(lookalike, intended string) string {
			return "deny\n  domains = " + lookalike + "\n  message = 5.1.2 " + hint(intended)
		},
	}
}

// eximRouter writes routers (Exim specification, chapter 22): every address passes them,
// also what an alias or a forward sends on.
func eximRouter() Server {
	return Server{
		Name: "exim-router",
		mark: "# ",
		head: `Save as /etc/exim4/typoaudit.routers, and right after "begin routers" put:
.include_if_exists /etc/exim4/typoaudit.routers
It stops what aliases and forwards send on, and mail of sendmail(1), beside the rules for
exim. The bounce goes to the sender, who may be outside: of a forward it is whoever wrote
to the alias; where the ACL has "verify = recipient" an alias with one such target alone
is refused at once.
`,
		rule: func(lookalike, intended string) string {
			return routerName(lookalike) + ":\n  driver = redirect\n  domains = " + lookalike + "\n  allow_fail\n  data = :fail: " + hint(intended)
		},
	}
}

// maxRouterName is how many letters of a router's name Exim reads: of two that are longer
// and begin alike it says that there are two of one name.
const maxRouterName = 63

// routerName makes the name of a router, another one for another domain.
func routerName(domain string) string {
	name := "typoaudit_" + identifier(domain)
	if len(name) <= maxRouterName {
		return name
	}
	sum := fnv.New64a()
	sum.Write([]byte(domain))
	return fmt.Sprintf("%s_%016x", name[:maxRouterName-17], sum.Sum64())
}
