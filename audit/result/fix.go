package result

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A Fix is one wrong address at the place that keeps it, with the one to put there.
type Fix struct {
	Cause     Cause      `json:"cause"`
	Wrong     string     `json:"wrong_address"`
	Right     string     `json:"right_address"`
	Where     string     `json:"where"` // whose address book, which alias, list or program: an address, or a name
	Who       string     `json:"who"`   // who can change it: a sender, or the owner of what Where names
	Messages  int64      `json:"messages"`
	Arrived   Arrived    `json:"arrived"`
	Exposure  float64    `json:"exposure"`
	FirstUsed *time.Time `json:"first_used"`
	LastUsed  *time.Time `json:"last_used"`
	Lookalike string     `json:"lookalike"`
	Intended  string     `json:"intended"`
	Source    string     `json:"source"` // the alias map or list, where one was read; else ""
	Line      int        `json:"line"`
}

// CauseOf returns the cause of a delivery. One of a report that has none is known by the
// alias that sent the mail on.
func (d *Delivery) CauseOf() Cause {
	switch {
	case d.Cause != "":
		return d.Cause
	case d.Orig != "" && strings.EqualFold(d.Orig, d.Person):
		return CauseForward
	}
	return CauseTyped
}

// Fixes returns what is to be changed so that no mail goes to the wrong addresses of a
// report any more: one for each cause, wrong address and place, the most exposed first.
func (r *Result) Fixes() []Fix {
	type place struct {
		cause Cause
		wrong string
		where string
	}
	found := map[place]*Fix{}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		cause := d.CauseOf()
		where, who := d.placeOf(cause)
		key := place{cause, strings.ToLower(d.Recipient), where}
		f := found[key]
		if f == nil {
			f = &Fix{Cause: cause, Wrong: d.Recipient, Right: d.Meant, Where: where, Who: who, Lookalike: d.Lookalike, Intended: d.Intended}
			found[key] = f
		}
		f.add(d)
	}
	all := make([]Fix, 0, len(found)+len(r.Listed))
	for i := range r.Listed {
		all = append(all, r.Listed[i].fix())
	}
	for _, f := range found {
		f.Exposure = Round(f.Exposure)
		all = append(all, *f)
	}
	slices.SortFunc(all, func(x, y Fix) int {
		return cmp.Or(cmp.Compare(y.Exposure, x.Exposure), cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.Wrong, y.Wrong),
			cmp.Compare(x.Cause, y.Cause), cmp.Compare(x.Where, y.Where), cmp.Compare(x.Source, y.Source), cmp.Compare(x.Line, y.Line))
	})
	return all
}

func (f *Fix) add(d *Delivery) {
	f.Messages += d.Count
	f.Arrived.Add(d.Arrived, d.Count)
	f.Exposure += d.exposure(d.Confidence)
	if d.Time == nil {
		return
	}
	if f.FirstUsed == nil || d.Time.Before(*f.FirstUsed) {
		f.FirstUsed = TimeOf(*d.Time)
	}
	if f.LastUsed == nil || d.Time.After(*f.LastUsed) {
		f.LastUsed = TimeOf(*d.Time)
	}
}

// placeOf returns what keeps the wrong address of a delivery, and who can change it.
func (d *Delivery) placeOf(c Cause) (where, who string) {
	switch c {
	case CauseForward:
		alias := cmp.Or(d.Orig, d.Person)
		return alias, alias
	case CauseList:
		list := d.Orig
		if list == "" && d.Sender != nil {
			list, _ = ListOf(*d.Sender)
		}
		list = cmp.Or(list, d.Person)
		return list, list
	}
	sender := d.Person
	if sender == "" && d.Sender != nil {
		sender = *d.Sender
	}
	return sender, sender
}

// ListOf returns the address, in lower case, of the list that an envelope sender is of, in
// the manner of Mailman, Sympa, Majordomo, LISTSERV and ezmlm:
// lab-bounces+kato=gmail.com@corp.example is lab's. ok is false where no list has left its
// name in it.
func ListOf(sender string) (list string, ok bool) {
	local, host, isAddress := domain.SplitAddress(strings.ToLower(sender))
	if !isAddress {
		return "", false
	}
	local, _, _ = strings.Cut(local, "+")
	name, _, _ := strings.Cut(local, "-return-")
	for _, end := range [...]string{"-bounces", "-bounce", "-owner", "-request", "-admin"} {
		name = strings.TrimSuffix(name, end)
	}
	name = strings.TrimPrefix(name, "owner-")
	site, _, _ := strings.Cut(host, ".")
	isOfSite := slices.Contains([]string{"list", "lists", "listserv", "mailman", "sympa"}, site)
	return name + "@" + host, name != "" && (isOfSite || name != local)
}

// isOfPlace says that the wrong address stands in an alias, a list or a program.
func (c Cause) isOfPlace() bool { return c == CauseForward || c == CauseList || c == CauseWebForm }

// places are the addresses that are themselves those of a finding: the aliases, lists and
// programs from which mail goes to a wrong address.
func (r *Result) places() map[string]bool {
	places := map[string]bool{}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		if c := d.CauseOf(); c.isOfPlace() {
			where, _ := d.placeOf(c)
			places[strings.ToLower(where)] = true
		}
	}
	return places
}
