package organisation

import (
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// A Tenant is one of several organisations that may have their mail in the same logs. It
// is audited by its own mail alone:
//
//   - what a sender of its domains wrote, or, where the sender is of nobody's domain, what
//     a login or an alias of its domains sent;
//   - what came to its domains.
//
// What an alias of another tenant sent on ends, for whoever wrote to it, at that alias: to
// whom it went on is the other one's matter. Senders of other tenants are known by their
// domain and a number, without which a domain that answers would look like a slip.
//
// It is safe for concurrent use.
type Tenant struct {
	of map[domain.Name]party // the domains of all tenants; each covers its subdomains
}

// NewTenant returns the tenant with the domains own, among those of others.
func NewTenant(own, others []domain.Name) *Tenant {
	t := &Tenant{of: map[domain.Name]party{}}
	for _, n := range others {
		t.of[n] = partyOther
	}
	for _, n := range own {
		t.of[n] = partyOwn
	}
	return t
}

// A party is whose an address is.
type party uint8

const (
	partyNone  party = iota // of no tenant: the rest of the world, or no address
	partyOwn                // of the tenant
	partyOther              // of another one
)

// partyOf returns whose an address is.
func (t *Tenant) partyOf(address string) party {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return partyNone
	}
	name, err := domain.Parse(address[at+1:])
	if err != nil {
		return partyNone
	}
	for host := name.String(); ; {
		if p, ok := t.of[domain.Canonical(host)]; ok {
			return p
		}
		_, above, found := strings.Cut(host, ".")
		if !found {
			return partyNone
		}
		host = above
	}
}

// MaySee implements carry.Viewer.
func (t *Tenant) MaySee(sender, login string) bool {
	wrote, logged := t.partyOf(envelope.PlainSender(sender)), t.partyOf(sender)
	return logged != partyOther && (wrote == partyOwn || wrote == partyNone && (logged == partyOwn || t.partyOf(login) == partyOwn))
}

// Wrote says whether mail of that sender and login is the tenant's; everybody's is that of no
// tenant, nil.
func (t *Tenant) Wrote(sender, login string) bool { return t == nil || t.MaySee(sender, login) }

// IsOthers implements carry.Viewer.
func (t *Tenant) IsOthers(address string) bool {
	return t.partyOf(envelope.PlainSender(address)) == partyOther || t.partyOf(address) == partyOther
}

// MaySeeRecipient implements carry.Viewer.
func (t *Tenant) MaySeeRecipient(visible bool, recipient, orig string) bool {
	switch t.partyOf(orig) {
	case partyOwn:
		return true
	case partyOther:
		return false
	}
	return visible || t.partyOf(recipient) == partyOwn
}

// Sink returns a sink that gives next what the tenant may see.
func (t *Tenant) Sink(next parsers.Sink) *TenantSink {
	return &TenantSink{tenant: t, next: next, parties: map[string]party{}}
}

// View returns a sink that gives next what the tenant may see, and next itself for no tenant,
// nil.
func (t *Tenant) View(next parsers.Sink) parsers.Sink {
	if t == nil {
		return next
	}
	return t.Sink(next)
}

// A TenantSink gives another sink the mail of one tenant. It counts what is in no tenant's
// report although somebody here sent it.
type TenantSink struct {
	tenant  *Tenant
	next    parsers.Sink
	parties map[string]party // by domain as it is written
	// Unowned counts the deliveries that were submitted here, and whose sender, login and
	// recipient are of no tenant.
	Unowned int64
	// Mixed counts the deliveries of the tenant that another tenant's address cannot be
	// taken out of: SRS writes it into the sender (libsrs2).
	Mixed int64
}

// maxParties bounds the domains of which a TenantSink knows whose they are; at the bound
// it forgets them all.
const maxParties = 1 << 16

// party is Tenant.partyOf, which is asked once for each spelling of a domain.
func (s *TenantSink) party(address string) party {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return partyNone
	}
	host := address[at+1:]
	p, ok := s.parties[host]
	if !ok {
		if len(s.parties) == maxParties {
			clear(s.parties)
		}
		p = s.tenant.partyOf(address)
		s.parties[strings.Clone(host)] = p // a borrowed one changes
	}
	return p
}

// Add implements parsers.Sink.
func (s *TenantSink) Add(d *parsers.Delivery) {
	view := *d
	if s.see(&view) {
		s.next.Add(&view)
	}
}

// Bounce implements parsers.Sink. A bounce names nobody's sender: whose it is follows from
// the identifier of the message that it is about, where that has a tenant's domain.
func (s *TenantSink) Bounce(b *parsers.Bounce) {
	if s.party(b.MessageID) != partyOther {
		s.next.Bounce(b)
	}
}

// see makes d what the tenant may know of it, and reports whether that is anything.
func (s *TenantSink) see(d *parsers.Delivery) bool {
	plain := envelope.PlainSender(d.Sender)
	sender, logged := s.party(plain), s.party(d.Sender) // they differ where SRS wrote one tenant's address into another's
	login, alias, recipient := s.party(d.AuthUser), s.party(d.OrigRecipient), s.party(d.Recipient)
	wrote := sender == partyOwn || sender == partyNone && (login == partyOwn || logged == partyOwn)
	switch {
	case wrote && alias == partyOther:
		endAtAlias(d)
		recipient = partyOther
	case alias == partyOwn, recipient == partyOwn, wrote && logged != partyOther:
	case sender == partyOther && logged == partyOwn:
		s.Mixed += int64(max(1, d.Count))
		return false
	default:
		if sender|login|alias|recipient == partyNone && (d.Submitted || d.AuthUser != "") {
			s.Unowned += int64(max(1, d.Count))
		}
		return false
	}
	if alias == partyOther {
		d.OrigRecipient = ""
	}
	if login == partyOther || !wrote {
		d.AuthUser = ""
	}
	d.Submitted = d.Submitted && wrote
	switch {
	case wrote && recipient == partyOther:
		leaveHome(d)
	case sender == partyOther:
		hideSender(d, plain, recipient == partyOwn)
	}
	if logged == partyOther && sender != partyOther {
		d.Sender = plain
	}
	return true
}

// endAtAlias makes d the mail that was written to the alias.
func endAtAlias(d *parsers.Delivery) {
	d.Recipient, d.OrigRecipient, d.Relay, d.DSN = d.OrigRecipient, "", "", ""
}

// hideSender leaves of the sender of what came in the domain, and a number that is the same
// for the same one; of the sender of what an alias sent on it leaves nothing.
func hideSender(d *parsers.Delivery, plain string, cameIn bool) {
	_, host, ok := domain.SplitAddress(plain)
	d.Sender, d.SenderKnown = "", false
	if ok && cameIn {
		d.Sender, d.SenderKnown = strconv.FormatUint(xxhash.Sum64String(plain), 36)+"@"+host, true
	}
	d.Subject, d.MessageID, d.References, d.SubjectSum = "", "", "", 0
	if d.Direction == parsers.DirectionInternal {
		d.Direction = parsers.DirectionUnknown // it is not within the tenant
	}
}

// leaveHome notes that mail for another tenant of the same systems is with a stranger.
func leaveHome(d *parsers.Delivery) {
	if d.Local && d.Status == parsers.StatusDelivered {
		d.Arrived = parsers.ArrivedYes
	}
	d.Local = false
	if d.Direction == parsers.DirectionInternal || d.Direction == parsers.DirectionInbound {
		d.Direction = parsers.DirectionOutbound
	}
}
