package imap

import "sync/atomic"

// Progress tells how far a Read is. It may be asked at any time.
type Progress struct {
	allAccounts, seenAccounts, doneAccounts atomic.Int64
	allMessages, doneMessages               atomic.Int64
}

// Accounts returns how many accounts there are, how many were looked into,
// and how many were read to their end.
func (p *Progress) Accounts() (all, seen, done int64) {
	return p.allAccounts.Load(), p.seenAccounts.Load(), p.doneAccounts.Load()
}

// Messages returns how many messages there are to be read, as far as they are
// known, and how many were. They are all known when all accounts were looked
// into.
func (p *Progress) Messages() (all, done int64) {
	return p.allMessages.Load(), p.doneMessages.Load()
}

func (p *Progress) accounts(n int)  { p.allAccounts.Store(int64(n)) }
func (p *Progress) surveyed()       { p.seenAccounts.Add(1) }
func (p *Progress) finished()       { p.doneAccounts.Add(1) }
func (p *Progress) expect(n uint32) { p.allMessages.Add(int64(n)) }
func (p *Progress) received(n int)  { p.doneMessages.Add(int64(n)) }
