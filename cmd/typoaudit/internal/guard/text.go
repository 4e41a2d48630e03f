package guard

import (
	"fmt"
	"strings"
)

// maxText bounds what a sender reads, in bytes: mail programs cut longer answers.
const maxText = 200

// The reply code and the enhanced status code of a refusal (RFC 3463: delivery not
// authorised). A temporary one would be tried again by programs, and answer itself.
const (
	refusalCode  = "550"
	enhancedCode = "5.7.1"
	refusal      = refusalCode + " " + enhancedCode + " "
)

// HeaderName is that of the header by which a mail is marked.
const HeaderName = "X-Typoaudit"

// question asks the sender whether an address is meant. isEarly says that it was asked a
// moment ago.
func question(d *Decision, isEarly bool) string {
	asked, meant := d.Query, d.Meant
	const again = "send again within 10 minutes"
	how := "If %s is right, " + again
	if isEarly {
		how = "If %s is right, wait 20 seconds and " + again
	}
	return firstThatFits(
		fmt.Sprintf("did you mean %s? "+how+". %s", meant, asked, why(d)),
		fmt.Sprintf("did you mean %s? "+how, meant, asked),
		fmt.Sprintf("did you mean %s? "+how, d.Intended, d.Domain),
		fmt.Sprintf(how, "the address"),
	)
}

// denial says why a mail is refused for good.
func denial(d *Decision) string {
	const ask = "Ask your postmaster if it is right"
	if d.Meant == "" {
		return firstThatFits(fmt.Sprintf("mail to %s is refused here. %s", d.Domain, ask), "mail to this domain is refused here. "+ask)
	}
	return firstThatFits(
		fmt.Sprintf("did you mean %s? Mail to %s is refused here: it looks like %s. %s", d.Meant, d.Domain, d.Intended, ask),
		fmt.Sprintf("did you mean %s? Mail to %s is refused here. %s", d.Intended, d.Domain, ask),
		"mail to this domain is refused here: it looks like another one. "+ask,
	)
}

// why says in a few words what made the guard ask. That the domain is new it does not say: mail
// that passed since the guard learned is not known.
func why(d *Decision) string { return fmt.Sprintf("%s looks like %s", d.Domain, d.Intended) }

// mark is the value of the header. The address that was meant is not in it: a stranger
// reads it.
func mark(d *Decision) string {
	const listed = " is on the list of refused domains"
	switch {
	case d.Intended == "":
		return ascii(d.Domain + listed)
	case d.Reason == ReasonListed: // it was not weighed
		return ascii(d.Domain + listed + ", in place of " + d.Intended)
	}
	return ascii(fmt.Sprintf("%s looks like %s (confidence %.2f)", d.Domain, d.Intended, d.Sure))
}

// firstThatFits returns the first text that is not too long, in printable ASCII.
func firstThatFits(texts ...string) string {
	for _, t := range texts {
		if t = ascii(t); len(t)+len(refusal) <= maxText {
			return t
		}
	}
	return texts[len(texts)-1]
}

// ascii replaces what would end a line, or what a client without SMTPUTF8 cannot show.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
