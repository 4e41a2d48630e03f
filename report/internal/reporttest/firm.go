package reporttest

import (
	"fmt"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// Firm is the Result of a week of an organisation: so many senders and mails, of every
// cause, with a history. It is the same for the same numbers.
func Firm(senders, mails int) *result.Result {
	r := Empty()
	verdicts := firmVerdicts()
	r.Coverage.Lines, r.Coverage.Deliveries, r.Coverage.Outbound, r.Coverage.InWindow = 1204331, 48211, 31004, 48211
	r.Deliveries = firmDeliveries(senders, mails, verdicts)
	r.Summarise(verdicts)
	r.Totals.From, r.Totals.To = r.Window.From, r.Window.To
	earlier := firmDeliveries(senders*2/3, mails/2, verdicts)
	week := 7 * 24 * time.Hour
	sum := result.Summarise(earlier, verdicts)
	r.Trend = &result.Trend{Previous: &sum.Totals, NewMessages: int64(mails) / 3, NewLookalikes: 2, ReportedMessages: int64(mails) - int64(mails)/3, ReportedLookalikes: len(verdicts) - 2}
	r.Trend.Previous.From, r.Trend.Previous.To = before(r.Window.From, week), before(r.Window.To, week)
	for n := range int64(result.MaxWeeks) {
		from := At(16, 0).Add(-time.Duration(result.MaxWeeks-1-n) * week)
		w := result.Week{From: from, To: from.Add(week), Messages: int64(mails) * (n + 3) / 10}
		w.Arrived = result.Arrived{Yes: w.Messages * 7 / 10, Maybe: w.Messages / 10, No: w.Messages - w.Messages*7/10 - w.Messages/10}
		r.Trend.Weeks = append(r.Trend.Weeks, w)
	}
	for i := range r.Senders {
		n := int64(i%4) * r.Senders[i].Messages / 2
		r.Senders[i].Before = &n
	}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		l.New, l.Standing, l.FirstSeen = i%9 == 4, i%3 == 0, before(l.First, time.Duration(i%5)*week)
	}
	return r
}

func before(t *time.Time, d time.Duration) *time.Time { return result.TimeOf(t.Add(-d)) }

// firmSlips are pairs of what was written and meant, with the kind.
func firmSlips() [][3]string {
	return [][3]string{
		{"army.ml", "army.mil", "tld-swapped"}, {"gmial.com", "gmail.com", "transposition"}, {"bigcustmoer.example", "bigcustomer.example", "transposition"},
		{"acme-suply.com", "acme-supply.com", "deletion"}, {"gmai.com", "gmail.com", "deletion"}, {"outlook.con", "outlook.com", "tld-mistyped"},
		{"partnr.example", "partner.example", "deletion"}, {"hotmial.com", "hotmail.com", "transposition"}, {"university-of-northern-whereever.example", "university-of-northern-wherever.example", "repetition"},
		{"yahooo.com", "yahoo.com", "repetition"}, {"ministry.gov.co", "ministry.gov.uk", "second-level"}, {"lawfirm-partners.com", "lawfirmpartners.com", "hyphen-extra"},
		{"bankofexamp1e.example", "bankofexample.example", "ascii-lookalike"}, {"supplierr.example", "supplier.example", "repetition"},
	}
}

func firmVerdicts() map[string]result.Verdict {
	verdicts := map[string]result.Verdict{}
	for i, s := range firmSlips() {
		verdicts[s[0]] = result.Verdict{Intended: s[1], Kind: s[2], How: result.KindText(s[2]), Confidence: 0.999 - float64(i%7)*0.04, Evidence: []result.Evidence{
			{Code: "error", Text: s[0] + " is " + s[1] + " mistyped: " + result.KindText(s[2]) + ".", Weight: 2.1},
			{Code: "twin", Text: "The same person is written to at " + s[1] + " (7 mails).", Weight: 2.7},
		}}
	}
	return verdicts
}

func firmDeliveries(senders, mails int, verdicts map[string]result.Verdict) (all []result.Delivery) {
	slips := firmSlips()
	first := []string{"kim", "ann", "lee", "noor", "jürgen", "maria-theresia", "bo", "samuel", "o.k", "x"}
	last := []string{"larsen", "novak", "okafor", "rossi", "hohenstein-wolfenbuettel", "sato", "li"}
	for n := range mails {
		who := (2*n + n/3) % senders
		if n%3 == 0 {
			who = n * n % max(1, senders/4)
		}
		slip := slips[(who*who+n%3)%len(slips)]
		person := fmt.Sprintf("%s.%s%d@corp.example", first[who%len(first)], last[who%len(last)], who/10)
		d := result.Delivery{
			Time: At(16+n%7, n%24), Person: person, Sender: &person, Recipient: fmt.Sprintf("person%d@%s", (who+n%2)%40, slip[0]), Meant: fmt.Sprintf("person%d@%s", (who+n%2)%40, slip[1]),
			Lookalike: slip[0], Intended: slip[1], Confidence: verdicts[slip[0]].Confidence, Cause: result.CauseTyped,
			Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, DSN: "2.0.0", Relay: "mx1." + slip[0] + "[192.0.2.9]:25", Bytes: 2000, Count: 1,
			MessageID: fmt.Sprintf("m%d@corp.example", n), QueueID: fmt.Sprintf("4Bx%05d", n), Source: "/var/log/mail.log", Line: int64(1000 + n*17), Sensitive: []string{}, AttachmentKinds: []string{},
		}
		switch {
		case who%11 == 5:
			d.Cause, d.Orig = result.CauseForward, person
		case who%17 == 3:
			d.Cause = result.CauseList
			sender := strings.Replace(person, "@", "-bounces@", 1)
			d.Sender = &sender
		case who%13 == 2:
			d.Cause = result.CauseAddressBook
		case who%19 == 7:
			d.Cause = result.CauseWebForm
		case who%23 == 8:
			d.Cause = result.CauseReplyAll
		}
		switch n % 9 {
		case 1:
			d.Status, d.Arrived, d.DSN, d.Relay = parsers.StatusBounced, parsers.ArrivedNo, "5.1.1", "none"
		case 4:
			d.Arrived = parsers.ArrivedMaybe
		}
		d.New = n%3 == 0
		all = append(all, d)
	}
	return all
}
