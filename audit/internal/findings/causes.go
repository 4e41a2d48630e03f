package findings

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
func findCauses(rows []Row) {
	type way struct{ person, recipient string }
	sent := map[way]*written{}
	last := map[string]*Row{} // to each recipient
	for i := range rows {
		d := &rows[i].Delivery
		to := strings.ToLower(d.Recipient)
		switch {
		case rows[i].Forwarded:
			d.Cause = result.CauseForward
		case isList(d):
			d.Cause = result.CauseList
		case rows[i].Machine || isProgram(d):
			d.Cause = result.CauseWebForm
		case d.Person == "": // several may have written it
			d.Cause = result.CauseTyped
		default:
			w := sent[way{d.Person, to}]
			if w == nil {
				w = &written{}
				sent[way{d.Person, to}] = w
			}
			w.add(d)
			d.Cause = result.CauseTyped
			if before := last[to]; before != nil && before.Delivery.Person != d.Person && w.mails == d.Count && isSoonAfter(d.Time, before.Delivery.Time) {
				d.Cause = result.CauseReplyAll
			}
			last[to] = &rows[i]
		}
	}
	for i := range rows {
		d := &rows[i].Delivery
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
	return t != nil && before != nil && t.Sub(*before) <= Propagation
}

// isList says whether a delivery was sent on by a mailing list. Who logged in as the sender
// is none: it-admin is somebody's address.
func isList(d *result.Delivery) bool {
	if d.Sender == nil || isOwnLogin(d) {
		return false
	}
	_, ok := result.ListOf(*d.Sender)
	return ok
}

// isOwnLogin says whether the sender is the address, or its local part, that was logged in.
func isOwnLogin(d *result.Delivery) bool {
	if d.AuthUser == nil || d.Sender == nil || hasVERP(*d.Sender) {
		return false
	}
	sender := envelope.PlainSender(*d.Sender)
	local, _, ok := domain.SplitAddress(sender)
	return ok && (strings.EqualFold(*d.AuthUser, sender) || strings.EqualFold(*d.AuthUser, local))
}

// hasVERP says whether an envelope sender has the recipient in it.
func hasVERP(sender string) bool {
	lower := strings.ToLower(sender)
	return envelope.PlainSender(sender) != sender && !strings.HasPrefix(lower, "prvs=") && !strings.HasPrefix(lower, "srs")
}

// isProgram says whether the envelope sender of a delivery is one that nobody writes from:
// the null one, one with the recipient in it (VERP), one that takes no answers, or one with
// a program's name, unless who has that address logged in.
func isProgram(d *result.Delivery) bool {
	if d.Sender == nil {
		return false
	}
	local, _, ok := domain.SplitAddress(strings.ToLower(envelope.PlainSender(*d.Sender)))
	if !ok {
		return *d.Sender == ""
	}
	word := joinWords.Replace(local)
	return hasVERP(*d.Sender) || strings.HasPrefix(word, "noreply") || strings.HasPrefix(word, "donotreply") ||
		slices.Contains(programs(), word) && !isOwnLogin(d)
}

// joinWords takes away what separates the words of a local part. It is made once, of kilobytes.
var joinWords = strings.NewReplacer("-", "", "_", "", ".", "")

// programs are local parts, without what separates their words, that programs write
// from.
func programs() []string {
	return []string{
		"alert", "alerts", "apache", "automailer", "bounce", "bounces", "cron", "daemon", "gitlab", "helpdesk", "jenkins", "jira",
		"mailerdaemon", "mailing", "mailings", "mailrobot", "marketing", "monitor", "monitoring", "nagios", "news", "newsletter", "notification",
		"notifications", "notify", "otrs", "postmaster", "robot", "root", "rt", "shop", "system", "ticket", "tickets", "updates", "wordpress", "wwwdata", "zabbix",
	}
}
