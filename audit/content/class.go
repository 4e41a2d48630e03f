// Package content finds in the text of a message what makes a leak serious. It
// is given text and returns classes and counts; nothing of the text leaves it.
package content

// A Class is a kind of sensitive content, by its name in reports.
type Class string

// The classes, in the order of their names.
const (
	BankAccount Class = "bank-account" // IBAN
	Credentials Class = "credentials"  // passwords with their value, private keys, tokens
	Health      Class = "health"       // possible: by words alone
	NationalID  Class = "national-id"  // numbers of persons with check digits
	PaymentCard Class = "payment-card"
	Travel      Class = "travel" // possible: by words alone
)

// IsPossible reports the classes that are found by words alone: they are a hint.
func (c Class) IsPossible() bool { return c == Health || c == Travel }
