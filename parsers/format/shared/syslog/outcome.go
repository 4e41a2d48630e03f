package syslog

import (
	"bytes"
	"slices"
	"strings"
)

// ShowsOutcome reports whether text, which nobody understood, looks like a line that
// says what became of a message for a recipient, in the way of any mail server, even
// if a word of it is damaged or missing. It is for texts that nobody read: it
// searches all of one.
func ShowsOutcome(text []byte) bool {
	return hasFields(text) || hasArrow(text) || hasRefusal(text) || hasWording(text) || hasEnvelope(text)
}

// hasEnvelope reports a text that says in words from whom a mail is and to whom, as those of
// nullmailer ("From: <a@b.example> to: <c@d.example>") and E-MailRelay do.
func hasEnvelope(text []byte) bool {
	from, to := false, false
	for at := 0; !from || !to; {
		i := bytes.IndexByte(text[at:], '<')
		if i < 0 {
			return false
		}
		before := bytes.TrimRight(text[:at+i], ": ")
		at += i + 1
		word := before[bytes.LastIndexByte(before, ' ')+1:]
		address, _, ok := bytes.Cut(text[at:], []byte(">"))
		switch {
		case !ok || len(before) == at-1: // nothing between, as in "from=<"
		case bytes.EqualFold(word, []byte("from")):
			from = true
		case bytes.EqualFold(word, []byte("to")) && bytes.IndexByte(address, '@') > 0:
			to = true
		}
	}
	return true
}

// hasWording reports words that only the lines of deliveries of some programs have, whose
// fields are not of the usual shape: those of dma, Kerio, Symantec, Stalwart, Barracuda, ssmtp,
// CommuniGate.
func hasWording(text []byte) bool {
	for _, words := range [...]string{
		"> trying delivery", "> delivery successful", "Queue-ID: ", ", Recipient: <", "|DELIVER", "|ORCPTS|",
		" (delivery.delivered", " SCAN - ", " SCAN ENC ", " SEND - ", " SEND ENC ",
		"Sent mail for ", "DEQUEUER [",
	} {
		if bytes.Contains(text, []byte(words)) {
			return true
		}
	}
	return bytes.Contains(text, []byte("queueId")) && bytes.IndexByte(text, '@') >= 0
}

// ShowsMail reports whether text, which is of a program that nobody knows or of none, looks like a
// line that says what became of a mail, or that it went on.
func ShowsMail(text []byte) bool {
	return ShowsOutcome(text) || showsHandling(text) || showsEvent(text) || showsRow(text) || showsCommand(text)
}

// showsEvent reports an object of JSON that names a recipient, and has a word for what became of a
// mail: services and gateways write such events, also into the log of a server.
func showsEvent(text []byte) bool {
	if !bytes.Contains(text, []byte(`":`)) || bytes.IndexByte(text, '@') < 0 {
		return false
	}
	addresses, recipient := addressesIn(text)
	return (addresses > 1 || recipient || bytes.Contains(text, []byte(`"email"`))) && hasOneOf(textWords(text), eventWords[:])
}

// eventWords are those of handling, and what events have for the same.
var eventWords = [...]string{
	"delivered", "delivery", "sent", "reception", "bounce", "bounced", "hardbounce", "softbounce", "deferred", "failed", "processed", "accepted", "relayed", "queued", "smtp", "250", "legit",
}

// minColumns is of how many values a row of an export is at least.
const minColumns = 7

// showsRow reports a row of values between tabs that names two addresses: sender and recipient.
func showsRow(text []byte) bool {
	if bytes.Count(text, []byte("\t")) < minColumns-1 {
		return false
	}
	addresses, _ := addressesIn(text)
	return addresses > 1
}

// showsCommand reports a line of a conversation in which a recipient is named, and not refused.
func showsCommand(text []byte) bool {
	for _, verb := range [...]string{"RCPT TO:", "RCPT To:", "rcpt to:", "RCPT - TO:", "RCPT - +TO:"} {
		if _, address, ok := bytes.Cut(text, []byte(verb)); ok && bytes.IndexByte(address, '@') > 0 {
			return !answersNo(address)
		}
	}
	return false
}

// answersNo reports that the answer 4xx or 5xx stands after a command, as OpenSMTPD writes it.
func answersNo(text []byte) bool {
	_, answer, _ := bytes.Cut(text, []byte("\" => "))
	return len(answer) > 0 && (answer[0] == '4' || answer[0] == '5')
}

// showsHandling reports whether text, which is of a program that nobody knows or of none, says in
// words that a mail went on: those of James, Domino, Halon, Haraka, a gateway of Cisco's, qmail.
// A mail server logs in a file that it shares with another one as well. Who only says that it
// sent something to somebody gave it to a server that says the same.
func showsHandling(text []byte) bool {
	for _, words := range [...]string{"[outbound] delivered ", " RID 0 To: <", "starting delivery ", "Successfully spooled mail "} {
		if bytes.Contains(text, []byte(words)) {
			return true
		}
	}
	addresses, recipient := addressesIn(text)
	if addresses == 0 {
		return false
	}
	words := textWords(text)
	return hasOneOf(words, handlingWords[:]) && (addresses > 1 || recipient && hasOneOf(words, transportWords[:]))
}

// handlingWords say that a mail went on, transportWords by which way.
var (
	handlingWords  = [...]string{"sent", "sending", "send", "delivered", "delivering", "relayed", "relaying", "transferred", "forwarded", "accepted", "queued"}
	transportWords = [...]string{"smtp", "esmtp", "lmtp", "relay", "250", "mx", "router", "host"}
)

// hasOneOf reports that one of words is one of those that are looked for.
func hasOneOf(words [][]byte, looked []string) bool {
	return slices.ContainsFunc(words, func(word []byte) bool { return slices.Contains(looked, string(word)) })
}

// textWords returns the words of a text, in small letters.
func textWords(text []byte) [][]byte {
	return bytes.FieldsFunc(bytes.ToLower(text), func(r rune) bool { return !isWordLetter(r) })
}

func isWordLetter(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' }

// addressesIn returns how many different addresses stand in text, at most two, and whether the
// word before one of them says that it is a recipient.
func addressesIn(text []byte) (n int, recipient bool) {
	var first []byte
	for from := 0; n < 2; {
		at := bytes.IndexByte(text[from:], '@')
		if at < 0 {
			break
		}
		at += from
		from = at + 1
		begin := bytes.LastIndexFunc(text[:at], isNoAddress) + 1
		end := len(text)
		if i := bytes.IndexFunc(text[at+1:], isNoAddress); i >= 0 {
			end = at + 1 + i
		}
		if address := text[begin:end]; begin < at && bytes.IndexByte(text[at+1:end], '.') > 0 && !bytes.Equal(address, first) && !isMessageID(text[:begin]) {
			n, first = n+1, address
			recipient = recipient || isOfRecipient(text[:begin])
		}
	}
	return n, recipient
}

// isNoAddress reports a character that few addresses have, and many lines beside one.
func isNoAddress(r rune) bool {
	return r <= ' ' || strings.ContainsRune("<>()[]{}\"'\\,;:=|/`", r)
}

// isMessageID reports that what stands before an address says that it is the id of a message.
func isMessageID(before []byte) bool { return strings.HasSuffix(lastWord(before), "id") }

// isOfRecipient reports that what stands before an address says that it is a recipient's.
func isOfRecipient(before []byte) bool {
	switch lastWord(before) {
	case "to", "for", "rcpt", "rcptto", "recipient", "recipients", "remote":
		return true
	}
	return false
}

// lastWord returns the last word of a text, in small letters.
func lastWord(text []byte) string {
	text = bytes.TrimRightFunc(text, func(r rune) bool { return r <= ' ' || isNoAddress(r) })
	begin := bytes.LastIndexFunc(text, func(r rune) bool { return !isWordLetter(r | 0x20) }) + 1
	return strings.ToLower(string(text[begin:]))
}

// isOfSender reports a line of a message's sender alone: if it is damaged, the deliveries
// of the message are there nevertheless.
func isOfSender(text []byte) bool {
	return bytes.Contains(text, []byte("from=<")) && !ShowsOutcome(text)
}

// hasFields reports two of the fields of a delivery line, or one that names a recipient
// and one of its message or a word for what became of it. One alone may be of anything.
func hasFields(text []byte) bool {
	outcomes, recipients, messages := 0, 0, 0
	for from := 0; ; {
		i := bytes.IndexByte(text[from:], '=')
		if i < 0 {
			return recipients > 0 && hasOutcomeWord(text)
		}
		switch roleOf(text[:from+i]) {
		case outcomeField:
			outcomes++
		case recipientField:
			recipients++
		case messageField:
			messages++
		}
		if outcomes+recipients > 1 || recipients > 0 && messages > 0 {
			return true
		}
		from += i + 1
	}
}

// hasOutcomeWord reports a word for what became of a message.
func hasOutcomeWord(text []byte) bool {
	for _, word := range [...]string{" sent", " delivered", " failed", " rejected", " deferred", " bounced", " success"} {
		if bytes.Contains(text, []byte(word)) {
			return true
		}
	}
	return false
}

// A fieldRole is what a field says in a line of a delivery.
type fieldRole uint8

const (
	otherField fieldRole = iota
	outcomeField
	recipientField
	messageField
)

// roleOf returns the role of the field whose name stands at the end of before, the text
// before an equals sign. The tail of Postfix's notices, "; from=<a> to=<b> proto=SMTP", is
// that of many lines that are no deliveries: its sender does not count.
func roleOf(before []byte) fieldRole {
	at := bytes.LastIndexAny(before, " ,;\t\"") + 1
	switch string(before[at:]) {
	case "relay", "delay", "delays", "xdelay", "dsn", "status", "stat", "mailer", "evpid", "result":
		return outcomeField
	case "to", "rcpt", "recipient", "recipients", "addr", "R", "T":
		return recipientField
	case "from", "F", "id", "msgid", "H":
		if !bytes.HasSuffix(before[:at], []byte("; ")) {
			return messageField
		}
	}
	return otherField
}

// hasArrow reports one of Exim's flags of a delivery between an id, of which at
// least a digit is left, and an address.
func hasArrow(text []byte) bool {
	for _, arrow := range [...]string{"=> ", "-> ", "** ", "== ", ">> "} {
		before, after, ok := bytes.Cut(text, []byte(arrow))
		if !ok || len(before) > 0 && before[len(before)-1] != ' ' {
			continue
		}
		before = bytes.TrimRight(before, " ")
		id := before[bytes.LastIndexByte(before, ' ')+1:]
		isID := bytes.ContainsAny(id, "0123456789") && !bytes.ContainsAny(id, "@<>=")
		if (len(id) == 0 || isID) && bytes.IndexByte(after, '@') >= 0 {
			return true
		}
	}
	return false
}

// hasRefusal reports a recipient that was refused, as one of these, or maddy's object of a
// recipient:
//
//	NOQUEUE: reject: RCPT from h[192.0.2.7]: 550 5.7.1 <x@y.example>: refused
//	H=h [192.0.2.7] F=<a@b.example> rejected RCPT <x@y.example>: relay not permitted
//	ruleset=check_rcpt, arg1=<x@y.example>, relay=h [192.0.2.7], reject=550 5.7.1 <x@y.example>
//	<x@y.example>... User unknown
//	smtp failed-command command="RCPT TO:<x@y.example>" result="550 Invalid recipient"
func hasRefusal(text []byte) bool {
	if bytes.IndexByte(text, '@') < 0 {
		return false
	}
	has := func(s string) bool { return bytes.Contains(text, []byte(s)) }
	switch {
	case has("TO:<") && has("result="):
		return true
	case has("RCPT"):
		return !has("_warning: ") && (has("reject") || has("discard: ") || has("RCPT <") || has("]: 5") || has("]: 4"))
	case has("reject="):
		return (has("arg1=") || has("to=")) && !isEarlyRuleset(text)
	}
	return has(">... ") || has(" rejected <") || has(`"rcpt":`)
}

// isEarlyRuleset reports a refusal by a ruleset of Sendmail that knows no recipient.
func isEarlyRuleset(text []byte) bool {
	for _, name := range [...]string{"check_relay", "check_mail", "check_vrfy", "check_expn", "check_etrn", "check_data", "check_eo", "tls_"} {
		if bytes.Contains(text, []byte("ruleset="+name)) {
			return true
		}
	}
	return false
}

// isOrdinary reports a text that begins as most of those do that say nothing of a
// delivery: it is not searched.
func isOrdinary(text []byte) bool {
	if len(text) < 4 {
		return true
	}
	o := &ordinaryLetters
	return o[0][text[0]]&o[1][text[1]]&o[2][text[2]]&o[3][text[3]] != 0
}

// ordinary are the first four letters of ordinary texts.
var ordinary = [...]string{
	"conn", // connect from
	"disc", // disconnect from
	"lost", // lost connection after
	"warn", // warning:
	"stat", // statistics:
	"time", // timeout after
	"Anon", // Anonymous TLS connection established
	"Trus", // Trusted TLS connection established
	"Untr", // Untrusted TLS connection established
	"Veri", // Verified TLS connection established
	"SSL_", // SSL_accept error from
	"PASS", // PASS NEW, of postscreen
	"CONN", // CONNECT from, of postscreen
	"DISC", // DISCONNECT, of postscreen
	"impr", // improper command pipelining
}

// ordinaryLetters have a bit for each of ordinary, by the place of a letter and the letter:
// no branch depends on which of them a text is.
var ordinaryLetters = func() (letters [4][256]uint16) {
	for i, begin := range ordinary {
		for at := range letters {
			letters[at][begin[at]] |= 1 << i
		}
	}
	return letters
}()
