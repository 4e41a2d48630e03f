package lookalike_test

import (
	"fmt"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// Eight mails went to army.ml. The intended domain is found among the domains
// that the organisation writes to, and the traffic is the evidence.
func ExampleQuery_Judge() {
	index := lookalike.NewIndex([]lookalike.Target{
		{Name: domain.Must("army.mil"), Protected: true, Traffic: lookalike.Traffic{Sent: 400, Senders: 20, Recipients: 60, Received: 300}},
		{Name: domain.Must("acme-supply.com"), Traffic: lookalike.Traffic{Sent: 90, Senders: 5, Recipients: 9, Received: 80}},
	})
	subject := lookalike.Subject{
		Name:    domain.Must("army.ml"),
		Traffic: lookalike.Traffic{Sent: 8, Senders: 2, Recipients: 3, Arrived: 8},
	}
	pair := func(int32) lookalike.Pair {
		return lookalike.Pair{Twins: 1, SameSender: 1, TwinMessages: 7, TwinLocal: "jane.doe"}
	}
	verdict, ok := index.Query(0.5, nil).Judge(subject, nil, pair)
	fmt.Println(ok, verdict.Intended, verdict.Kind, verdict.Confidence >= lookalike.SlipConfidence)
	for _, e := range verdict.Evidence {
		fmt.Println(e.Text)
	}
	// Output:
	// true army.mil tld-swapped true
	// army.mil is protected (--protect).
	// army.ml is army.mil mistyped: TLD .ml instead of .mil.
	// army.mil had 400 mails from you and wrote 300 mails to you; army.ml never wrote to you.
	// The same person, jane.doe, is written to at army.mil (7 mails).
}

// The slips that people are likeliest to make of a domain, to register them or
// to block mail to them.
func ExampleLikeliest() {
	for _, slip := range lookalike.Likeliest(domain.Must("acme-supply.com"), 3, false) {
		fmt.Println(slip.Name, slip.Kind, slip.Registrable)
	}
	// Output:
	// acme-supply.co tld-cut true
	// acme-suply.com deletion true
	// acme-supply.cm tld-swapped true
}
