package message

import (
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// A resent is the fields that say that somebody sent a message on. Each time adds some
// to the top of the header (RFC 5322 section 3.6.6).
type resent struct {
	from, sender, date []byte
	to                 [][]byte // with Cc and Bcc
	seen               uint8    // the fields that it has, a bit each
}

// maxResent bounds how often a message may have been sent on. What is beyond is not read,
// and the message counts as not understood.
const maxResent = 1000

// resentNames are the fields of a block; the recipients come last.
func resentNames() [6]string {
	return [...]string{"Resent-From", "Resent-Sender", "Resent-Date", "Resent-To", "Resent-Cc", "Resent-Bcc"}
}

// takeResent keeps a field of the block at hand. One that the block has already
// begins the next; so do more recipients, but where nobody is named yet who sent the
// message on.
func (f *fields) takeResent(h header.Field) {
	for i, name := range resentNames() {
		if !h.Is(name) {
			continue
		}
		n := len(f.resent)
		if n == 0 || f.resent[n-1].seen>>i&1 != 0 && (i < 3 || f.resent[n-1].isNamed()) {
			if n == maxResent {
				f.cut = true
				return
			}
			f.addResent()
		}
		f.resent[len(f.resent)-1].take(i, h)
		return
	}
}

func (f *fields) addResent() {
	n := len(f.resent)
	if n == cap(f.resent) {
		f.resent = append(f.resent, resent{})
		return
	}
	f.resent = f.resent[:n+1]
	f.resent[n] = resent{to: f.resent[n].to[:0]}
}

// isResent reports whether somebody sent the message on.
func (f *fields) isResent() bool {
	for i := range f.resent {
		if len(f.resent[i].to) > 0 {
			return true
		}
	}
	return false
}

func (b *resent) isNamed() bool { return b.from != nil || b.sender != nil }

// take keeps the field whose number is i.
func (b *resent) take(i int, h header.Field) {
	b.seen |= 1 << i
	switch i {
	case 0:
		b.from = h.Value
	case 1:
		b.sender = h.Value
	case 2:
		b.date = h.Value
	default:
		b.to = append(b.to, h.Value)
	}
}

// emitResent emits each time that the message was sent on, the latest first. Who sent
// it is named by its own fields; a block that has only recipients goes on with the one
// above.
func (r *Reader) emitResent(m *Mail, role Role) {
	f := &r.m
	for i := range f.resent {
		b := &f.resent[i]
		if i == 0 || b.isNamed() {
			r.setSender(b.from, b.sender, f.from, m.Envelope)
		}
		if t, ok := header.Date(b.date); ok {
			r.d.Time = t
		}
		r.d.Submitted = role == RoleSent && !m.Context
		r.Tally.Seen(r.d.Time)
		r.seen.clear()
		r.emitList(b.to)
	}
}
