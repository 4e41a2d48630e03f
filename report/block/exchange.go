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

// exchangeTipRule changes the rule of a lookalike in the policy, and makes it if there is
// none.
const exchangeTipRule = `$rule = @{ RecipientDomainIs = '%[1]s'; BlockAccess = $true; NotifyUser = 'LastModifier'; NotifyAllowOverride = 'WithoutJustification'; NotifyPolicyTipCustomText = '%[2]s' }
if (Get-DlpComplianceRule -Identity 'typoaudit %[1]s' -ErrorAction SilentlyContinue)` +
	` { Set-DlpComplianceRule -Identity 'typoaudit %[1]s' @rule } else { New-DlpComplianceRule -Name 'typoaudit %[1]s' -Policy typoaudit @rule }`

// exchangeTip writes PowerShell for a policy of data loss prevention, whose rules may be
// overridden by the sender: those of a transport rule may not, unless it looks for sensitive
// content.
func exchangeTip() Server {
	return Server{
		Name: "exchange-online-tip",
		mark: "# ",
		head: `Run after Connect-IPPSSession; rules that exist already are changed. In place of those for
exchange-online, which refuse without asking: Outlook shows the hint while the mail is
written, and the sender may send it all the same.
`,
		begin: `if (-not (Get-DlpCompliancePolicy -Identity typoaudit -ErrorAction SilentlyContinue))` +
			` { New-DlpCompliancePolicy -Name typoaudit -ExchangeLocation All -Mode Enable }` + "\n",
		rule: func(lookalike, intended string) string {
			return fmt.Sprintf(exchangeTipRule, lookalike, hint(intended))
		},
	}
}
