package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
)

// A Blocker writes rules by which a mail server refuses mail to lookalikes, with
// a hint at what was meant. The names are those of domains in A-labels, so no
// syntax has to be escaped; the same findings give the same text, in the order
// of the names.
type Blocker struct {
	// Server is the word for --for.
	Server string
	// head says where the rules go, foot closes them.
	head, foot string
	// mark begins a comment.
	mark string
	rule func(lookalike, hint string) string
}

// Blockers are those of all servers.
func Blockers() []Blocker {
	return []Blocker{postfixBlocker(), eximBlocker(), sendmailBlocker(), opensmtpdBlocker(), exchangeBlocker(), rspamdBlocker(), harakaBlocker()}
}

// BlockerFor returns the one of a server.
func BlockerFor(server string) (*Blocker, error) {
	var names []string
	for _, b := range Blockers() {
		if b.Server == server {
			return &b, nil
		}
		names = append(names, b.Server)
	}
	return nil, fmt.Errorf("--for %q: one of %s", server, strings.Join(names, ", "))
}

// Write writes the rules.
func (b *Blocker) Write(w io.Writer, blocks []result.Block) error {
	var text strings.Builder
	for line := range strings.Lines(b.head) {
		text.WriteString(b.mark + line)
	}
	if b.Server == "haraka" {
		text.WriteString(harakaBegin)
	}
	for _, x := range blocks {
		text.WriteString(b.rule(x.Domain.String(), "did you mean "+x.Intended.String()+"?") + "\n")
	}
	if b.Server == "opensmtpd" {
		text.WriteString(opensmtpdChain(blocks))
	}
	text.WriteString(b.foot)
	_, err := io.WriteString(w, text.String())
	return err
}

// postfixBlocker writes a regexp_table(5) for access(5): no postmap is needed,
// and it matches in both cases.
func postfixBlocker() Blocker {
	return Blocker{Server: "postfix", mark: "# ", head: `Mail to lookalikes of domains that are meant, by typoaudit.
Save as /etc/postfix/typoaudit.regexp, and in main.cf put before what accepts:
smtpd_recipient_restrictions = check_recipient_access regexp:/etc/postfix/typoaudit.regexp, ...
`, rule: func(name, hint string) string { return "/@" + defang(name) + "$/ REJECT 5.1.2 " + hint }}
}

// eximBlocker writes statements of an ACL (Exim specification, chapter 44).
func eximBlocker() Blocker {
	return Blocker{Server: "exim", mark: "# ", head: `Mail to lookalikes of domains that are meant, by typoaudit.
Save as /etc/exim4/typoaudit.acl, and at the top of the ACL of acl_smtp_rcpt put:
.include_if_exists /etc/exim4/typoaudit.acl
`, rule: func(name, hint string) string {
		return "deny\n  domains = " + name + "\n  message = 5.1.2 " + hint
	}}
}

// sendmailBlocker writes lines of the access map (cf/README, "Anti-spam
// configuration control").
func sendmailBlocker() Blocker {
	return Blocker{Server: "sendmail", mark: "# ", head: `Mail to lookalikes of domains that are meant, by typoaudit.
Append to /etc/mail/access and run makemap hash /etc/mail/access < /etc/mail/access.
sendmail.mc needs FEATURE(access_db) and FEATURE(blocklist_recipients).
`, rule: func(name, hint string) string { return "To:" + name + "\tERROR:5.1.2:550 " + hint }}
}

// opensmtpdBlocker writes filters of smtpd.conf(5).
func opensmtpdBlocker() Blocker {
	return Blocker{Server: "opensmtpd", mark: "# ", head: `Mail to lookalikes of domains that are meant, by typoaudit.
Save as /etc/mail/typoaudit.conf, and in smtpd.conf before the first listen put
include "/etc/mail/typoaudit.conf", and behind each listen filter "typoaudit".
`, rule: func(name, hint string) string {
		return "filter \"" + opensmtpdName(name) + "\" phase rcpt-to match rcpt-to regex { \"@" + defang(name) + "$\" } reject \"550 5.1.2 " + hint + "\""
	}}
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

// exchangeBlocker writes PowerShell that makes or changes a transport rule a
// lookalike.
func exchangeBlocker() Blocker {
	return Blocker{Server: "exchange-online", mark: "# ", head: `Mail to lookalikes of domains that are meant, by typoaudit.
Run behind Connect-ExchangeOnline; rules that are there already are changed.
An organisation may have 300 transport rules.
`, rule: func(name, hint string) string {
		const form = `$rule = @{ RecipientDomainIs = '%s'; RejectMessageEnhancedStatusCode = '5.7.1'; RejectMessageReasonText = '%s' }
if (Get-TransportRule -Identity 'typoaudit %[1]s' -ErrorAction SilentlyContinue) { Set-TransportRule -Identity 'typoaudit %[1]s' @rule } else { New-TransportRule -Name 'typoaudit %[1]s' @rule }`
		return fmt.Sprintf(form, name, hint)
	}}
}

// rspamdBlocker writes rules of the multimap module.
func rspamdBlocker() Blocker {
	return Blocker{Server: "rspamd", mark: "# ", head: `Mail to lookalikes of domains that are meant, by typoaudit.
Save as /etc/rspamd/local.d/multimap.conf, or append to it. A mail with one such
recipient is refused as a whole.
`, rule: func(name, hint string) string {
		return "TYPOAUDIT_" + rspamdSymbol(name) + " {\n  type = \"rcpt\";\n  filter = \"email:domain\";\n  map = [\"" + name + "\"];\n  action = \"reject\";\n  message = \"5.1.2 " + hint + "\";\n}"
	}}
}

// rspamdSymbol makes the name of a symbol, another one for another domain.
func rspamdSymbol(domain string) string {
	return strings.NewReplacer("-", "__", ".", "_").Replace(strings.ToUpper(domain))
}

const harakaBegin = `'use strict';
const meant = {
`

// harakaBlocker writes a plugin.
func harakaBlocker() Blocker {
	return Blocker{Server: "haraka", mark: "// ", head: `Mail to lookalikes of domains that are meant, by typoaudit.
Save as plugins/typoaudit.js, and add typoaudit to config/plugins before what
accepts recipients.
`, rule: func(name, hint string) string { return "  '" + name + "': '" + hint + "'," }, foot: `};
exports.hook_rcpt = function (next, connection, params) {
  const domain = params[0].host.toLowerCase();
  if (!Object.prototype.hasOwnProperty.call(meant, domain)) return next();
  return next(DENY, '5.1.2 ' + meant[domain]);
};
`}
}
