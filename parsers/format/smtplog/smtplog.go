// Package smtplog reads the conversations that mail servers had as clients with others, where
// they log them line by line: those of hMailServer, MDaemon, SmarterMail, IceWarp, and of the send
// connectors of Exchange.
//
//	"SMTPC"	5700	25	"2026-11-20 10:00:01.000"	"192.0.2.20"	"SENT: RCPT TO:<jane@army.ml>"      hMailServer
//	"SMTPC"	5700	25	"2026-11-20 10:00:01.000"	"192.0.2.20"	"RECEIVED: 250 2.1.5 Ok"
//	Fri 2026-11-20 10:00:01.000: [12345] --> RCPT To:<jane@army.ml>                               MDaemon
//	Fri 2026-11-20 10:00:01.000: [12345] <-- 250 2.1.5 Ok
//	10:00:01.000 [12345] CMD: RCPT TO:<jane@army.ml>                                              SmarterMail, DATE-delivery.log
//	10:00:01.000 [12345] RSP: 250 2.1.5 Ok
//	192.0.2.20 [00000B20] Fri, 20 Nov 2026 10:00:01 +0000 >>> RCPT To:<jane@army.ml>              IceWarp
//	192.0.2.20 [00000B20] Fri, 20 Nov 2026 10:00:01 +0000 <<< 250 2.1.5 Ok
//	2026-11-20T10:00:01.000Z,Internet,08DC,7,192.0.2.5:12345,192.0.2.20:25,>,RCPT TO:<jane@army.ml>,   Exchange
//	2026-11-20T10:00:01.000Z,Internet,08DC,8,192.0.2.5:12345,192.0.2.20:25,<,250 2.1.5 Ok,
//	2026-11-20 10:00:01 192.0.2.20 OutboundConnectionCommand SMTPSVC1 MX1 - 25 RCPT - TO:<jane@army.ml> …   IIS, with its columns named
//	2026-11-20 10:00:01 192.0.2.20 OutboundConnectionResponse SMTPSVC1 MX1 - 25 - - 250+2.1.5+Ok …
//
// (hMailServer's source, Logger.cpp; transcripts of MDaemon, SmarterMail and IceWarp that were
// published; learn.microsoft.com, "Protocol logging in Exchange Server"; IIS' log in AWStats' documentation.) Who sends MAIL is the
// client: what a server says to its own clients is no delivery. An answer belongs to the first command
// that waits for one (RFC 2920). A later attempt is known by its sender and recipient. The logs
// do not say who had logged in, nor the subject, and but for Exchange's and MDaemon's not the
// message id; the time of SmarterMail's lines is of the day in the name of the file.
package smtplog

import (
	"bytes"
	"context"
	"io"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Format reads such a log.
type Format struct{}

// Name implements parsers.Format.
func (Format) Name() string { return "smtp-log" }

// Title implements parsers.Format.
func (Format) Title() string {
	return "SMTP conversations: hMailServer, MDaemon, SmarterMail, IceWarp, Exchange's send connectors, IIS"
}

const (
	sniffLines = 200
	surely     = 95
)

// Sniff implements parsers.Format.
func (Format) Sniff(head []byte) int {
	d := dialects{}
	for n := 0; n < sniffLines && len(head) > 0; n++ {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		if l, ok := d.read(lines.WithoutCR(line)); ok && l.from != nobody {
			return surely
		}
	}
	return 0
}

// Read implements parsers.StreamFormat.
func (Format) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	r := newReader(p, sink)
	d := dialects{location: p.Location, day: dayInName(p.Name)}
	err := records.Lines(ctx, in, func(line []byte, number int64) {
		r.tally.Lines = number
		r.tally.Longest.Note(line)
		line = lines.WithoutCR(line)
		if l, ok := d.read(line); ok {
			l.number = number
			r.line(&l)
		} else if syslog.ShowsMail(line) {
			r.tally.Missed(r.origin(number), "", parsers.ReasonUnread)
		}
	})
	r.close()
	return r.tally, err
}
