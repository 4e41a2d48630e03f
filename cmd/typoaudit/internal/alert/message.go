// Package alert sends alerts to people and programs at once, of mail that arrived at a lookalike:
// by a command, a mail, a webhook or syslog. What it has to send waits in queues of its own, so
// that nobody who is slow to listen keeps the logs from being read.
package alert

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/report"
)

// Schema names the form of a Message in JSON. Fields are only ever added.
const Schema = "typoaudit.alert/v1"

// maxListed is how many deliveries a Message lists, as many as the weekly mail does for each
// cause.
const maxListed = 3

// A Message is what is sent of one lookalike.
type Message struct {
	Schema      string      `json:"schema"`
	Tool        result.Tool `json:"tool"`
	GeneratedAt time.Time   `json:"generated_at"`
	Tenant      string      `json:"tenant,omitempty"` // whose mail it was, where there are several
	Lookalike   string      `json:"lookalike"`
	Intended    string      `json:"intended"`
	Kind        string      `json:"kind"`
	How         string      `json:"how"`
	Confidence  float64     `json:"confidence"`
	New         bool        `json:"new"`      // no report in the history has the lookalike, and this watch did not find it in the hour before
	Messages    int64       `json:"messages"` // deliveries since the last alert about it
	Deliveries  []Delivery  `json:"deliveries"`
	Test        bool        `json:"test"` // made up
}

// A Delivery is one that a Message lists.
type Delivery struct {
	Time      *time.Time      `json:"time"`
	Sender    string          `json:"sender"` // as a report ranks it
	Recipient string          `json:"recipient"`
	Meant     string          `json:"meant"`
	Status    parsers.Status  `json:"status"`
	Arrived   parsers.Arrived `json:"arrived"`
	Relay     string          `json:"relay"`
}

// A Finding is a delivery to send an alert of.
type Finding struct {
	Delivery  result.Delivery
	Kind, How string
	New       bool // no report in the history has the lookalike
}

// Example is a finding that is made up, for those who want to see an alert.
func Example(now time.Time) Finding {
	return Finding{
		Delivery: result.Delivery{
			Time: result.TimeOf(now.Truncate(time.Second)), Person: "kim@corp.example", Recipient: "jane@army.ml", Meant: "jane@army.mil", Lookalike: "army.ml", Intended: "army.mil",
			Confidence: 0.97, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Relay: "mx.army.ml", Count: 1,
		},
		Kind: "tld", How: "TLD .ml instead of .mil", New: true,
	}
}

// JSON is the body of the template json, and what a command reads.
func (m *Message) JSON() ([]byte, error) {
	text, err := json.Marshal(m)
	return append(text, '\n'), err
}

// Title is the message in a line.
func (m *Message) Title() string {
	title := fmt.Sprintf("%s to %s, where %s was meant", counted(m.Messages), defanged(m.Lookalike), m.Intended)
	if m.Test {
		title = "[test] " + title
	}
	if m.Tenant != "" {
		title = "tenant " + m.Tenant + ": " + title
	}
	return title
}

func counted(n int64) string {
	if n == 1 {
		return "1 mail"
	}
	return fmt.Sprintf("%d mails", n)
}

// Lines are the message for people.
func (m *Message) Lines() []string {
	lines := []string{m.Title()}
	for i := range m.Deliveries {
		lines = append(lines, m.Deliveries[i].line())
	}
	if more := m.Messages - int64(len(m.Deliveries)); more > 0 && len(m.Deliveries) > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	state := "This lookalike was found before."
	if m.New {
		state = "No report in the history has this lookalike."
	}
	return append(lines, fmt.Sprintf("Confidence %.2f (%s). %s", m.Confidence, m.How, state), "Next: "+m.next())
}

// next is the command that says more.
func (m *Message) next() string {
	if m.Tenant != "" {
		return "typoaudit check --tenant " + m.Tenant + " " + m.Lookalike
	}
	return "typoaudit check " + m.Lookalike
}

func (d *Delivery) line() string {
	what, when, sender := "arrived", "", d.Sender
	if d.Arrived != parsers.ArrivedYes {
		what = "may have arrived"
	}
	if d.Time != nil {
		when = d.Time.Format(time.RFC3339) + " "
	}
	if sender == "" {
		sender = "somebody"
	}
	return fmt.Sprintf("%s%s wrote to %s, meant %s: %s", when, report.SafeText(sender), report.SafeText(defanged(d.Recipient)), report.SafeText(d.Meant), what)
}

// defanged writes the dots of a domain so that no program makes a link of it.
func defanged(s string) string {
	at := strings.LastIndexByte(s, '@') + 1
	return s[:at] + strings.ReplaceAll(s[at:], ".", "[.]")
}

// newMessage makes a message of findings of one lookalike, of which there is one at least.
func newMessage(findings []Finding, tool result.Tool, now time.Time) *Message {
	f := &findings[0]
	m := &Message{
		Schema: Schema, Tool: tool, GeneratedAt: now.UTC().Truncate(time.Second), Lookalike: f.Delivery.Lookalike, Intended: f.Delivery.Intended,
		Kind: f.Kind, How: f.How, New: f.New, Deliveries: []Delivery{},
	}
	for i := range findings {
		d := &findings[i].Delivery
		m.Messages += max(1, d.Count)
		m.Confidence = max(m.Confidence, d.Confidence)
		m.Deliveries = append(m.Deliveries, Delivery{Time: d.Time, Sender: d.Person, Recipient: d.Recipient, Meant: d.Meant, Status: d.Status, Arrived: d.Arrived, Relay: d.Relay})
	}
	return m
}

// without returns a copy of the message that names nobody.
func (m *Message) without() *Message {
	c := *m
	c.Deliveries = slices.Clone(m.Deliveries)
	for i := range c.Deliveries {
		d := &c.Deliveries[i]
		d.Sender, d.Meant, d.Recipient = "", m.Intended, m.Lookalike
	}
	return &c
}
