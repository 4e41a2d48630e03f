package lookalike

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// maxFor and maxAgainst bound the evidence that is shown: more is not read.
const (
	maxFor     = 4
	maxAgainst = 2
)

// minTold is the weight below which a reason is not worth a sentence.
const minTold = 0.2

// strongest returns the few reasons of a sum that are worth the reader's time, the
// strongest for a slip first.
func strongest(all []Evidence) (shown []Evidence) {
	all = slices.DeleteFunc(slices.Clone(all), func(e Evidence) bool { return e.Code == "prior" })
	for i, n := 0, 0; i < len(all) && n < maxFor && all[i].Weight >= minTold; i, n = i+1, n+1 {
		shown = append(shown, all[i])
	}
	for i, n := len(all)-1, 0; i >= 0 && n < maxAgainst && all[i].Weight <= -minTold; i, n = i-1, n+1 {
		shown = append(shown, all[i])
	}
	return shown
}

// A writer writes sentences about one candidate.
type writer struct {
	s            *Subject
	dp, ep       *parts
	e            *Target
	c            candidate
	typed, meant string // the domains as people read them
}

// shown returns a domain as people read it; what looks like another one only in other
// letters is shown in its A-labels, which give it away.
func shown(p *parts, k Kind) string {
	if k == Homoglyph {
		return p.full
	}
	return cmp.Or(domain.Canonical(p.full).Unicode(), p.full)
}

// sentence returns the code and the text of a term. Terms of one code are
// summed: they are one reason for the reader.
func (w *writer) sentence(t term) (code, text string) {
	d, e := w.typed, w.meant
	switch {
	case t == termBias, t == termOneMail, t == termRatio, t == termSubjectVolume, t == termTargets:
		return "", ""
	case t.isOfError():
		return errorCode, w.slipSentence()
	}
	switch t {
	case termSibling:
		return "sibling", "Both names are of " + w.dp.reg() + ": no stranger got the mail."
	case termEstablished:
		return "established", d + " is a domain that somebody is known to use."
	case termParentWrote, termParentBusy:
		return "parent", w.parentSentence()
	case termRestricted:
		return "restricted", "Only universities, governments and the like get names under ." + w.dp.suffix() + "."
	case termNoTLD:
		return "no-tld", w.noTLDSentence()
	case termNoDomain:
		return "no-domain", w.lostSentence(w.s.Traffic.NoDomain, d+" takes no mail: nothing arrived.", d+" took no mail at least once")
	case termWroteToUs, termWroteOnce, termUnsolicited:
		return "wrote-to-us", w.wroteSentence()
	case termNoUser:
		return "no-user", w.lostSentence(w.s.Traffic.NoUser, d+" has none of the recipients: nothing arrived.", d+" lacks a recipient or more")
	case termFailed:
		return "failed", w.lostSentence(w.s.Traffic.Failed, "All mail to "+d+" came back.", "Mail to "+d+" came back")
	case termForwarded:
		return "forwarded", "Next to nobody writes to " + d + ": an alias or a forwarding rule sends the mail there."
	case termForm:
		return formCode, w.c.pair.FormTyped + " is likely the person who is " + w.c.pair.FormMeant + " at " + e + "."
	case termMute:
		return "mute", e + " never wrote" + w.you(" to you") + ", and " + d + " answers."
	case termFramed:
		return "framed", "Whoever" + w.you(" of yours") + " wrote to " + e + " had been written to from there."
	case termAmid:
		return "amid", "The sender wrote to that person at " + e + " before and after."
	case termReversed:
		return "reversed", "Who wrote to " + e + " wrote to the same person at " + d + " soon after."
	case termKnown:
		return "known", d + " is a mailbox provider."
	case termManySenders:
		return "many-senders", fmt.Sprintf("%s wrote to %s.", count(w.s.Traffic.Senders, "sender", "senders"), d)
	case termVolume, termTargetWrote, termTargetThin, termThin, termBrand:
		return "volume", w.volumeSentence()
	case termMajor, termProvider:
		return "provider", e + " is a well-known mailbox provider."
	case termChosen, termListed:
		return "chosen", e + " is " + w.chosen() + "."
	case termFamily:
		return "family", d + " and " + e + " belong to one provider."
	case termTwin, termSharedTwin, termTwinFew, termTwinSuffix:
		return twinCode, w.twinSentence()
	case termBeside:
		return "beside", "The sender writes to the same person at " + e + " as well, again and again at the same time."
	case termGuessed:
		return "guessed", e + " is a guess: only its top-level domain, which many others have, led to it."
	case termKnows:
		return "knows", strconv.FormatInt(w.c.pair.Knowing, 10) + " of those who wrote to " + d + " " + verb(w.c.pair.Knowing, "writes", "write") + " to " + e + " as well."
	case termSilent:
		return "silent", d + " never wrote" + w.you(" to you") + ", and " + e + " does."
	case termSameSender:
		return "same-sender", "The same sender writes to that person at " + e + "."
	case termNoTwin, termNoTwins:
		return "no-twin", "None of the " + strconv.FormatInt(w.s.Traffic.Recipients, 10) + " recipients is known at " + e + "."
	case termCorrected:
		return "corrected", "The sender wrote to the same person at " + e + " soon after, or somebody there writes in the same thread."
	}
	return "", ""
}

// named returns the local parts that the sentence of a code names.
func (w *writer) named(code string) []string {
	p := &w.c.pair
	switch {
	case code == formCode:
		return []string{p.FormTyped, p.FormMeant}
	case code == twinCode && p.TwinLocal != "":
		return []string{p.TwinLocal}
	}
	return nil
}

// Codes of the evidence that names people.
const (
	formCode = "form"
	twinCode = "twin"
)

// lostSentence returns all if every mail to the domain is among those lost in one way. Where
// it is not known of some what became of them, it says so after the text some.
func (w *writer) lostSentence(lost int64, all, some string) string {
	if lost >= w.s.Traffic.Sent {
		return all
	}
	return some + ", and none is known to have arrived."
}

// noTLDSentence says that a top-level domain does not exist; a network may have one of its
// own, where mail arrives.
func (w *writer) noTLDSentence() string {
	text := "No top-level domain ." + lastLabel(w.typed) + " exists"
	if w.s.Traffic.Arrived > 0 {
		return text + "."
	}
	return text + ": nothing can arrive there."
}

// wroteSentence says what a domain wrote to us.
func (w *writer) wroteSentence() string {
	t, d := &w.s.Traffic, w.typed
	switch {
	case t.Exchanges > 0:
		return d + " and " + count(t.Exchanges, "person", "people") + w.you(" of yours") + " have written to each other over days."
	case t.Answers > 0 && w.s.OfAll: // it is not known who answers whom
		return d + " has written " + times(t.Received) + "."
	case t.Answers > 0:
		return d + " has answered " + count(t.Answers, "person", "people") + " of yours."
	}
	return d + " has written" + w.you(" to you") + " " + times(t.Received) + ", but answered nobody."
}

func (w *writer) parentSentence() string {
	p := w.s.background.Parent
	if p.Received > 0 {
		return w.dp.reg() + ", to which it belongs, has written" + w.you(" to you") + " " + times(p.Received) + "."
	}
	return w.dp.reg() + ", to which it belongs, had " + count(p.Sent, "mail", "mails") + "."
}

func (w *writer) slipSentence() string {
	how := w.c.slip.how(w.dp, w.ep)
	return w.typed + " is " + w.meant + " mistyped: " + how + "."
}

func (w *writer) chosen() string {
	switch {
	case w.e.Own:
		return "your own domain"
	case w.e.Protected:
		return "protected (--protect)"
	}
	return "in your list of partners"
}

func (w *writer) volumeSentence() string {
	d, e := w.s.Traffic, w.e.Traffic
	if w.s.Supposed {
		d.Sent = 0
	}
	text := w.meant + " had " + count(e.Sent, "mail", "mails") + w.you(" from you")
	if w.e.Own { // what is stored there came from anywhere, and may be stored where no log was read of
		typed := w.typed + " had " + count(d.Sent, "mail", "mails") + "."
		if e.Sent == 0 {
			return typed
		}
		return w.meant + " had " + count(e.Sent, "mail", "mails") + "; " + typed
	}
	if e.Received > 0 {
		text += " and wrote " + count(e.Received, "mail", "mails") + w.you(" to you")
	}
	if d.Received == 0 {
		return text + "; " + w.typed + " never wrote" + w.you(" to you") + "."
	}
	return text + "; " + w.typed + " had " + count(d.Sent, "mail", "mails") + "."
}

func (w *writer) twinSentence() string {
	p := w.c.pair
	switch {
	case p.TwinLocal == "":
		return fmt.Sprintf("%d of %d recipients exist at %s.", p.Twins, max(p.Twins, w.s.Traffic.Recipients), w.meant)
	case p.Twins > 1:
		return fmt.Sprintf("%d of %d recipients exist at %s, such as %s.", p.Twins, max(p.Twins, w.s.Traffic.Recipients), w.meant, p.TwinLocal)
	case p.TwinMessages == 0: // that one only wrote
		return fmt.Sprintf("The same person, %s, has an address at %s.", p.TwinLocal, w.meant)
	}
	return fmt.Sprintf("The same person, %s, is written to at %s (%s).", p.TwinLocal, w.meant, count(p.TwinMessages, "mail", "mails"))
}

// you returns the words that name the reader, none where everybody's mail is audited.
func (w *writer) you(words string) string {
	if w.s.OfAll {
		return ""
	}
	return words
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return strconv.FormatInt(n, 10) + " times"
}

func verb(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.FormatInt(n, 10) + " " + many
}

// change says what would change the verdict, "" if nothing that can be had would.
func change(s *Subject, e *Target, p *Pair, confidence float64) string {
	d := s.Name.String()
	switch {
	case confidence >= 0.5 && s.Traffic.Exchanges == 0 && s.Traffic.Arrived > 0:
		return "A correspondence with people at " + d + " would lower this; if it is right, ignore the domain."
	case confidence >= 0.5:
		return "If " + d + " is right, ignore the domain."
	case p.Twins == 0 && !e.Own && !e.Protected:
		return "Mail to a recipient who is also known at " + e.Name.String() + " would raise this, and so would --protect " + e.Name.String() + "."
	case p.Twins == 0:
		return "Mail to a recipient who is also known at " + e.Name.String() + " would raise this."
	case !e.Own && !e.Protected:
		return "--protect " + e.Name.String() + " would raise this."
	}
	return ""
}
