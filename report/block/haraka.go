package block

import "github.com/typoaudit/typoaudit/audit/result"

// haraka writes a plugin.
func haraka() Server {
	return Server{
		Name: "haraka",
		mark: "// ",
		head: `Save as plugins/typoaudit.js, and add typoaudit to config/plugins before what
accepts recipients.
`,
		begin: `'use strict';
const meant = {
`,
		rule: func(lookalike, intended string) string { return "  '" + lookalike + "': '" + hint(intended) + "'," },
		end:  func([]result.Block) string { return harakaHook },
	}
}

// harakaHook closes the table of the rules and looks each recipient up in it.
const harakaHook = `};
exports.hook_rcpt = function (next, connection, params) {
  const domain = params[0].host.toLowerCase();
  if (!Object.prototype.hasOwnProperty.call(meant, domain)) return next();
  return next(DENY, '5.1.2 ' + meant[domain]);
};
`
