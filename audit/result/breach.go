package result

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// A BreachRecord has the facts of a report that a register of personal data breaches
// needs (GDPR Art. 33(5)), a Breach for each lookalike that mail arrived at or may have.
// What the report does not know is empty: somebody must fill it in.
type BreachRecord struct {
	Schema      string    `json:"schema"`
	Tool        Tool      `json:"tool"`
	GeneratedAt time.Time `json:"generated_at"`
	Window      Window    `json:"window"`
	Incomplete  bool      `json:"incomplete"`
	Problems    []string  `json:"problems"` // what could not be read, and other complaints
	History     bool      `json:"history"`  // earlier reports are known
	Breaches    []Breach  `json:"breaches"`
}

// BreachSchema names the JSON shape of a BreachRecord.
const BreachSchema = "typoaudit.breach-record/v1"

// notifyWithin is the time from when a breach is known until the authority must be
// notified (GDPR Art. 33(1)).
const notifyWithin = 72 * time.Hour

// A Breach is one entry of the register.
type Breach struct {
	Number    int    `json:"number"`
	Lookalike string `json:"lookalike"`
	Intended  string `json:"intended"`
	Nature    string `json:"nature"`
	// Categories are classes of what the mails held, empty if nobody looked (--content).
	Categories []string `json:"categories"`
	Messages   int64    `json:"messages"`
	Arrived    Arrived  `json:"arrived"`
	// Senders and Recipients count people; whose data the mails held nobody knows.
	Senders      int        `json:"senders"`
	Recipients   int        `json:"recipients"`
	DataSubjects *int       `json:"data_subjects"` // always null: to be filled in
	Servers      []string   `json:"servers"`       // that took the mail
	First        *time.Time `json:"first"`         // mail in the window
	Last         *time.Time `json:"last"`
	FirstSeen    *time.Time `json:"first_seen"`
	// Known is when it became known: when the report was made that had it first. It is
	// null, and so is Deadline, where that was an earlier one, or may have been: without a
	// history nobody knows.
	Known        *time.Time `json:"known"`
	Deadline     *time.Time `json:"deadline"`     // 72 hours later
	Consequences string     `json:"consequences"` // always "": to be filled in
	Measures     []string   `json:"measures"`     // proposed, none is known to be taken
}

// BreachRecord returns the record of a report. measure says what is to be done about one
// wrong address.
func (r *Result) BreachRecord(measure func(*Fix) string) *BreachRecord {
	out := &BreachRecord{Schema: BreachSchema, Tool: r.Tool, GeneratedAt: r.GeneratedAt, Window: r.Window, Incomplete: r.Incomplete, Problems: r.Coverage.Problems, History: r.Trend != nil, Breaches: []Breach{}}
	notNil(&out.Problems)
	measures := map[string][]string{}
	for _, f := range r.Fixes() {
		measures[f.Lookalike] = append(measures[f.Lookalike], measure(&f))
	}
	categories := r.categories()
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		if l.Arrived.Yes+l.Arrived.Maybe+l.Arrived.Unknown == 0 {
			continue
		}
		b := Breach{
			Number: len(out.Breaches) + 1, Lookalike: l.Domain, Intended: l.Intended, Categories: categories[l.Domain],
			Nature:   l.nature(),
			Messages: l.Messages, Arrived: l.Arrived, Senders: l.Senders, Recipients: l.Recipients, Servers: l.Relays, First: l.First, Last: l.Last, FirstSeen: l.FirstSeen,
			Measures: measures[l.Domain],
		}
		notNil(&b.Categories)
		notNil(&b.Measures)
		if r.Trend != nil && (r.Trend.FirstReport || l.New) {
			b.Known, b.Deadline = TimeOf(r.GeneratedAt), TimeOf(r.GeneratedAt.Add(notifyWithin))
		}
		out.Breaches = append(out.Breaches, b)
	}
	return out
}

// nature is what happened, as far as the log shows that it did.
func (l *Lookalike) nature() string {
	loss := "Loss"
	if l.Arrived.Yes == 0 || VerdictOf(l.Confidence) != VerdictSlip {
		loss = "Possible loss"
	}
	return loss + " of confidentiality: e-mail for " + l.Intended + " was sent to " + l.Domain + ", a domain of somebody else (" + l.How + ")."
}

// categories are the classes of the content of what went to each lookalike and did, or
// may have, arrived.
func (r *Result) categories() map[string][]string {
	found := map[string]map[string]bool{}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		for _, class := range d.Sensitive {
			if weightOfArrival(d.Arrived) == 0 {
				continue
			}
			if found[d.Lookalike] == nil {
				found[d.Lookalike] = map[string]bool{}
			}
			found[d.Lookalike][strings.ReplaceAll(class, "_", " ")] = true
		}
	}
	sorted := map[string][]string{}
	for domain, classes := range found {
		sorted[domain] = slices.Sorted(maps.Keys(classes))
	}
	return sorted
}
