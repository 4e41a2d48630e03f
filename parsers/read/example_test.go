package read_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/postfix"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A printer is a sink that prints what it is given. With one worker, and one
// joiner after it, it needs no lock.
type printer struct{}

func (printer) Add(d *parsers.Delivery) {
	fmt.Printf("%s -> %s: %s, arrived: %s\n", d.Sender, d.Recipient, d.Status, d.Arrived)
}

// Bounce implements parsers.Sink. Logs have none.
func (printer) Bounce(*parsers.Bounce) {}

// A log from standard input becomes deliveries: one message to two recipients, of
// whom one was refused.
func ExampleRead() {
	const text = `2026-11-20T09:12:41+00:00 mx1 postfix/smtpd[811]: 4bXq1z0Wk5z9: client=ws7[192.0.2.7], sasl_method=PLAIN, sasl_username=kim
2026-11-20T09:12:41+00:00 mx1 postfix/qmgr[640]: 4bXq1z0Wk5z9: from=<kim@corp.example>, size=2913, nrcpt=2 (queue active)
2026-11-20T09:12:44+00:00 mx1 postfix/smtp[812]: 4bXq1z0Wk5z9: to=<jane@army.ml>, relay=mx.army.ml[192.0.2.20]:25, delay=3, delays=0/0/1/2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77)
2026-11-20T09:12:45+00:00 mx1 postfix/smtp[813]: 4bXq1z0Wk5z9: to=<joe@hotmial.example>, relay=none, delay=4, delays=0/0/4/0, dsn=5.4.4, status=bounced (Host or domain name not found)
2026-11-20T09:12:45+00:00 mx1 postfix/qmgr[640]: 4bXq1z0Wk5z9: removed
`
	inputs, errs := source.Expand([]string{source.Stdin}, strings.NewReader(text), time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	if len(errs) > 0 {
		log.Fatal(errs[0])
	}
	reading, err := read.Read(context.Background(), inputs, read.Options{
		Formats:  []parsers.Format{syslog.Format{Bodies: []syslog.Body{postfix.Body{}}}},
		Location: time.UTC,
		Jobs:     1,
		NewSink:  func(read.Role) parsers.Sink { return printer{} },
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range reading.Sources {
		fmt.Printf("%s: %s, %d lines, %d deliveries\n", s.Name, s.Format, s.Lines, s.Deliveries)
	}
	// Output:
	// kim@corp.example -> jane@army.ml: delivered, arrived: yes
	// kim@corp.example -> joe@hotmial.example: bounced, arrived: no
	// -: postfix, 5 lines, 2 deliveries
}
