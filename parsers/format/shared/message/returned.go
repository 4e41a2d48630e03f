package message

import (
	"bytes"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// returned is what a report says of the message that it is about: the header that
// came back, or a few of its fields.
type returned struct {
	id, subject string
	from        string // whom it is from
	date        time.Time
	to          []string // whom it was written to, without those in Bcc
}

// read takes the fields of a header that are not known yet.
func (b *returned) read(block []byte) {
	var list header.List
	hadTo := len(b.to) > 0
	header.Each(block, func(h header.Field) bool {
		switch {
		case h.Is("Message-ID") && b.id == "":
			b.id = string(header.MessageID(h.Value))
		case (h.Is("Subject") || isSubject(h.Name)) && b.subject == "":
			b.subject = strings.TrimSpace(h.Text())
		case h.Is("From") && b.from == "":
			b.from = string(list.First(h.Value))
		case (h.Is("Date") || h.Is("Sent")) && b.date.IsZero():
			b.date, _ = header.Date(h.Value)
		case (h.Is("To") || h.Is("Cc")) && !hadTo:
			list.Each(h.Value, func(a []byte) {
				if len(b.to) < maxReported {
					b.to = append(b.to, string(a))
				}
			})
		}
		return true
	})
}

// wasTo reports whether the message was written to an address.
func (b *returned) wasTo(address string) bool {
	for _, a := range b.to[:min(len(b.to), maxSearched)] {
		if strings.EqualFold(a, address) {
			return true
		}
	}
	return false
}

// enoughFields is how many different fields of a message make lines of a text a
// header.
const enoughFields = 3

// A headerBlock is a run of lines of a text that is the header of a message.
type headerBlock struct {
	start, end int
	// whole means that it is the header that came back, after which the message
	// follows; else it names a few fields of it, and the report goes on.
	whole bool
}

// maxBlocks bounds the blocks that are looked for in a text.
const maxBlocks = 8

// headersIn finds the headers in a text: mail servers return the message after
// the prose, with and without a line that says so.
func headersIn(text []byte) (blocks []headerBlock) {
	for at := 0; at < len(text) && len(blocks) < maxBlocks; {
		line := header.Line(text[at:])
		if knownField(bytes.TrimLeft(line, " \t>")) == 0 {
			at += len(line)
			continue
		}
		end := at + runOfFields(text[at:])
		indented := line[0] == ' ' || line[0] == '\t'
		fields := fieldsOf(text[at:end])
		if fields.count() >= enoughFields || fields&fieldID != 0 && fields.count() > 1 || indented && fields&fieldSubject != 0 {
			whole := !indented && fields&fieldsOfWhole != 0 || fields&fieldReceived != 0
			blocks = append(blocks, headerBlock{at, end, whole})
			if whole {
				return blocks
			}
		}
		at = end
	}
	return blocks
}

// runOfFields returns how long the lines are that text begins with, up to an empty
// one or one that is neither a field nor the rest of one.
func runOfFields(text []byte) (n int) {
	indent := len(text) - len(bytes.TrimLeft(text, " \t>"))
	for n < len(text) {
		line := header.Line(text[n:])
		plain := bytes.TrimLeft(line, " \t>")
		if len(bytes.TrimSpace(line)) == 0 {
			return n
		}
		name, _, ok := bytes.Cut(plain, []byte(":"))
		folded := n > 0 && len(line)-len(plain) > indent
		if !folded && (!ok || !header.IsName(bytes.TrimRight(name, " \t"))) {
			return n
		}
		n += len(line)
	}
	return n
}

// fieldSet is a set of the fields that a returned header is recognised by.
type fieldSet uint32

const (
	fieldID fieldSet = 1 << iota
	fieldReceived
	fieldFrom
	fieldTo
	fieldSubject
	fieldDate
	fieldReturnPath
	fieldMIME
	fieldType
	fieldOther
)

// fieldsOfWhole are those that nobody but a mail program writes.
const fieldsOfWhole = fieldID | fieldReceived | fieldReturnPath | fieldMIME

func (s fieldSet) count() (n int) {
	for ; s != 0; s &= s - 1 {
		n++
	}
	return n
}

// knownField returns which field a line begins with, 0 for none of them.
func knownField(line []byte) fieldSet {
	name, _, ok := bytes.Cut(line[:min(len(line), 64)], []byte(":"))
	if !ok || len(name) < 2 {
		return 0
	}
	switch strings.ToLower(string(bytes.TrimRight(name, " \t"))) {
	case "message-id":
		return fieldID
	case "received":
		return fieldReceived
	case "from", "von", "de", "da":
		return fieldFrom
	case "to", "an", "à", "a", "para":
		return fieldTo
	case "subject", "betreff", "objet", "asunto", "assunto", "oggetto", "onderwerp", "件名", "тема":
		return fieldSubject
	case "date", "sent", "gesendet", "envoyé", "enviado", "inviato", "verzonden", "送信日時":
		return fieldDate
	case "return-path":
		return fieldReturnPath
	case "mime-version":
		return fieldMIME
	case "content-type", "content-transfer-encoding":
		return fieldType
	case "cc", "sender", "reply-to", "x-mailer", "user-agent", "dkim-signature", "domainkey-signature", "in-reply-to", "references", "x-originating-ip", "list-unsubscribe", "delivered-to":
		return fieldOther
	}
	return 0
}

func isSubject(name []byte) bool { return knownField(append(bytes.Clone(name), ':')) == fieldSubject }

// fieldsOf returns which of the known fields a block has.
func fieldsOf(block []byte) (s fieldSet) {
	for line := range bytes.Lines(block) {
		s |= knownField(bytes.TrimLeft(line, " \t>"))
	}
	return s
}

// countFields counts the known fields of a block.
func countFields(block []byte) int {
	return (fieldsOf(block) &^ (fieldType | fieldMIME)).count()
}

// dedented returns a block without the white space that its first line begins
// with.
func dedented(block []byte) []byte {
	indent := len(block) - len(bytes.TrimLeft(block, " \t>"))
	if indent == 0 {
		return block
	}
	var out []byte
	for line := range bytes.Lines(block) {
		out = append(out, line[min(indent, len(line)-len(bytes.TrimLeft(line, " \t>"))):]...)
	}
	return out
}
