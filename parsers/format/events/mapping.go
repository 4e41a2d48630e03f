package events

import (
	"fmt"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// A Mapping is a layout of events that the user describes in the configuration:
//
//	[[format]]
//	name = "acme"
//	need = ["acmeVersion"]
//	map = { time = "when", sender = "env/from", recipient = "env/to", message_id = "id", status = "outcome", reply = "answer" }
//	status = { sent = "delivered", hard = "bounced", soft = "deferred", opened = "" }
//
// reads {"acmeVersion":2,"when":"2026-11-20T09:00:00Z","id":"1","env":{"from":"ann@corp.example","to":["jane@army.ml"]},"outcome":"sent","answer":"250 2.0.0 ok"},
// and the same as CSV.
type Mapping struct {
	// Name is the word for --input-format and coverage.
	Name string `toml:"name"`
	// Title says whose events they are, for the list of formats.
	Title string `toml:"title"`
	// Required are the columns or keys by which a source is recognised, beside
	// that of the recipient: all must be there.
	Required []string `toml:"need"`
	// Map names the column of each of Fields. In JSON "a/b" is a key within an
	// object, or within those of a list; "a|b" are two names of one column.
	Map map[string]string `toml:"map"`
	// Status gives the meaning of each word in the status column: a word of
	// parsers.Status, or "" for an event that is no delivery. Without it the
	// column holds the words of parsers.Status. A word that is not in it is
	// counted as malformed; case is ignored.
	Status map[string]string `toml:"status"`
	// Handed are the words for delivered that only say that the next server of
	// the organisation took the message.
	Handed []string `toml:"handed"`
	// Separators are the characters between the recipients of one value.
	Separators string `toml:"separators"`
	// Outbound says that all of it is mail of the organisation to the world.
	Outbound bool `toml:"outbound"`
	// Pairs says that each line is key=value, key="value".
	Pairs bool `toml:"pairs"`
}

// Fields are the names that a Mapping maps.
func Fields() []string {
	return []string{
		"time", "date", "sender", "auth_user", "recipient", "orig_recipient", "message_id", "queue_id", "subject", "bytes", "relay", "reply", "direction", "status",
	}
}

// Format returns the format that m describes; the error says which part of m is
// wrong.
func (m Mapping) Format() (parsers.Format, error) {
	if m.Name == "" || strings.ContainsAny(m.Name, " \t,=") {
		return nil, fmt.Errorf("format %q: not a name", m.Name)
	}
	for field, column := range m.Map {
		if !slices.Contains(Fields(), field) {
			return nil, fmt.Errorf("format %s: no field %q: the fields are %s", m.Name, field, strings.Join(Fields(), ", "))
		}
		if column == "" {
			return nil, fmt.Errorf("format %s: no column for %s", m.Name, field)
		}
	}
	if m.Map["recipient"] == "" {
		return nil, fmt.Errorf("format %s: no column for the recipient", m.Name)
	}
	statuses, ignored, err := m.statuses()
	if err != nil {
		return nil, err
	}
	e := entry{
		id: m.Name, title: m.Title, required: append(slices.Clone(m.Required), m.Map["recipient"]),
		date: m.Map["date"], time: m.Map["time"], sender: m.Map["sender"], authUser: m.Map["auth_user"], recipients: m.Map["recipient"],
		orig: m.Map["orig_recipient"], key: m.Map["queue_id"], messageID: m.Map["message_id"], subject: m.Map["subject"], size: m.Map["bytes"],
		relay: m.Map["relay"], reply: m.Map["reply"], direction: m.Map["direction"], event: m.Map["status"],
		statuses: statuses, ignored: ignored, separators: m.Separators, outbound: m.Outbound, others: noWord, userDefined: true,
	}
	if m.Pairs {
		e.pairs = &records.Pairs{Free: m.Map["subject"] + "|" + m.Map["reply"]}
	}
	for _, word := range m.Handed {
		e.handed = append(e.handed, strings.ToLower(word))
	}
	return e.format(), nil
}

// statuses reads the words for statuses, and the words for events that are no
// delivery.
func (m Mapping) statuses() (statuses map[string]parsers.Status, ignored []string, err error) {
	statuses = map[string]parsers.Status{}
	if m.Map["status"] == "" {
		statuses[""] = parsers.StatusUnknown
		return statuses, nil, nil
	}
	words := m.Status
	if len(words) == 0 {
		words = map[string]string{}
		for s := parsers.StatusUnknown; s <= parsers.StatusHeld; s++ {
			words[s.String()] = s.String()
		}
	}
	for word, meaning := range words {
		if meaning == "" {
			ignored = append(ignored, strings.ToLower(word))
			continue
		}
		var s parsers.Status
		if err := s.UnmarshalText([]byte(meaning)); err != nil {
			return nil, nil, fmt.Errorf("format %s: %w", m.Name, err)
		}
		statuses[strings.ToLower(word)] = s
	}
	return statuses, ignored, nil
}
