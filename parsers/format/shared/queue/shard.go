package queue

import (
	"bytes"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// In a shard (parsers.Piece.Shard) it is not known which hosts have their lines elsewhere.
// A message that is settled but for a hop there is spared: it is left to the joiner, which
// knows all sources. Nearly all mail comes from or goes to some host with a name; what
// counts is hosts of the organisation: those at a site that writes or stores mail here.

// maySpare reports that a hop of m may be at a host of any name: see isScattered.
func (t *Table) maySpare(m *Message) bool {
	if m.mayFollow() && (m.Submitted || !m.entered || m.client != "") {
		return true
	}
	for _, r := range m.Recipients {
		if r.Next != "" && !r.onward && (r.isOurs() || mayBeHost(lines.BorrowBytes(r.Relay))) {
			return true
		}
	}
	return false
}

// spare leaves m to the joiner if a hop of it may be elsewhere, and says so.
func (t *Table) spare(m *Message) bool {
	if !t.piece.Shard {
		return false
	}
	t.sites.note(m)
	m.spare = t.maySpare(m) && (t.sites.all < enoughMails || t.sites.mayHave(m))
	return m.spare
}

// enoughMails is how many show the sites of ours: until then all messages wait for the end of
// the piece, which is time and memory.
const enoughMails = 500

// emitForeign emits those of the spared messages whose other hosts are no site of ours,
// and returns all others.
func (t *Table) emitForeign(all []*Message) []*Message {
	if !t.piece.Shard {
		return all
	}
	kept := all[:0]
	for _, m := range all {
		if m.spare && !t.sites.mayHave(m) {
			t.emit(m)
		} else {
			kept = append(kept, m)
		}
	}
	return kept
}

// Sites count mail by the hash of the last two labels of the domain of who wrote it by a
// login, or for whom it was stored. Without any, every host may be of ours.
type sites struct {
	mails map[uint64]int
	most  int // of one site
	all   int
}

// rareSite is how many times as much mail another site has where one is none of ours: people
// log in under an address elsewhere, and mail is kept for a domain that left.
const rareSite = 50

// note notes who wrote m by a login, and where it was stored.
func (s *sites) note(m *Message) {
	if m.AuthUser != "" {
		s.add(m.Sender)
	}
	for _, r := range m.Recipients {
		if r.Local {
			s.add(r.Address)
		}
	}
}

func (s *sites) add(address string) {
	at := bytes.LastIndexByte(lines.BorrowBytes(address), '@')
	if at < 0 {
		return
	}
	if s.mails == nil {
		s.mails = map[uint64]int{}
	}
	site := siteOf(lines.BorrowBytes(address[at+1:]))
	s.mails[site]++
	s.all++
	s.most = max(s.most, s.mails[site])
}

// mayHave reports that m came from a host that may be of ours, or went to one.
func (s *sites) mayHave(m *Message) bool {
	if m.mayFollow() && (m.Submitted || !m.entered || m.client != "" && s.has(m.client)) {
		return true
	}
	for _, r := range m.Recipients {
		if r.Next != "" && !r.onward && (r.isOurs() || s.has(r.Relay)) {
			return true
		}
	}
	return false
}

// has reports the name of a host at one of the sites. One of a single label is in this
// network.
func (s *sites) has(host string) bool {
	name := hostName(lines.BorrowBytes(host))
	if len(name) == 0 {
		return false
	}
	return s.most == 0 || bytes.IndexByte(name, '.') < 0 || rareSite*s.mails[siteOf(name)] >= s.most
}

// siteOf hashes the last two labels of a name.
func siteOf(name []byte) uint64 {
	name = bytes.ToLower(bytes.TrimSuffix(name, []byte(".")))
	if last := bytes.LastIndexByte(name, '.'); last > 0 {
		name = name[bytes.LastIndexByte(name[:last], '.')+1:]
	}
	return xxhash.Sum64(name)
}

// hostName cuts the address off "name[192.0.2.7]:25"; it is empty for an address alone.
func hostName(host []byte) []byte {
	name, _, _ := bytes.Cut(host, []byte("["))
	if !mayBeHost(name) {
		return nil
	}
	return name
}

// mayBeHost reports a name, before the address that follows it, under which a log may know
// a host.
func mayBeHost(host []byte) bool {
	return len(host) > 0 && host[0] != '[' && !bytes.HasPrefix(host, []byte("unknown["))
}

// isSpared reports a message that is settled, for no source has lines of its other hosts.
func (m *Message) isSpared(others []string) bool { return m.spare && !m.isScattered(others) }
