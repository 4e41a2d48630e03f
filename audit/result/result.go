// Package result holds the answer of an audit: a Result with its parts, which
// reports show, and what can be done with a finished one without the logs that
// it was made of: leave findings out by rules, replace the names of people, and
// make notices and blocking rules of it. Summarise makes its rankings and
// totals. Nothing here reads logs or judges domains.
package result

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"
)

// Schema names the JSON shape of a Result. Fields are only ever added to it.
const Schema = "typoaudit.report/v1"

// A Result is the whole answer of an audit. Reports show it and compute
// nothing; its JSON form is the report in JSON. Slices are never nil.
type Result struct {
	Schema           string      `json:"schema"`
	Tool             Tool        `json:"tool"`
	GeneratedAt      time.Time   `json:"generated_at"`
	Window           Window      `json:"window"`
	InternalDomains  []string    `json:"internal_domains"`
	InternalInferred bool        `json:"internal_inferred"`
	AllSenders       bool        `json:"all_senders"`
	MinConfidence    float64     `json:"min_confidence"`
	Pseudonymized    bool        `json:"pseudonymized"` // no person has the own name
	Coverage         Coverage    `json:"coverage"`
	Totals           Totals      `json:"totals"`
	Trend            *Trend      `json:"trend"` // null without a history
	Kinds            []Kind      `json:"kinds"` // of typing errors, most mail first
	Weeks            []Week      `json:"weeks"` // with findings, from Monday to Monday in UTC, oldest first
	Senders          []Sender    `json:"senders"`
	Lookalikes       []Lookalike `json:"lookalikes"`
	Deliveries       []Delivery  `json:"deliveries"`
	Questions        []Question  `json:"questions"` // by domain
}

// Read reads a report in JSON. What a later version added is left out.
func Read(in io.Reader) (*Result, error) {
	var r Result
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return nil, fmt.Errorf("no report in JSON: %w", err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("no report in JSON: schema %q instead of %q", r.Schema, Schema)
	}
	r.fillSlices()
	return &r, nil
}

// fillSlices makes up for what an older version did not write: slices are
// never nil.
func (r *Result) fillSlices() {
	notNil(&r.InternalDomains)
	notNil(&r.Coverage.Sources)
	notNil(&r.Coverage.IgnoreRules)
	notNil(&r.Senders)
	notNil(&r.Lookalikes)
	notNil(&r.Deliveries)
	notNil(&r.Questions)
	for i := range r.Coverage.Sources {
		notNil(&r.Coverage.Sources[i].Problems)
	}
	for i := range r.Senders {
		notNil(&r.Senders[i].Lookalikes)
		if r.Senders[i].Sensitive == nil {
			r.Senders[i].Sensitive = map[string]int64{}
		}
	}
	for i := range r.Lookalikes {
		notNil(&r.Lookalikes[i].Evidence)
		notNil(&r.Lookalikes[i].Relays)
		notNil(&r.Lookalikes[i].Candidates)
	}
	for i := range r.Deliveries {
		notNil(&r.Deliveries[i].Sensitive)
	}
	if r.Kinds == nil || r.Weeks == nil {
		r.Kinds, r.Weeks = kindsOf(r.Lookalikes), weeksOf(r.Deliveries)
	}
}

func notNil[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

// TimeOf returns t in UTC as a field of a Result, nil for the zero time.
func TimeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Round keeps four digits after the point: more are not known of a confidence
// or an exposure.
func Round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// Tool names the program that made a Result.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Window is the span of the audited deliveries; the ends are null when
// nothing that was read had a time.
type Window struct {
	From *time.Time `json:"from"`
	To   *time.Time `json:"to"`
}

// Coverage says what was read, understood and left out, so that an audit that
// read nothing never looks like a clean one.
type Coverage struct {
	Sources    []Source `json:"sources"`
	Lines      int64    `json:"lines"`    // of logs and exports
	Messages   int64    `json:"messages"` // of mailboxes
	Deliveries int64    `json:"deliveries"`
	Outbound   int64    `json:"outbound"` // those that were audited
	Malformed  int64    `json:"malformed"`
	// NotUnderstood counts those of Malformed that look like a line of a delivery:
	// as many may be missing. NotUnderstoodBy counts them by the program that wrote
	// them.
	NotUnderstood   int64            `json:"not_understood"`
	NotUnderstoodBy map[string]int64 `json:"not_understood_by,omitempty"`
	NoSender        int64            `json:"no_sender"`
	Incomplete      int64            `json:"incomplete"`
	// Hidden counts the lookalikes found below MinConfidence but worth a
	// look, and HiddenMessages the deliveries to them.
	Hidden         int   `json:"hidden"`
	HiddenMessages int64 `json:"hidden_messages"`
	// Suppressed counts the messages that ignore rules left out.
	Suppressed  int64     `json:"suppressed"`
	IgnoreRules []RuleUse `json:"ignore_rules"`
	// Uninspected counts the messages in mailboxes that are findings and could
	// not be opened again, or not whole, to tell what they carried.
	// ContentLimits says what was not looked at in the others.
	Uninspected   int64    `json:"uninspected"`
	ContentLimits []string `json:"content_limits"`
}

// A Source is one input and how much of it was understood.
type Source struct {
	Name       string `json:"name"`
	Format     string `json:"format"` // "" if none was recognised
	Bytes      int64  `json:"bytes"`  // after decompression
	Lines      int64  `json:"lines"`
	Records    int64  `json:"records"`
	Deliveries int64  `json:"deliveries"`
	Malformed  int64  `json:"malformed"`
	// NotUnderstood and NotUnderstoodBy are as those of Coverage.
	NotUnderstood   int64            `json:"not_understood"`
	NotUnderstoodBy map[string]int64 `json:"not_understood_by,omitempty"`
	First           *time.Time       `json:"first"`
	Last            *time.Time       `json:"last"`
	Problems        []string         `json:"problems"`
}

// Totals are the figures of the headline.
type Totals struct {
	Messages   int64   `json:"messages"` // misdirected deliveries
	Arrived    Arrived `json:"arrived"`
	Senders    int     `json:"senders"`
	Lookalikes int     `json:"lookalikes"`
	Exposure   float64 `json:"exposure"`
	// NullSender and UnknownSender count the messages that belong to no
	// ranked sender: automatic replies, and those whose log begins later.
	NullSender    int64 `json:"null_sender"`
	UnknownSender int64 `json:"unknown_sender"`
}

// A Trend is what earlier runs know of the findings. It needs a history.
type Trend struct {
	// Previous are the totals of the window of the same length before this
	// one, null if that was not audited.
	Previous *Totals `json:"previous"`
	// Weeks are the last ones up to the end of the window, oldest first, at
	// most MaxWeeks; one that was not audited is left out.
	Weeks []Week `json:"weeks"`
	// NewMessages and NewLookalikes count what was not reported before.
	NewMessages   int64 `json:"new_messages"`
	NewLookalikes int   `json:"new_lookalikes"`
}

// MaxWeeks is how many weeks a Trend has.
const MaxWeeks = 8

// A Week sums the misdirected mail of seven days, half open.
type Week struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Messages int64     `json:"messages"`
	Arrived  Arrived   `json:"arrived"`
}

// A Kind sums the misdirected mail of one kind of typing error.
type Kind struct {
	Kind       string  `json:"kind"`
	Lookalikes int     `json:"lookalikes"`
	Messages   int64   `json:"messages"`
	Arrived    Arrived `json:"arrived"`
}

// Arrived counts deliveries by whether a stranger got them.
type Arrived struct {
	Yes     int64 `json:"yes"`
	Maybe   int64 `json:"maybe"`
	No      int64 `json:"no"`
	Unknown int64 `json:"unknown"`
}

// Risk is an exposure in a word.
type Risk string

// The risks, from an exposure of 0, above 0, at 1, 5 and 20.
const (
	RiskNone     Risk = "none"
	RiskLow      Risk = "low"
	RiskMedium   Risk = "medium"
	RiskHigh     Risk = "high"
	RiskCritical Risk = "critical"
)

// A Sender is somebody of ours who wrote to lookalike domains.
type Sender struct {
	Rank        int              `json:"rank"`
	Sender      string           `json:"sender"`
	Machine     bool             `json:"machine"` // a program or a mailing list: ranked after the people
	Exposure    float64          `json:"exposure"`
	Risk        Risk             `json:"risk"`
	Messages    int64            `json:"messages"`
	Arrived     Arrived          `json:"arrived"`
	Recipients  int              `json:"recipients"`
	Lookalikes  []string         `json:"lookalikes"` // worst first
	Worst       string           `json:"worst"`      // the first of Lookalikes
	Intended    string           `json:"intended"`   // what Worst was meant to be
	Bytes       int64            `json:"bytes"`
	Attachments int64            `json:"attachments"`
	Sensitive   map[string]int64 `json:"sensitive"` // messages by class
	First       *time.Time       `json:"first"`
	Last        *time.Time       `json:"last"`
}

// A Lookalike is a domain that was written to and another one meant.
type Lookalike struct {
	Domain     string     `json:"domain"`  // A-labels
	Unicode    string     `json:"unicode"` // U-labels, "" if the same or of mixed scripts
	Intended   string     `json:"intended"`
	Also       string     `json:"also"`       // a second domain that may have been meant, nearly as likely; or ""
	Candidates []Meant    `json:"candidates"` // all that may have been meant, most likely first
	Kind       string     `json:"kind"`
	How        string     `json:"how"` // the kind in words, such as "TLD .ml instead of .mil"
	Confidence float64    `json:"confidence"`
	Evidence   []Evidence `json:"evidence"` // strongest first
	Exposure   float64    `json:"exposure"`
	Messages   int64      `json:"messages"`
	Arrived    Arrived    `json:"arrived"`
	Senders    int        `json:"senders"`
	Recipients int        `json:"recipients"`
	Relays     []string   `json:"relays"` // servers that took the mail, most used first, at most ten
	Standing   bool       `json:"standing"`
	Elder      bool       `json:"elder"`      // it was written to before the intended domain appeared
	New        bool       `json:"new"`        // not reported before; false without a history
	FirstSeen  *time.Time `json:"first_seen"` // of its first delivery in any window; null without a history
	First      *time.Time `json:"first"`
	Last       *time.Time `json:"last"`
}

// Meant is a domain that may have been meant.
type Meant struct {
	Domain      string  `json:"domain"`
	Probability float64 `json:"probability"`
}

// Evidence is one reason for or against a slip.
type Evidence struct {
	Code   string  `json:"code"`
	Text   string  `json:"text"`   // a sentence for the reader
	Weight float64 `json:"weight"` // log-odds; below zero speaks against a slip
}
