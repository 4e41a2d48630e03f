package audit

import (
	"fmt"
	"math"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
)

// What counts of a mail that is about to be sent, beside the verdict on its domain, in
// log-odds. They are set by hand, on five generated years of a company, and were held against
// eight others and two archives of mail (see the topic guard of the help).
const (
	// knowsMeant: the sender writes to the very person at the domain that may be meant, and
	// nobody wrote to the other one before, nor did that write to us. Whoever has two
	// addresses of somebody got the second one in a mail from there, as a rule.
	knowsMeant = 2.6
	// hasWritten: that very person has written to us from there. It may be somebody who
	// wants to be taken for the other one, so that this alone is no proof.
	hasWritten = -3.0
	// isAnswered: somebody wrote to the domain first, and was answered. A squatter may answer too.
	isAnswered = -5.0
)

// minAnswers is how many who were asked about a domain must have sent again for nobody to be
// asked about it any more: a single one may be of a mail program that does so by itself.
const minAnswers = 2

// leastAgain is how sure it must be of an address to which the sender has written before: nobody
// complained of that.
const leastAgain = 0.9

// A sending is a mail that is about to be sent to a domain that looks like another one.
type sending struct {
	e         *Evidence
	of        *found
	name      domain.Name     // of the recipient's domain
	local     string          // of the recipient
	from      map[uint32]bool // the sender
	right     int             // how many answers said that the domain is meant
	isWritten bool            // the sender has written to the recipient before
}

// least is how sure it must be that the mail is a slip for somebody to be asked.
func (s *sending) least() float64 {
	if s.isWritten {
		return max(leastAgain, s.e.options.MinConfidence)
	}
	return s.e.options.MinConfidence
}

// sureness is how sure it is that the mail is a slip, 0 to 1; 0 where people said that it is none.
func (s *sending) sureness() float64 {
	v := &s.of.verdict
	if s.isCalledRight() {
		return 0
	}
	odds := 0.0
	if to, ok := s.e.targets.domainOf(v.Target); ok && s.isNew() && s.e.wrote(s.from, to, s.local) {
		odds += knowsMeant
	}
	if s.hasWritten() {
		odds += hasWritten
	}
	if s.isAnswered() {
		odds += isAnswered
	}
	if v.Confidence > 0 {
		return result.Round(1 / (1 + (1-v.Confidence)/v.Confidence*math.Exp(-odds)))
	}
	return 0
}

// isCalledRight says whether those who were asked said that the domain is meant. Many mistype a
// provider, and one who means another one is no witness.
func (s *sending) isCalledRight() bool { return s.right >= minAnswers && !s.isSurelyMeant() }

// isUnsent says whether nobody wrote to the domain.
func (s *sending) isUnsent() bool {
	return !s.of.inTraffic() || s.e.traffic.byDomain[s.of.domain].Sent == 0
}

// isNew says whether nobody wrote to the domain, and nobody there to us.
func (s *sending) isNew() bool {
	return s.isUnsent() && (!s.of.inTraffic() || s.e.traffic.byDomain[s.of.domain].Received == 0)
}

// hasWritten says whether the recipient has written to us.
func (s *sending) hasWritten() bool {
	if !s.of.inTraffic() {
		return false
	}
	return s.e.traffic.writers[s.of.domain].includes(hashLocal([]byte(s.local)))
}

// isSurelyMeant says whether the user or the world knows the domain that may be meant, so that
// it takes no mail of ours to say so.
func (s *sending) isSurelyMeant() bool {
	t := s.e.targets.target(s.of.verdict.Target)
	return t.Known || t.Own || t.Protected
}

// question returns why the domain may be meant although it looks like another one, "" if the
// mail is a slip.
func (s *sending) question() string {
	v, f := &s.of.verdict, s.of
	switch {
	case f.inTraffic() && s.e.ask(f) != "":
		return s.e.ask(f)
	case v.Kind.IsOfHyphen() && s.isUnsent() && !s.isSurelyMeant():
		return fmt.Sprintf("Are %s and %s two names of one organisation? They differ in a hyphen.", s.name, v.Intended)
	}
	return ""
}

// isAnswered says whether somebody of ours wrote to the domain first and was answered, and nobody
// corrected what he wrote. Of a domain with much mail it is not found out: that takes as long as
// the mail is much.
func (s *sending) isAnswered() bool {
	if !s.of.inTraffic() || s.of.isCorrected() || s.e.recipients.mailsTo(s.of.domain) > busyMails {
		return false
	}
	_, answers := s.e.correspondence(s.of.domain)
	return answers > 0
}
