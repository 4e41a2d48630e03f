package content_test

import (
	"fmt"

	"github.com/typoaudit/typoaudit/audit/content"
)

func ExampleSearcher() {
	s := content.NewSearcher()
	for _, part := range []string{
		"Hi Jane, the password for the gateway: Xk9!mQ2v-7Lr",
		"Please pay to the IBAN DE89 3704 0044 0532 0130 00.",
	} {
		fmt.Fprint(s, part)
		s.End()
	}
	for _, found := range s.Found() {
		fmt.Println(found.Class, found.Count)
	}
	// Output:
	// bank-account 1
	// credentials 1
}
