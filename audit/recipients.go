package audit

import (
	"fmt"
	"net/mail"
)

// CheckRecipients holds the addresses that the report is to be mailed to against
// the detector: it would be a pity if it went to a lookalike itself. It returns
// an error for the first that looks like a slip.
func (a *Auditor) CheckRecipients() error {
	for _, address := range a.o.MailTo {
		if parsed, err := mail.ParseAddress(address); err == nil {
			address = parsed.Address
		}
		x, err := a.Explain(address)
		if err != nil {
			return fmt.Errorf("check recipient %w", err)
		}
		if x.Lookalike {
			return fmt.Errorf("recipient %s: %s looks like a slip of %s (confidence %.2f)", address, x.Domain, x.Intended, x.Confidence)
		}
	}
	return nil
}
