package audit

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// A Trimmer leaves out of deliveries what no later audit asks for: of one that
// can be no finding only who wrote to whom, and when, is evidence.
type Trimmer struct {
	keep  func(canonical string) bool
	known map[string]bool // what keep says, by the domain as logged
}

// NewTrimmer returns a Trimmer for ledgers that keep the same.
func NewTrimmer(c Ledgering) *Trimmer { return &Trimmer{keep: c.Keep, known: map[string]bool{}} }

// maxTrimmed bounds the domains that a Trimmer remembers.
const maxTrimmed = 1 << 16

// Trim changes d, whose strings stay as they are.
func (t *Trimmer) Trim(d *parsers.Delivery) {
	if !d.Local && mayBeFinding(d) && t.keeps(d.Recipient) {
		return
	}
	d.DSN, d.QueueID, d.Bytes, d.SubjectSum = "", "", 0, 0
	if !d.Copy || d.Submitted {
		d.MessageID, d.References = "", "" // else a finding may be part of its thread
	}
	d.Relay = envelope.Site(d.Relay) // it shows a smarthost
}

func (t *Trimmer) keeps(recipient string) bool {
	raw := recipient[strings.LastIndexByte(recipient, '@')+1:]
	keep, ok := t.known[raw]
	if ok {
		return keep
	}
	name, err := domain.Parse(raw)
	keep = err == nil && (t.keep == nil || t.keep(name.String()))
	if len(t.known) < maxTrimmed {
		t.known[strings.Clone(raw)] = keep
	}
	return keep
}
