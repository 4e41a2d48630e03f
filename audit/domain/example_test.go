package domain_test

import (
	"errors"
	"fmt"

	"github.com/typoaudit/typoaudit/audit/domain"
)

func ExampleParse() {
	for _, s := range []string{"Army.MIL.", "bücher.example", "[192.0.2.1]", "localhost"} {
		name, err := domain.Parse(s)
		switch {
		case errors.Is(err, domain.ErrLiteral):
			fmt.Printf("%s: an address literal\n", s)
		case err != nil:
			fmt.Printf("%s: no domain\n", s)
		default:
			fmt.Printf("%s: %s\n", s, name)
		}
	}
	// Output:
	// Army.MIL.: army.mil
	// bücher.example: xn--bcher-kva.example
	// [192.0.2.1]: an address literal
	// localhost: no domain
}

func ExampleName_Registrable() {
	name := domain.Must("mail.acme.co.uk")
	registrable, _ := name.Registrable()
	suffix, known := name.Suffix()
	fmt.Println(registrable, suffix, known)
	// Output: acme.co.uk co.uk true
}

func ExampleSplitAddress() {
	local, d, ok := domain.SplitAddress(`"jane@home"@army.mil`)
	fmt.Println(local, d, ok)
	// Output: "jane@home" army.mil true
}
