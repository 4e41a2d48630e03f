package block

import "fmt"

// exchange writes PowerShell that makes or changes a transport rule a
// lookalike.
func exchange() Server {
	return Server{Name: "exchange-online", mark: "# ", head: `Run after Connect-ExchangeOnline; rules that exist already are changed.
An organisation may have 300 transport rules.
`, rule: func(name, intended string) string {
		const form = `$rule = @{ RecipientDomainIs = '%s'; RejectMessageEnhancedStatusCode = '5.7.1'; RejectMessageReasonText = '%s' }
if (Get-TransportRule -Identity 'typoaudit %[1]s' -ErrorAction SilentlyContinue) { Set-TransportRule -Identity 'typoaudit %[1]s' @rule } else { New-TransportRule -Name 'typoaudit %[1]s' @rule }`
		return fmt.Sprintf(form, name, hint(intended))
	}}
}
