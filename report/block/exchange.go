package block

import "fmt"

// exchangeRule changes the transport rule of a lookalike, and makes it if there
// is none.
const exchangeRule = `$rule = @{ RecipientDomainIs = '%s'; RejectMessageEnhancedStatusCode = '5.7.1'; RejectMessageReasonText = '%s' }
if (Get-TransportRule -Identity 'typoaudit %[1]s' -ErrorAction SilentlyContinue)` +
	` { Set-TransportRule -Identity 'typoaudit %[1]s' @rule } else { New-TransportRule -Name 'typoaudit %[1]s' @rule }`

// exchange writes PowerShell.
func exchange() Server {
	return Server{
		Name: "exchange-online",
		mark: "# ",
		head: `Run after Connect-ExchangeOnline; rules that exist already are changed.
An organisation may have 300 transport rules.
`,
		rule: func(lookalike, intended string) string { return fmt.Sprintf(exchangeRule, lookalike, hint(intended)) },
	}
}
