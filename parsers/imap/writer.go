package imap

import (
	"bytes"
	netmail "net/mail"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
)

// A writer turns messages into deliveries.
type writer struct {
	folder *folder
	sink   parsers.Sink
	tally  parsers.Tally
	bytes  int64
	n      int
}

func wantedFields() []string {
	return []string{"FROM", "SENDER", "TO", "CC", "BCC", "DATE", "MESSAGE-ID"}
}

func isSent(name string) bool { return strings.EqualFold(name, "Sent") || name == "Gesendete Elemente" }

func (w *writer) add(m *message) {
	w.n++
	w.bytes += m.size
	w.tally.Records++
	msg, err := netmail.ReadMessage(bytes.NewReader(append(bytes.Clone(m.header), "\r\n"...)))
	if err != nil {
		return
	}
	to, _ := msg.Header.AddressList("To")
	from, _ := msg.Header.AddressList("From")
	for _, a := range to {
		w.tally.Deliveries++
		d := parsers.Delivery{Recipient: a.Address, MessageID: strings.Trim(msg.Header.Get("Message-Id"), "<>"), Origin: parsers.Origin{Source: w.folder.index, Line: int64(m.uid)}, Submitted: true, Direction: parsers.DirectionOutbound}
		if len(from) > 0 {
			d.Sender, d.SenderKnown = from[0].Address, true
		}
		d.Time, _ = msg.Header.Date()
		w.tally.Seen(d.Time)
		w.sink.Add(&d)
	}
}

// close adds what was counted to what is told of the folder.
func (w *writer) close() {
	f := w.folder
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out.Tally.Merge(w.tally)
	f.out.Bytes += w.bytes
	f.o.Progress.received(w.n)
}
