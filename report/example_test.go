package report_test

import (
	"fmt"
	"os"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/report"
)

// smallResult is what an audit of one slip found.
func smallResult() *result.Result {
	first, last := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC), time.Date(2026, 11, 20, 9, 4, 0, 0, time.UTC)
	sender := "kim@corp.example"
	return &result.Result{
		Schema: result.Schema, Window: result.Window{From: &first, To: &last}, InternalDomains: []string{"corp.example"},
		Coverage: result.Coverage{Lines: 120, Deliveries: 40, Outbound: 25},
		Totals:   result.Totals{Messages: 1, Arrived: result.Arrived{Yes: 1}, Senders: 1, Lookalikes: 1, Exposure: 0.98},
		Senders: []result.Sender{{
			Rank: 1, Sender: sender, Exposure: 0.98, Risk: result.RiskLow, Messages: 1, Arrived: result.Arrived{Yes: 1}, Recipients: 1,
			Lookalikes: []string{"bigcustmoer.example"}, Worst: "bigcustmoer.example", Intended: "bigcustomer.example", Last: &last,
		}},
		Lookalikes: []result.Lookalike{{
			Domain: "bigcustmoer.example", Intended: "bigcustomer.example", Kind: "transposition", How: "two letters swapped", Verdict: result.VerdictSlip,
			Confidence: 0.98, Exposure: 0.98, Messages: 1, Arrived: result.Arrived{Yes: 1}, Senders: 1, Recipients: 1, Last: &last,
		}},
		Deliveries: []result.Delivery{{
			Time: &last, Sender: &sender, Person: sender, Recipient: "t.mori@bigcustmoer.example", Meant: "t.mori@bigcustomer.example",
			Lookalike: "bigcustmoer.example", Intended: "bigcustomer.example", Confidence: 0.98, Count: 1,
			Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Source: "mail.log", Line: 97,
		}},
	}
}

func ExampleTable_Write() {
	if err := (report.Table{}).Write(os.Stdout, smallResult(), report.Options{Width: 80}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 mail went to 1 lookalike domain; 1 arrived there.   16-20 Nov 2026
	//
	// #  SENDER  EXPOSURE  RISK  SENT  ARRIVED  WORST LOOKALIKE
	// 1  kim          1.0  low      1        1  bigcustmoer.example -> bigcustomer.ex~
	//
	// Senders are @corp.example. ARRIVED: accepted by the other side.
	// Read 120 lines, 40 deliveries; all lines understood.
	// Next:
	//   typoaudit check bigcustmoer.example --log LOG
	//   typoaudit scan --by delivery LOG
}

func ExampleByName() {
	f, err := report.ByName("csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := f.Write(os.Stdout, smallResult(), report.Options{By: report.ByLookalike}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// domain,unicode,intended,also,kind,how,confidence,exposure,messages,arrived_yes,arrived_maybe,arrived_no,arrived_unknown,senders,recipients,relays,standing,evidence,first,last,new,first_seen,candidates,elder,verdict,problem
	// bigcustmoer.example,,bigcustomer.example,,transposition,two letters swapped,0.98,0.98,1,1,0,0,0,1,1,,false,,,2026-11-20T09:04:00Z,false,,,false,slip,
}

func ExampleParseTemplate() {
	t, err := report.ParseTemplate("chat", "{{range .Lookalikes}}{{defang .Domain}} for {{.Intended}}: {{number .Messages}}{{end}}")
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := t.Write(os.Stdout, smallResult(), report.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output: bigcustmoer[.]example for bigcustomer.example: 1
}
