package guard

import "time"

// A Record is a line of the log: a decision about a mail that looks like a slip.
type Record struct {
	Time       time.Time `json:"time"`
	Action     string    `json:"action"` // pass, warn, ask or refuse
	Would      string    `json:"would"`  // what the strictest mode would have done: ask or refuse
	Reason     Reason    `json:"reason"`
	Mode       string    `json:"mode"`
	Login      string    `json:"login"`
	Sender     string    `json:"sender"`
	Recipient  string    `json:"recipient"`
	Meant      string    `json:"meant"`
	Domain     string    `json:"domain"`
	Intended   string    `json:"intended"`
	Kind       string    `json:"kind"`
	Confidence float64   `json:"confidence"`
	Known      bool      `json:"known"` // this person wrote to this address before
	Text       string    `json:"text"`  // that the sender reads, "" for none
	Noted      bool      `json:"noted"` // a note to the sender is on its way
}

// NewRecord makes the line of a decision.
func (g *Guard) NewRecord(r *Request, d *Decision) Record {
	return Record{
		Time: g.o.Now().UTC(), Action: d.Action.String(), Would: d.Would.String(), Reason: d.Reason, Mode: g.o.Mode.String(),
		Login: r.Login, Sender: r.Sender, Recipient: r.Recipient, Meant: d.Meant, Domain: d.Domain, Intended: d.Intended,
		Kind: d.Kind, Confidence: d.Sure, Known: d.Written, Text: d.Text, Noted: d.Noted,
	}
}
