// Package result holds the answer of an audit: a Result with its parts, which
// reports show, and what can be done with a finished one without the logs that
// it was made of: leave findings out by rules, replace the names of people, and
// make notices and blocking rules of it. Summarise makes its rankings and
// totals. Nothing here reads logs or judges domains.
package result

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
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
	OnlyNew          bool        `json:"only_new"`      // what was reported before is left out
	Incomplete       bool        `json:"incomplete"`    // part of the input is missing: see the problems of Coverage
	View             *View       `json:"view"`          // which part of a saved report this is, null for all of it
	Coverage         Coverage    `json:"coverage"`
	Totals           Totals      `json:"totals"`
	Trend            *Trend      `json:"trend"` // null without a history
	Kinds            []Kind      `json:"kinds"` // of typing errors, most mail first
	Weeks            []Week      `json:"weeks"` // with findings, from Monday to Monday in UTC, oldest first
	Senders          []Sender    `json:"senders"`
	Lookalikes       []Lookalike `json:"lookalikes"`
	Deliveries       []Delivery  `json:"deliveries"`
	Questions        []Question  `json:"questions"` // by domain
	Listed           []Listed    `json:"listed"`    // wrong addresses of alias maps and lists: in no ranking and no total
}

// faultOf says what is wrong with JSON, without the types of Go.
func faultOf(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("byte %d is not JSON", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("%s is a %s", cmp.Or(kind.Field, "all of it"), kind.Value)
	case errors.Is(err, io.EOF):
		return errors.New("it is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it breaks off")
	}
	return err
}

// Read reads a report in JSON. What a later version added is left out.
func Read(in io.Reader) (*Result, error) {
	var r Result
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return nil, fmt.Errorf("no report in JSON: %w", faultOf(err))
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
	notNil(&r.Coverage.Problems)
	notNil(&r.Coverage.Lists)
	notNil(&r.Listed)
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
		r.Lookalikes[i].Verdict = cmp.Or(r.Lookalikes[i].Verdict, VerdictOf(r.Lookalikes[i].Confidence))
	}
	for i := range r.Deliveries {
		notNil(&r.Deliveries[i].Sensitive)
	}
	if r.Kinds == nil || r.Weeks == nil {
		r.Kinds, r.Weeks = kindsOf(r.Lookalikes), weeksOf(r.Deliveries)
	}
	for i := range r.Kinds {
		r.Kinds[i].Text = cmp.Or(r.Kinds[i].Text, KindText(r.Kinds[i].Kind))
	}
}

func notNil[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

// IsQuiet says that all was read and understood of what is known to be our mail, or of a
// window that was asked for, and that there was none: nobody can have made a slip.
func (r *Result) IsQuiet() bool {
	c := &r.Coverage
	if slices.ContainsFunc(c.Sources, func(s Source) bool { return s.Format == "" && !s.Empty }) {
		return false
	}
	return len(c.Sources) > 0 && !r.Incomplete && c.InWindow == 0 && c.NotUnderstood == 0 && (c.Configured || r.Window.IsAsked())
}

// IsNothingNew says that a report of what is new has nothing, and that an earlier one
// had findings of the window.
func (r *Result) IsNothingNew() bool {
	return r.OnlyNew && len(r.Lookalikes) == 0 && r.Trend != nil && r.Trend.ReportedMessages > 0
}

// AddProblem notes a fault that came up after the audit, which is incomplete by it.
func (r *Result) AddProblem(text string) {
	r.Coverage.Problems = append(slices.Clone(r.Coverage.Problems), strings.Split(text, "\n")...)
	r.Incomplete = true
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
	// Since and Until are the bounds that were asked for, half open; null for none.
	Since *time.Time `json:"since"`
	Until *time.Time `json:"until"`
}

// IsAsked says that somebody asked for a window.
func (w *Window) IsAsked() bool { return w.Since != nil || w.Until != nil }

// Span returns the first and the last moment that a report is about: those asked for,
// else those of what was read. ok is false where neither is known.
func (r *Result) Span() (first, last time.Time, ok bool) {
	w := &r.Window
	switch {
	case w.Since != nil:
		first = *w.Since
	case w.From != nil:
		first = *w.From
	default:
		return first, last, false
	}
	switch {
	case w.Until != nil:
		last = w.Until.Add(-time.Second)
	case w.To != nil:
		last = *w.To
	default: // a window without an end, and without mail, goes on until now
		last = r.GeneratedAt
	}
	return first, last, !last.Before(first)
}

// Coverage says what was read, understood and left out, so that an audit that
// read nothing never looks like a clean one.
type Coverage struct {
	Sources []Source `json:"sources"`
	// Configured says that the sources are those of a configuration: known to be the logs
	// and mailboxes of our mail.
	Configured bool `json:"configured"`
	// Problems are what the program complained of, a line each with the name of
	// what it is about: sources that could not be read, a history or ignore rules
	// that could not, names that never occur.
	Problems   []string   `json:"problems"`
	Lists      []ListFile `json:"lists"`    // alias maps and lists
	Lines      int64      `json:"lines"`    // of logs and exports
	Messages   int64      `json:"messages"` // of mailboxes
	Deliveries int64      `json:"deliveries"`
	InWindow   int64      `json:"in_window"` // of Deliveries, those in the window
	Outbound   int64      `json:"outbound"`  // those that were audited
	Malformed  int64      `json:"malformed"`
	// NotUnderstood counts those of Malformed that look like a line of a delivery:
	// as many may be missing. NotUnderstoodBy counts them by the program that wrote
	// them.
	NotUnderstood   int64            `json:"not_understood"`
	NotUnderstoodBy map[string]int64 `json:"not_understood_by,omitempty"`
	NoSender        int64            `json:"no_sender"`
	Incomplete      int64            `json:"incomplete"`
	// Hidden counts the lookalikes found below MinConfidence but worth a
	// look, HiddenMessages the deliveries to them, and HiddenListed the addresses
	// of alias maps and lists of which the same holds.
	Hidden         int   `json:"hidden"`
	HiddenMessages int64 `json:"hidden_messages"`
	HiddenListed   int64 `json:"hidden_listed"`
	// Suppressed counts the messages that ignore rules left out.
	Suppressed  int64     `json:"suppressed"`
	IgnoreRules []RuleUse `json:"ignore_rules"`
	// Uninspected counts the messages in mailboxes that are findings and could
	// not be opened again, or not whole, to say what they carried.
	// ContentLimits says what was not looked at in the others.
	Uninspected   int64    `json:"uninspected"`
	ContentLimits []string `json:"content_limits"`
}

// A Source is one input and how much of it was understood.
type Source struct {
	Name       string `json:"name"`
	Format     string `json:"format"`  // "" if none was recognised
	Empty      bool   `json:"empty"`   // there was nothing to recognise
	Mailbox    bool   `json:"mailbox"` // its records are messages, and not lines
	Bytes      int64  `json:"bytes"`   // after decompression
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
	// From and To bound the window that the totals are of: its first and its last
	// moment, null where no time is known.
	From *time.Time `json:"from"`
	To   *time.Time `json:"to"`

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
	// ReportedMessages and ReportedLookalikes count what an earlier report had of the
	// window, also where it is left out of this one.
	ReportedMessages   int64 `json:"reported_messages"`
	ReportedLookalikes int   `json:"reported_lookalikes"`
	// FirstReport says that there was no report before this one: all in it is new.
	// OlderMessages counts those of its messages that are no news of the last week:
	// they are from before it, or their lookalike was written to before it.
	FirstReport   bool  `json:"first_report"`
	OlderMessages int64 `json:"older_messages"`
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
	Text       string  `json:"text"` // the kind in words
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
	Before      *int64           `json:"before"` // messages in the window before, null where that was not audited
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
	Verdict    string     `json:"verdict"`  // the confidence in words: see VerdictOf
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
	FirstSeen  *time.Time `json:"first_seen"` // of its first delivery in the history or the log, before the window too
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
	// Names are the local parts that Text names, each a word of it; absent if it names none.
	Names []string `json:"names,omitempty"`
}
