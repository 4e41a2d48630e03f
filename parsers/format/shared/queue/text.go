package queue

import "github.com/typoaudit/typoaudit/parsers/lines"

// The texts of a message are slices of the block that is being read. Most
// messages end in the block in which they began, and their texts are never
// copied; what goes on after it copies its own at the end of the block.

// texts are the strings of m, but for those of its recipients.
func (m *Message) texts() [6]*string {
	return [...]*string{&m.ID, &m.Sender, &m.AuthUser, &m.MessageID, &m.previous, &m.Subject}
}

// texts are the strings of r.
func (r *Recipient) texts() [5]*string {
	return [...]*string{&r.Address, &r.Orig, &r.DSN, &r.Relay, &r.Next}
}

// textsOf are the strings of a recipient that may be borrowed: addresses that are
// keys of the index are not.
func (m *Message) textsOf(r *Recipient) []*string {
	all := r.texts()
	if m.index != nil {
		return all[1:]
	}
	return all[:]
}

// keepText copies the texts of m that lie elsewhere into its own.
func (m *Message) keepText() {
	changed := m.touched
	if m.index == nil {
		changed = m.Recipients
	}
	if size := m.borrowed(changed); size > cap(m.text)-len(m.text) {
		// All move, so that what is not used any more does not stay.
		all := m.text
		m.text = nil
		size = m.borrowed(m.Recipients)
		if len(all) > 0 { // it was tried before, and will be again
			size += size / 4
		}
		m.text = make([]byte, 0, size)
		changed = m.Recipients
	}
	for _, p := range m.texts() {
		m.keep(p)
	}
	for _, r := range changed {
		for _, p := range m.textsOf(r) {
			m.keep(p)
		}
	}
	m.touched = m.touched[:0]
}

// borrowed returns the length of the texts of m and of some of its recipients
// that are not in m.text.
func (m *Message) borrowed(recipients []*Recipient) (size int) {
	for _, p := range m.texts() {
		if !lines.Shares(*p, m.text) {
			size += len(*p)
		}
	}
	for _, r := range recipients {
		for _, p := range m.textsOf(r) {
			if !lines.Shares(*p, m.text) {
				size += len(*p)
			}
		}
	}
	return size
}

func (m *Message) keep(p *string) {
	if len(*p) == 0 || lines.Shares(*p, m.text) {
		return
	}
	from := len(m.text)
	m.text = append(m.text, *p...)
	*p = lines.Borrow(m.text[from:])
}
