package result

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// A slip that goes on for so long and so often stands in an address book or a
// forwarding rule.
const (
	standingSpan     = 28 * 24 * time.Hour
	standingMessages = 3
)

// maxRelays is how many servers are named for a lookalike.
const maxRelays = 10

// lookalikesOf ranks the domains that deliveries went to.
func lookalikesOf(ds []Delivery, verdicts map[string]Verdict) []Lookalike {
	byName := map[string]*misdirected{}
	for i := range ds {
		d := &ds[i]
		m := byName[d.Lookalike]
		if m == nil {
			m = &misdirected{senders: map[string]bool{}, recipients: map[string]bool{}, relays: map[string]int64{}}
			byName[d.Lookalike] = m
		}
		m.add(d, verdicts[d.Lookalike].Confidence)
	}
	all := make([]Lookalike, 0, len(byName))
	for name, m := range byName {
		all = append(all, m.lookalike(name, verdicts[name]))
	}
	rankLookalikes(all)
	return all
}

// misdirected sums the deliveries to one lookalike.
type misdirected struct {
	exposure   float64
	messages   int64
	arrived    Arrived
	senders    map[string]bool
	recipients map[string]bool
	relays     map[string]int64
	first      time.Time
	last       time.Time
}

func (m *misdirected) add(d *Delivery, confidence float64) {
	m.messages += d.Count
	m.exposure += d.exposure(confidence)
	m.arrived.Add(d.Arrived, d.Count)
	if d.Person != "" {
		m.senders[d.Person] = true
	}
	m.recipients[strings.ToLower(d.Recipient)] = true
	if host := envelope.RelayHost(d.Relay); host != "" && host != "none" && d.Arrived != parsers.ArrivedNo {
		m.relays[host] += d.Count
	}
	m.first, m.last = widen(m.first, m.last, d.Time)
}

// widen returns a span that has t in it as well. A span without a time is of
// two zero ones.
func widen(first, last time.Time, t *time.Time) (time.Time, time.Time) {
	if t == nil {
		return first, last
	}
	if first.IsZero() || t.Before(first) {
		first = *t
	}
	if t.After(last) {
		last = *t
	}
	return first, last
}

func (m *misdirected) lookalike(name string, v Verdict) Lookalike {
	return Lookalike{
		Domain: name, Unicode: v.Unicode, Intended: v.Intended, Also: v.Also, Candidates: append([]Meant{}, v.Candidates...), Elder: v.Elder, Kind: v.Kind, How: v.How,
		Confidence: Round(v.Confidence), Verdict: VerdictOf(v.Confidence), Evidence: v.Evidence, Exposure: Round(m.exposure), Messages: m.messages, Arrived: m.arrived,
		Senders: len(m.senders), Recipients: len(m.recipients), Relays: topRelays(m.relays),
		Standing: isStanding(m.messages, m.first, m.last), First: TimeOf(m.first), Last: TimeOf(m.last),
	}
}

// isStanding says that a slip was made so often, and for so long, that it must
// stand in an address book or a forwarding rule.
func isStanding(messages int64, first, last time.Time) bool {
	return messages >= standingMessages && last.Sub(first) >= standingSpan
}

func topRelays(relays map[string]int64) []string {
	hosts := slices.SortedFunc(maps.Keys(relays), func(x, y string) int {
		return cmp.Or(cmp.Compare(relays[y], relays[x]), cmp.Compare(x, y))
	})
	return append([]string{}, hosts[:min(len(hosts), maxRelays)]...)
}

// rankLookalikes sorts by exposure, then arrival, then name: the order is total.
func rankLookalikes(all []Lookalike) {
	slices.SortFunc(all, func(x, y Lookalike) int {
		return cmp.Or(cmp.Compare(y.Exposure, x.Exposure), cmp.Compare(y.Arrived.Yes, x.Arrived.Yes), cmp.Compare(x.Domain, y.Domain))
	})
}
