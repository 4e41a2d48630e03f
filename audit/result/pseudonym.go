package result

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// A Pseudonymizer replaces the names of people by others that are the same
// under the same key, so that reports can be compared and passed on.
//
//	sender, login, person, alias   kim@corp.example       p-4f5c…@corp.example
//	recipient, meant               jane@army.ml           p-91aa…@army.ml: the pseudonym of jane@army.mil
//	subjects                       are left out
//	message ids                    become pseudonyms: many begin with a login
//	alias maps and lists           as well: a .forward lies in somebody's home
//
// Domains stay, because the report is about them, and so do the names of logs
// and servers and the numbers of queues: who has the log can find the people.
type Pseudonymizer struct{ key []byte }

// leastKey is how many bytes a key must have: a short one can be guessed, and
// then every name that somebody thinks of can be tried.
const leastKey = 16

// NewPseudonymizer takes a key.
func NewPseudonymizer(key []byte) (*Pseudonymizer, error) {
	if len(key) < leastKey {
		return nil, fmt.Errorf("the key has %d bytes: at least %d are needed", len(key), leastKey)
	}
	return &Pseudonymizer{key}, nil
}

// ErrPseudonymized says that a report names nobody.
var ErrPseudonymized = errors.New("the report is pseudonymized: it names nobody")

// name is the pseudonym of a text.
func (p *Pseudonymizer) name(s string) string {
	const bytes = 10 // two in a million million million names are the same
	m := hmac.New(sha256.New, p.key)
	m.Write([]byte(strings.ToLower(s)))
	return "p-" + hex.EncodeToString(m.Sum(nil)[:bytes])
}

// address replaces the local part of an address, or all of another name.
func (p *Pseudonymizer) address(s string) string {
	if s == "" {
		return ""
	}
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		return p.name(s) + s[at:]
	}
	return p.name(s)
}

// Apply returns a copy of a report without the names of people.
func (p *Pseudonymizer) Apply(r *Result) *Result {
	if r.Pseudonymized {
		return r
	}
	out := *r
	out.Pseudonymized = true
	out.Senders = append([]Sender{}, r.Senders...)
	for i := range out.Senders {
		out.Senders[i].Sender = p.address(out.Senders[i].Sender)
	}
	out.Lookalikes = append([]Lookalike{}, r.Lookalikes...)
	for i := range out.Lookalikes {
		l := &out.Lookalikes[i]
		l.Evidence = append([]Evidence{}, l.Evidence...)
		for j := range l.Evidence {
			p.evidence(&l.Evidence[j], l.Intended)
		}
	}
	out.Deliveries = append([]Delivery{}, r.Deliveries...)
	for i := range out.Deliveries {
		p.delivery(&out.Deliveries[i])
	}
	if r.View != nil {
		out.View = &View{Text: "a selection", Messages: r.View.Messages, Lookalikes: r.View.Lookalikes}
	}
	out.Listed = append([]Listed{}, r.Listed...)
	for i := range out.Listed {
		l := &out.Listed[i]
		l.Source = p.name(l.Source)
		l.Place, l.Address, l.Meant = p.address(l.Place), p.address(l.Address), p.address(l.Meant)
	}
	out.Coverage.Lists = append([]ListFile{}, r.Coverage.Lists...)
	for i := range out.Coverage.Lists {
		out.Coverage.Lists[i].Name = p.name(out.Coverage.Lists[i].Name)
	}
	out.Coverage.Problems = append([]string{}, r.Coverage.Problems...)
	for i := range out.Coverage.Problems {
		out.Coverage.Problems[i] = p.problem(out.Coverage.Problems[i])
	}
	out.Coverage.IgnoreRules = append([]RuleUse{}, r.Coverage.IgnoreRules...)
	for i := range out.Coverage.IgnoreRules {
		u := &out.Coverage.IgnoreRules[i]
		u.Rule, u.Reason = fmt.Sprintf("rule of line %d", u.Line), ""
	}
	return &out
}

// Delivery returns a copy of a delivery without the names of people.
func (p *Pseudonymizer) Delivery(d Delivery) Delivery {
	p.delivery(&d)
	return d
}

func (p *Pseudonymizer) delivery(d *Delivery) {
	if d.Sender != nil {
		s := p.address(*d.Sender)
		d.Sender = &s
	}
	if d.AuthUser != nil {
		s := p.address(*d.AuthUser)
		d.AuthUser = &s
	}
	d.Person, d.Orig = p.address(d.Person), p.address(d.Orig)
	if at := strings.LastIndexByte(d.Recipient, '@'); at >= 0 && d.Meant != "" {
		d.Recipient = p.name(d.Meant) + d.Recipient[at:]
	} else {
		d.Recipient = p.address(d.Recipient)
	}
	d.Meant = p.address(d.Meant)
	if d.MessageID != "" {
		d.MessageID = p.name(d.MessageID)
	}
	d.Subject = ""
}

// evidence replaces the people that a sentence names: each has the pseudonym of its
// address at the intended domain, as a recipient has.
func (p *Pseudonymizer) evidence(e *Evidence, intended string) {
	if len(e.Names) == 0 && (e.Code == "twin" || e.Code == "form") { // of a report that does not say whom
		e.Text = "A recipient is known at " + intended + "."
		return
	}
	names := make([]string, 0, len(e.Names))
	for _, local := range e.Names {
		names = append(names, p.name(local+"@"+intended))
		e.Text = replaceWord(e.Text, local, names[len(names)-1])
	}
	e.Names = names
}

// replaceWord replaces a text wherever it stands between spaces, or before a punctuation
// mark: a name may be part of another word.
func replaceWord(text, word, by string) string {
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 || word == "" {
			return b.String() + text[from:]
		}
		begin, end := from+i, from+i+len(word)
		begins := begin == 0 || text[begin-1] == ' '
		ends := strings.TrimLeft(text[end:], ",.") == "" || strings.HasPrefix(strings.TrimLeft(text[end:], ",."), " ")
		if !begins || !ends {
			b.WriteString(text[from : begin+1])
			from = begin + 1
			continue
		}
		b.WriteString(text[from:begin] + by)
		from = end
	}
}

// problem replaces the name of an alias map or list that a problem is about.
func (p *Pseudonymizer) problem(text string) string {
	const about = "aliases "
	rest, ok := strings.CutPrefix(text, about)
	name, what, found := strings.Cut(rest, ": ")
	if !ok || !found {
		return text
	}
	return about + p.name(name) + ": " + what
}
