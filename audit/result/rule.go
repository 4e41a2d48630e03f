package result

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
)

// A Rule leaves findings out of the report. The form of one is a line:
//
//	army.ml reason="our Bamako office" until=2027-06-30
//	*@partner.co -> partner.com
//	sender=newsletter@corp.example *
//	!corp.at reason="not ours"
//
// After an exclamation mark stands what is a slip: it is neither left out nor asked for.
// The pattern is that of the recipient if it has an @, else that of the
// lookalike. After an arrow stands the pattern of the domain that was meant,
// in sender= that of the sender. In patterns * stands for any text and ? for
// any one character, letters match in both cases, and a domain may be defanged
// (army[.]ml) or written in Unicode. until= is the last day of the rule. A text
// with blanks stands in double quotes, and what follows a # that begins a word
// is a comment.
type Rule struct {
	Line     int    // in the file, from 1 on
	Text     string // the rule as it stands there, without comment
	Pattern  string
	Slip     bool   // what it is about is a slip, and stays
	Intended string // "" for any
	Sender   string // "" for any
	Reason   string
	Until    time.Time // the end of its last day; zero for none
}

// Rules are those of a file, in its order: of those that match a finding
// the first counts.
type Rules []Rule

// ParseRules reads the rules of a file. Days are those of a location.
func ParseRules(text string, location *time.Location) (Rules, error) {
	var rules Rules
	var errs []error
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		n++
		rule, err := ParseRule(line, location)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("line %d: %w", n, err))
		case rule.Pattern != "":
			rule.Line = n
			rules = append(rules, rule)
		}
	}
	return rules, errors.Join(errs...)
}

// ParseRule reads one line. An empty one or a comment gives a rule
// without a pattern.
func ParseRule(line string, location *time.Location) (Rule, error) {
	var rule Rule
	words, err := ignoreWords(line)
	if err != nil || len(words) == 0 {
		return rule, err
	}
	into := &rule.Pattern
	for _, w := range words {
		key, value, isKey := strings.Cut(w, "=")
		switch {
		case w == "->" || w == "→":
			into = &rule.Intended
			continue
		case isKey && key == "reason":
			rule.Reason = value
		case isKey && key == "sender":
			rule.Sender = canonicalPattern(value)
		case isKey && key == "until":
			day, err := time.ParseInLocation(time.DateOnly, value, location)
			if err != nil {
				return rule, fmt.Errorf("until=%s: no day such as 2027-06-30", value)
			}
			rule.Until = day.AddDate(0, 0, 1)
		case *into != "":
			return rule, fmt.Errorf("%q: a rule has one pattern, and one after an arrow", w)
		case into == &rule.Pattern && strings.HasPrefix(w, "!"):
			rule.Slip, rule.Pattern = true, canonicalPattern(w[1:])
		default:
			*into = canonicalPattern(w)
		}
	}
	switch {
	case rule.Pattern == "":
		return rule, errors.New(`no pattern: a domain such as army.ml, an address, or *`)
	case into == &rule.Intended && rule.Intended == "":
		return rule, errors.New("no domain after the arrow")
	}
	rule.Text = joinWords(words)
	return rule, nil
}

// ignoreWords parts a line at blanks that stand in no quotes.
func ignoreWords(line string) (words []string, err error) {
	var word strings.Builder
	inWord, inQuotes := false, false
	for _, r := range line {
		switch {
		case r == '"':
			inQuotes, inWord = !inQuotes, true
			continue
		case !inQuotes && !inWord && r == '#':
			return words, nil
		case !inQuotes && strings.ContainsRune(" \t\r\n", r):
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
			continue
		case r == '\n':
			return nil, errors.New("a quote is not closed")
		}
		word.WriteRune(r)
		inWord = true
	}
	if inQuotes {
		return nil, errors.New("a quote is not closed")
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
	return words, nil
}

// joinWords undoes ignoreWords.
func joinWords(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		key, value, isKey := strings.Cut(w, "=")
		switch {
		case !strings.ContainsAny(w, " \t\r\n#"):
			out[i] = w
		case isKey && (key == "reason" || key == "sender" || key == "until"):
			out[i] = key + `="` + value + `"`
		default:
			out[i] = `"` + w + `"`
		}
	}
	return strings.Join(out, " ")
}

// canonicalPattern writes a pattern or a name as the names in a Result are.
func canonicalPattern(s string) string {
	s = strings.ToLower(strings.ReplaceAll(s, "[.]", "."))
	local, host, isAddress := cutLast(s, "@")
	if !isAddress {
		host = s
	}
	if name, err := domain.Parse(host); err == nil && !strings.ContainsAny(host, "*?") {
		host = name.String()
	}
	if isAddress {
		return local + "@" + host
	}
	return host
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// Expired says whether the last day of a rule has passed.
func (r *Rule) Expired(now time.Time) bool { return !r.Until.IsZero() && !now.Before(r.Until) }

// AreOfSlip says whether what counts of the rules at a time says of mail that it is a slip.
func (r Rules) AreOfSlip(d *Delivery, now time.Time) bool {
	rule := r.Find(d, now)
	return rule != nil && rule.Slip
}

// Find returns the first rule about a delivery that counts at a time, nil if there is none.
func (r Rules) Find(d *Delivery, now time.Time) *Rule {
	for i := range r {
		if !r[i].Expired(now) && r[i].Matches(d) {
			return &r[i]
		}
	}
	return nil
}

// Matches says whether a rule is about a delivery, expired or not.
func (r *Rule) Matches(d *Delivery) bool { return r.matches(namesOf(d)) }

// Names are what rules compare of a delivery, as patterns are written.
type names [numFields]string

// A field is one of them.
type field uint8

const (
	ofLookalike field = iota
	ofRecipient
	ofIntended
	ofPerson
	ofSender
	numFields
)

func namesOf(d *Delivery) *names {
	sender := ""
	if d.Sender != nil {
		sender = *d.Sender
	}
	return &names{
		ofLookalike: strings.ToLower(d.Lookalike), ofRecipient: strings.ToLower(canonicalPattern(d.Recipient)), ofIntended: strings.ToLower(d.Intended),
		ofPerson: canonicalPattern(d.Person), ofSender: canonicalPattern(envelope.PlainSender(sender)),
	}
}

func (r *Rule) matches(n *names) bool {
	return matches(r.Pattern, n[r.field()]) && (r.Intended == "" || matches(r.Intended, n[ofIntended])) &&
		(r.Sender == "" || matches(r.Sender, n[ofPerson]) || matches(r.Sender, n[ofSender]))
}

// field is that which the pattern is compared with.
func (r *Rule) field() field {
	if strings.Contains(r.Pattern, "@") {
		return ofRecipient
	}
	return ofLookalike
}

// matches holds a pattern with * and ? against a text, in a time that is at
// most the product of their lengths: it goes back to the last * alone.
func matches(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// A ruleIndex finds the rules that may be about a delivery without asking each: many
// rules and many findings are as many questions as their product. The zero value is ready.
type ruleIndex struct {
	groups []ruleGroup
	any    []int // rules whose patterns begin and end with a wildcard
}

// A ruleGroup is the rules of which a field has to begin, or end, with a text of some
// length, by that text. Their numbers ascend.
type ruleGroup struct {
	field  field
	suffix bool
	length int // bytes
	rules  map[string][]int
}

// add adds a rule with a number, which is higher than those before.
func (x *ruleIndex) add(r *Rule, number int) {
	best, at, isSuffix := "", ofLookalike, false
	for _, p := range []struct {
		field   field
		pattern string
	}{{r.field(), r.Pattern}, {ofIntended, r.Intended}, {ofSender, r.Sender}} {
		pattern := plainRunes(p.pattern)
		if begin := pattern[:len(pattern)-len(strings.TrimLeftFunc(pattern, isPlain))]; len(begin) > len(best) {
			best, at, isSuffix = begin, p.field, false
		}
		if end := pattern[len(strings.TrimRightFunc(pattern, isPlain)):]; len(end) > len(best) {
			best, at, isSuffix = end, p.field, true
		}
	}
	if best == "" {
		x.any = append(x.any, number)
		return
	}
	for i := range x.groups {
		if g := &x.groups[i]; g.field == at && g.suffix == isSuffix && g.length == len(best) {
			g.rules[best] = append(g.rules[best], number)
			return
		}
	}
	x.groups = append(x.groups, ruleGroup{at, isSuffix, len(best), map[string][]int{best: {number}}})
}

func isPlain(c rune) bool { return c != '*' && c != '?' }

// plainRunes returns a text as patterns are compared: in runes.
func plainRunes(text string) string { return string([]rune(text)) }

// candidates returns the numbers of the rules that may be about a delivery, in lists that
// ascend.
func (x *ruleIndex) candidates(n *names) [][]int {
	all := [][]int{x.any}
	for i := range x.groups {
		g := &x.groups[i]
		fields := []field{g.field}
		if g.field == ofSender {
			fields = append(fields, ofPerson)
		}
		for _, f := range fields {
			text := plainRunes(n[f])
			if len(text) < g.length {
				continue
			}
			if g.suffix {
				text = text[len(text)-g.length:]
			}
			all = append(all, g.rules[text[:g.length]])
		}
	}
	return all
}
