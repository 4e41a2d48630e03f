package audit_test

import (
	"fmt"
	"log"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// Kim writes to Jane seven times, and then once to the lookalike.
func Example() {
	providers, err := reference.Providers()
	if err != nil {
		log.Fatal(err)
	}
	options := audit.Options{
		Internal:      []domain.Name{domain.Must("corp.example")},
		Protect:       []domain.Name{domain.Must("army.mil")},
		MinConfidence: 0.5,
		Providers:     providers,
		Jobs:          1,
		Now:           time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
	}
	ledger := audit.NewLedger(options.Ledgering(time.Time{}, time.Time{}))
	at := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)
	for day, recipient := range []string{
		"jane@army.mil", "jane@army.mil", "jane@army.mil", "jane@army.mil", "jane@army.mil", "jane@army.mil", "jane@army.mil", "jane@army.ml",
	} {
		ledger.Add(&parsers.Delivery{
			Time: at.AddDate(0, 0, day), Sender: "kim@corp.example", SenderKnown: true, Recipient: recipient,
			Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Origin: parsers.Origin{Line: int64(day + 1)},
		})
	}

	evidence, err := audit.Learn(ledger, options)
	if err != nil {
		log.Fatal(err)
	}
	verdicts, err := evidence.Judge()
	if err != nil {
		log.Fatal(err)
	}
	result, err := verdicts.Result(&read.Reading{Sources: []*read.Source{{Name: "maillog", Format: "postfix"}}})
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range result.Lookalikes {
		fmt.Printf("%s for %s: %s, confidence %.2f\n", l.Domain, l.Intended, l.How, l.Confidence)
	}
	for _, d := range result.Deliveries {
		fmt.Printf("%s:%d: %s meant %s, arrived: %s\n", d.Source, d.Line, *d.Sender, d.Meant, d.Arrived)
	}
	for _, s := range result.Senders {
		fmt.Printf("%s: exposure %.1f, risk %s\n", s.Sender, s.Exposure, s.Risk)
	}
	// Output:
	// army.ml for army.mil: TLD .ml instead of .mil, confidence 1.00
	// maillog:8: kim@corp.example meant jane@army.mil, arrived: yes
	// kim@corp.example: exposure 1.0, risk low
}
