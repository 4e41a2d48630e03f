package audit

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"github.com/typoaudit/typoaudit/audit/internal/findings"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// A timeline has the mail to the domains that may be lookalikes, and what the same people
// wrote to the namesakes of its recipients, one by one: an edge knows the first and the
// last of many mails alone, and what corrects a slip lies in the middle of a
// correspondence.
type timeline struct {
	moments []moment // by address, and then by time
}

// A moment is one delivery.
type moment struct {
	address, person uint32
	at              uint32 // Unix seconds
	end             ending
	several         bool // it stands for several, and the time is of one of them
	// thread is the domain of which somebody writes in its thread, of those that the
	// recipient's may be meant for; noDomain if nobody does, or somebody there.
	thread uint32
}

// compare orders moments by their addresses, those of one by time.
func (x moment) compare(y moment) int {
	if c := cmp.Compare(uint64(x.address)<<32|uint64(x.at), uint64(y.address)<<32|uint64(y.at)); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(x.person, y.person), cmp.Compare(x.end, y.end))
}

// An ending is what became of a delivery, as far as it says something of its domain.
type ending uint8

const (
	endUnknown  ending = iota
	endArrived         // their server took it
	endNoDomain        // there is no such domain, or it takes no mail
	endNoUser          // there is no such recipient
	endFailed          // in another way, for good
)

func endingOf(status parsers.Status, arrived parsers.Arrived, failure parsers.Failure) ending {
	switch {
	case arrived == parsers.ArrivedYes:
		return endArrived
	case failure == parsers.FailureNoDomain, failure == parsers.FailureNullMX:
		return endNoDomain
	case failure == parsers.FailureNoUser:
		return endNoUser
	case status == parsers.StatusBounced, status == parsers.StatusExpired:
		return endFailed
	}
	return endUnknown
}

// isFailure says that the sender got the mail back.
func (e ending) isFailure() bool { return e >= endNoDomain }

// maxMoments bounds a timeline, to 80 MiB, and twice that while its parts are put
// together. Beyond that there is none: what a flood of lookalikes was meant to be is judged
// without it.
const maxMoments = 4 << 20

// A quota counts the moments of all parts, which are read at the same time.
type quota struct{ kept atomic.Int64 }

func (q *quota) isSpent() bool { return q.kept.Load() > maxMoments }

// lookCloser makes the timeline of the domains that were found to look like others.
func (e *Evidence) lookCloser(all []found) error {
	meant := map[uint32][]uint32{} // by each lookalike
	for i := range all {
		meant[all[i].domain] = e.meantBy(&all[i].verdict)
	}
	wanted := e.wantMail(meant)
	parts, errs := make([][]moment, len(e.kept.parts)), make([]error, len(e.kept.parts))
	var acquainted map[uint64]bool
	var reading workers.Group
	reading.Go(func() { acquainted = e.findAcquainted(meant) })
	var kept quota
	for i := range e.kept.parts {
		reading.Go(func() { parts[i], errs[i] = e.moments(&e.kept.parts[i], wanted, meant, &kept) })
	}
	reading.Wait()
	if err := cmp.Or(errs...); err != nil {
		return err
	}
	if kept.isSpent() {
		return nil
	}
	t := timeline{moments: slices.Concat(parts...)}
	slices.SortFunc(t.moments, moment.compare)
	e.timeline = &t
	e.acquainted = acquainted
	e.answered = map[uint32]bool{}
	for i := range all {
		e.learnEnds(all[i].domain)
		for _, to := range meant[all[i].domain] {
			if _, known := e.answered[to]; !known {
				e.answered[to] = e.onlyAnswered(to)
			}
		}
	}
	return nil
}

// meantBy returns the domains with mail of the target that a verdict names, and of those
// that are near it.
func (e *Evidence) meantBy(v *lookalike.Verdict) (all []uint32) {
	for _, target := range append(v.Near[:], v.Target) {
		if to, ok := e.targets.domainOf(target); ok {
			all = append(all, to)
		}
	}
	return all
}

// Wanted mail is that of a timeline.
type wantedMail struct {
	recipients *recipients
	domains    []bool // where some is
	lookalikes []bool
	addresses  []bool   // of the recipients at lookalikes and their namesakes elsewhere
	writers    []uint64 // who wrote to a recipient at a lookalike, see writerOf; sorted
}

// writerOf joins a person with the local part of an address, by half of its hash.
func (w *wantedMail) writerOf(person, address uint32) uint64 {
	return edgeKey(person, uint32(w.recipients.addresses.At(address).Local>>32))
}

// wantMail returns the mail to lookalikes and to what each is meant by.
func (e *Evidence) wantMail(meant map[uint32][]uint32) *wantedMail {
	w := &wantedMail{
		recipients: &e.recipients, domains: make([]bool, len(e.names)), lookalikes: make([]bool, len(e.names)),
		addresses: make([]bool, e.recipients.addresses.Len()),
	}
	for id, to := range meant {
		w.lookalikes[id] = true
		for address, end := w.recipients.of(id); address < end; address++ {
			w.addRecipient(address, to)
		}
	}
	slices.Sort(w.writers)
	w.writers = slices.Compact(w.writers)
	return w
}

// addRecipient adds the mail to a recipient at a lookalike, and its namesakes.
func (w *wantedMail) addRecipient(address uint32, meant []uint32) {
	r := w.recipients
	w.add(address)
	local := r.addresses.At(address).Local
	same := r.namesakes(local)
	if len(same) == 1 { // itself
		return
	}
	for edge := range r.edges.to(address) {
		w.writers = append(w.writers, w.writerOf(edge.person, address))
	}
	if len(same) <= maxShared {
		for _, entry := range same {
			w.add(uint32(entry))
		}
	}
	for _, to := range meant {
		if twin, ok := r.addressAt(local, to); ok {
			w.add(twin)
		}
	}
}

func (w *wantedMail) add(address uint32) {
	w.addresses[address] = true
	w.domains[w.recipients.addresses.At(address).Domain] = true
}

// has says whether the mail of a person to an address is wanted.
func (w *wantedMail) has(person, address uint32) bool {
	if !w.addresses[address] {
		return false
	}
	if w.lookalikes[w.recipients.addresses.At(address).Domain] {
		return true
	}
	_, wrote := slices.BinarySearch(w.writers, w.writerOf(person, address))
	return wrote
}

// moments reads those of one part of the deliveries, as long as there is a quota.
func (e *Evidence) moments(p *detailPart, wanted *wantedMail, meant map[uint32][]uint32, kept *quota) (all []moment, err error) {
	var d parsers.Delivery
	q := detailQuery{domains: wanted.domains, next: wanted.lookalikes, of: func(person, address uint32) bool {
		return !kept.isSpent() && address != noAddress && e.people.all[person].evidence && wanted.has(person, address)
	}}
	err = p.each(&q, func(_ uint32, b []byte) {
		m := moment{address: renumber(p.addresses, binary.LittleEndian.Uint32(b[4:])), person: renumber(p.people, binary.LittleEndian.Uint32(b))}
		carry.Unpack(b[9:]).Record(&d, nil)
		m.at, m.end, m.several = edgeTime(d.Time), endingOf(d.Status, d.Arrived, d.Failure), d.Count > 1
		if d.Copy && m.end == endUnknown {
			if bounce, ok := e.kept.bounces.Of(parsers.Copied{
				MessageID: d.MessageID, Recipient: e.addressText(m.address), SubjectSum: d.SubjectSum, Time: d.Time,
			}); ok {
				m.end = endingOf(bounce.Status, bounce.Arrived, bounce.Failure)
			}
		}
		dom := e.recipients.addresses.At(m.address).Domain
		m.thread = e.threadOf(&d, dom, meant[dom])
		all = append(all, m)
		kept.kept.Add(1)
	})
	return all, err
}

// threadOf returns which of some domains takes part in the thread of a delivery to
// another one, noDomain if none does. Where the other one does as well, both are
// somebody's.
func (e *Evidence) threadOf(d *parsers.Delivery, to uint32, meant []uint32) uint32 {
	t := &e.kept.threads
	if t.IsEmpty() || !d.Copy || t.Joins(d, e.names[to]) {
		return noDomain
	}
	for _, id := range meant {
		if t.Joins(d, e.names[id]) {
			return id
		}
	}
	return noDomain
}

// addressText returns an address as it is written.
func (e *Evidence) addressText(id uint32) string {
	a := &e.recipients.addresses
	return string(a.Local(id)) + "@" + e.names[a.At(id).Domain].String()
}

// to returns the mail to an address, in the order of time.
func (t *timeline) to(address uint32) []moment {
	from, _ := sort.Find(len(t.moments), func(i int) int { return cmp.Compare(address, t.moments[i].address) })
	to := from
	for to < len(t.moments) && t.moments[to].address == address {
		to++
	}
	return t.moments[from:to]
}

// Times around a slip, in seconds.
const (
	// correction is how soon after a slip mail of the same sender to the same person
	// at the intended domain corrects it.
	correction = 60 * 60
	// together is until when mail to two belongs together: it had both recipients, or a
	// program sent it. Nobody sees an error and writes again so soon.
	together = 10
	// resend is how soon after it came back a mail is sent again.
	resend = 24 * 60 * 60
	// propagation is how long the answers to all go on that repeat a slip.
	propagation = uint32(findings.Propagation / time.Second)
)

// maxCorrected is how often a slip is made before it is corrected: who wrote to an
// address more often uses it.
const maxCorrected = 2

// isCorrected says whether one of ours wrote to the twin of an address after a mail to
// it: soon after the last one, or after one that came back.
func (t *timeline) isCorrected(address, twin uint32) bool {
	right, wrong := t.to(twin), t.to(address)
	if len(right) == 0 || len(wrong) == 0 {
		return false
	}
	later := map[uint32]int{} // of each person, the mails after the one at hand
	sent := map[uint32]int{}
	for i := range wrong {
		sent[wrong[i].person]++
	}
	for i := len(wrong) - 1; i >= 0; i-- {
		m := &wrong[i]
		isLast := later[m.person] == 0
		later[m.person]++
		switch {
		case m.at == 0, m.several:
		case m.end.isFailure() && wroteWithin(right, m, resend),
			isLast && sent[m.person] <= maxCorrected && wroteWithin(right, m, correction):
			return true
		}
	}
	return false
}

// isBeside says whether one of ours wrote to the twin of an address soon after so many of
// the mails to it that nobody corrects himself so often.
func (t *timeline) isBeside(address, twin uint32) bool {
	right, wrong := t.to(twin), t.to(address)
	times := map[uint32]int{}
	for i := range wrong {
		m := &wrong[i]
		if m.at == 0 || m.several || m.end.isFailure() || !wroteWithin(right, m, correction) {
			continue
		}
		if times[m.person]++; times[m.person] > maxCorrected {
			return true
		}
	}
	return false
}

// wroteWithin says whether the sender of m is the one of a mail so many seconds after it, and
// not at the same time. all are in the order of time.
func wroteWithin(all []moment, m *moment, seconds uint32) bool {
	from, _ := slices.BinarySearchFunc(all, m.at+together, func(x moment, at uint32) int { return cmp.Compare(x.at, at) })
	for ; from < len(all) && all[from].at-m.at <= seconds; from++ {
		if all[from].person == m.person {
			return true
		}
	}
	return false
}

// learnEnds adds to the traffic of a domain what became of the mail to it, and who of
// its senders wrote there not only because others did.
func (e *Evidence) learnEnds(id uint32) {
	t := &e.traffic.byDomain[id]
	t.NoUser, t.Failed = 0, 0
	began, bursts := map[uint32]bool{}, map[uint32]uint32{}
	r := &e.recipients
	for address, end := r.of(id); address < end; address++ {
		all := e.timeline.to(address)
		begin := uint32(0) // of the burst
		for i := range all {
			m := &all[i]
			who := e.people.all[m.person].as
			switch m.end {
			case endNoUser:
				t.NoUser++
			case endFailed:
				t.Failed++
			}
			if i == 0 || m.at == 0 || m.at-begin > propagation {
				begin = m.at
			}
			if m.at == begin {
				began[who] = true // of those of one second, none answers another
			}
			if before, isThere := bursts[who]; isThere && before != begin {
				began[who] = true // who comes again does not only answer
			}
			bursts[who] = begin
		}
	}
	t.Beginners = int64(len(began))
}

// wentOn says whether somebody of a domain wrote in the thread of a mail to an address.
func (t *timeline) wentOn(address, domain uint32) bool {
	return slices.ContainsFunc(t.to(address), func(m moment) bool { return m.thread == domain })
}

// pairOf adds to what is known of two domains what the times of their mail show, and
// its threads; to is the domain of the twin.
func (t *timeline) pairOf(p *lookalike.Pair, address, twin, to uint32) {
	if t == nil {
		p.Unread = true
		return
	}
	if t.isCorrected(address, twin) || t.wentOn(address, to) {
		p.Corrections++
	}
	if t.isCorrected(twin, address) {
		p.Reversed++
	}
	if t.isBeside(address, twin) {
		p.Beside++
	}
}
