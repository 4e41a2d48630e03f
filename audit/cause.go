package audit

import (
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/result"
)

// Bounds of the causes.
const (
	// addressBookMails and addressBookSpan are how often, and for how long, somebody
	// writes to the same wrong address until it must stand in an address book.
	addressBookMails = 3
	addressBookSpan  = 7 * 24 * time.Hour
)

// findCauses says of each delivery why it went to the wrong address. rows are in the
// order of time.
func findCauses(rows []row) {
	type way struct{ person, recipient string }
	sent := map[way]*written{}
	last := map[string]*row{} // to each recipient
	for i := range rows {
		d := &rows[i].d
		to := strings.ToLower(d.Recipient)
		switch {
		case rows[i].forwarded:
			d.Cause = result.CauseForward
		case isList(d.Sender):
			d.Cause = result.CauseList
		case rows[i].machine || isProgram(d.Sender):
			d.Cause = result.CauseWebForm
		default:
			w := sent[way{d.Person, to}]
			if w == nil {
				w = &written{}
				sent[way{d.Person, to}] = w
			}
			w.add(d)
			d.Cause = result.CauseTyped
			if before := last[to]; before != nil && before.d.Person != d.Person && w.mails == d.Count && isSoonAfter(d.Time, before.d.Time) {
				d.Cause = result.CauseReplyAll
			}
			last[to] = &rows[i]
		}
	}
	for i := range rows {
		d := &rows[i].d
		if w := sent[way{d.Person, strings.ToLower(d.Recipient)}]; w != nil && w.isStanding() && !d.Cause.IsMachine() && d.Cause != result.CauseForward {
			d.Cause = result.CauseAddressBook
		}
	}
}

// written sums what one person wrote to one address.
type written struct {
	mails       int64
	first, last *time.Time
}

func (w *written) add(d *result.Delivery) {
	w.mails += d.Count
	if d.Time == nil {
		return
	}
	if w.first == nil {
		w.first = d.Time
	}
	w.last = d.Time
}

func (w *written) isStanding() bool {
	return w.mails >= addressBookMails && w.first != nil && w.last.Sub(*w.first) >= addressBookSpan
}

func isSoonAfter(t, before *time.Time) bool {
	return t != nil && before != nil && t.Sub(*before) <= propagation*time.Second
}

// isList says whether an envelope sender is of a mailing list: Mailman, Sympa, ezmlm,
// Majordomo and LISTSERV leave their name in it.
func isList(sender *string) bool {
	if sender == nil {
		return false
	}
	local, host, ok := domain.SplitAddress(strings.ToLower(*sender))
	if !ok {
		return false
	}
	list, _, _ := strings.Cut(local, "+")
	for _, end := range [...]string{"-bounces", "-bounce", "-owner", "-request", "-admin"} {
		if strings.HasSuffix(list, end) {
			return true
		}
	}
	first, _, _ := strings.Cut(host, ".")
	return strings.HasPrefix(local, "owner-") || strings.Contains(local, "-return-") ||
		slices.Contains([]string{"list", "lists", "listserv", "mailman", "sympa"}, first)
}

// isProgram says whether an envelope sender is one that nobody writes from: the null
// one, one with the recipient in it (VERP), or one with a program's name.
func isProgram(sender *string) bool {
	if sender == nil {
		return false
	}
	plain := envelope.PlainSender(*sender)
	local, _, ok := domain.SplitAddress(strings.ToLower(plain))
	if !ok {
		return *sender == ""
	}
	isVERP := plain != *sender && strings.Contains(*sender, "=") && !strings.HasPrefix(strings.ToLower(*sender), "prvs=") && !strings.HasPrefix(strings.ToLower(*sender), "srs")
	word := strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)
	return isVERP || slices.Contains(programs(), word) || strings.HasPrefix(word, "noreply") || strings.HasPrefix(word, "donotreply")
}

// programs are local parts, without what separates their words, that programs write
// from.
func programs() []string {
	return []string{
		"alert", "alerts", "apache", "automailer", "bounce", "bounces", "cron", "daemon", "gitlab", "helpdesk", "jenkins", "jira",
		"mailerdaemon", "mailing", "mailings", "mailrobot", "marketing", "monitor", "monitoring", "nagios", "news", "newsletter", "notification",
		"notifications", "notify", "otrs", "postmaster", "robot", "root", "rt", "shop", "system", "ticket", "tickets", "updates", "wordpress", "wwwdata", "zabbix",
	}
}

// Thresholds of a program that has a person's name: without a login, where others have
// one, it writes to people's private mailboxes.
const (
	machineMails = 50
	machineShare = 0.7
)

// findMachines marks the people who are programs. It is asked for where there is
// anything to report.
func (e *Evidence) findMachines() {
	all, private := make([]int64, len(e.people.all)), make([]int64, len(e.people.all))
	hasLogins := slices.ContainsFunc(e.people.all, func(p personInfo) bool { return p.flags&personSubmitted != 0 })
	if !hasLogins {
		return
	}
	e.recipients.edges.log.mails(func(person, address uint32, n int64) {
		if p := &e.people.all[person]; p.flags&(personSubmitted|personForwarding) != 0 || !p.evidence {
			return
		}
		all[person] += n
		if e.roles[e.recipients.addresses.at(address).domain] == roleProvider {
			private[person] += n
		}
	})
	e.people.machines = make([]bool, len(e.people.all))
	for id, n := range all {
		e.people.machines[id] = n >= machineMails && float64(private[id]) >= machineShare*float64(n)
	}
}

// isMachine says whether a person is a program.
func (p *people) isMachine(id uint32) bool { return p.machines != nil && p.machines[id] }
