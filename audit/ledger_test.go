package audit

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// manyDeliveries returns deliveries of many people to many addresses at many
// domains, most of them to few: as in a log.
func manyDeliveries(n int) []parsers.Delivery {
	r := rand.New(rand.NewPCG(5, 6))
	domains, people := rand.NewZipf(r, 1.1, 4, 30000), rand.NewZipf(r, 1.1, 20, 20000)
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	all := make([]parsers.Delivery, n)
	for i := range all {
		at = at.Add(time.Second)
		dom := domains.Uint64()
		all[i] = parsers.Delivery{
			Time: at, Sender: fmt.Sprintf("person%d@corp.example", people.Uint64()), SenderKnown: true, Submitted: true,
			Recipient: fmt.Sprintf("name%d@partner%d.example", r.IntN(20), dom), Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes,
			Relay: fmt.Sprintf("mx.partner%d.example[192.0.2.7]:25", dom), DSN: "2.0.0", QueueID: "3F1C2A4B5D", MessageID: fmt.Sprintf("%x@corp.example", i),
		}
		if i%3 == 0 { // mail that came in
			d := &all[i]
			d.Sender, d.Recipient, d.Submitted, d.Local, d.Relay = d.Recipient, d.Sender, false, true, "local"
		}
	}
	return all
}

func BenchmarkLedger(b *testing.B) {
	all := manyDeliveries(200000)
	for b.Loop() {
		l := NewLedger(Ledgering{Keep: func(canonical string) bool { return canonical != "partner0.example" }})
		for i := range all {
			l.Add(&all[i])
		}
		l.settle()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(all)), "ns/delivery")
}
