package alert

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// A Syslog is the socket of the local syslog.
type Syslog struct{ Socket string }

// warningOfMail is the priority of RFC 5424 section 6.2.1: facility mail, severity warning.
const warningOfMail = 2*8 + 4

// Send implements the Send of a Destination. Each delivery is a line of its own.
func (s *Syslog) Send(ctx context.Context, m *Message) error {
	var dialer net.Dialer
	c, err := dialer.DialContext(ctx, "unixgram", s.Socket)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, line := range m.SyslogLines() {
		if _, err := fmt.Fprintf(c, "<%d>typoaudit[%d]: %s", warningOfMail, os.Getpid(), line); err != nil {
			return err
		}
	}
	return nil
}

// SyslogLines are the fields of each delivery, quoted as in JSON: what a log may contain is
// in no other form.
func (m *Message) SyslogLines() (lines []string) {
	for i := range m.Deliveries {
		d := &m.Deliveries[i]
		when := ""
		if d.Time != nil {
			when = d.Time.Format(time.RFC3339)
		}
		fields := []string{
			"alert", "time=" + when, "sender=" + strconv.QuoteToASCII(d.Sender), "recipient=" + strconv.QuoteToASCII(d.Recipient), "meant=" + strconv.QuoteToASCII(d.Meant),
			"status=" + d.Status.String(), "arrived=" + d.Arrived.String(), fmt.Sprintf("confidence=%.2f new=%v messages=%d", m.Confidence, m.New, m.Messages),
		}
		if m.Tenant != "" {
			fields = append(fields, "tenant="+strconv.QuoteToASCII(m.Tenant))
		}
		if m.Test {
			fields = append(fields, "test=true")
		}
		lines = append(lines, strings.Join(fields, " "))
	}
	return lines
}
