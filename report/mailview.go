package report

import (
	"bufio"
	_ "embed"
	"html/template"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
)

//go:embed mail.html
var mailTemplate string

// What a mail tells of, at most: the rest is in the report that it carries.
const (
	mailSenders    = 10
	mailLookalikes = 5
)

// mailWidth is that of the text part (RFC 5322 section 2.1.1).
const mailWidth = 76

// A mailView is a report in the words of a mail. Its texts are safe and
// defanged, for mail programs make links of what looks like a domain.
type mailView struct {
	Headline   string
	Figures    []mailFigure
	Senders    []mailSender
	Lookalikes []mailLookalike
	Weeks      []bar
	Todo       []mailTask
	Coverage   []string
	More       string
}

// A mailFigure is a number with that of the window before.
type mailFigure struct{ Name, Value, Before string }

// A bar is a number with its part of the largest, in percent.
type bar struct {
	Name, Value string
	Percent     int
}

type mailSender struct {
	bar
	Rank     int
	Risk     string
	Exposure string
	Worst    string
}

type mailLookalike struct{ Domain, Intended, How, Mails, Taken, Since string }

// A mailTask is something to do, with its commands.
type mailTask struct {
	Name, Text string
	Commands   []string
}

func newMailView(r *result.Result, o MailOptions) *mailView {
	p := newPage(nil, Options{Unicode: true, Location: o.Location})
	p.still = true
	v := &mailView{Headline: strings.ReplaceAll(p.headline(r), "   ", " "), Figures: p.mailFigures(r), Coverage: coverageLines(r, o)}
	v.Senders = p.mailSenders(r)
	v.Lookalikes = p.mailLookalikes(r)
	v.Weeks = p.weeks(r.Trend)
	v.Todo = mailTasks(r, o.Report)
	if n := len(r.Senders) - len(v.Senders); n > 0 {
		v.More = count(int64(n), "more sender is", "more senders are") + " in the report."
	}
	return v
}

// defang writes names of strangers so that nothing makes a link of them: a
// domain, or that of an address.
func defang(s string) string {
	at := strings.LastIndexByte(s, '@') + 1
	return s[:at] + strings.ReplaceAll(s[at:], ".", "[.]")
}

func (p *page) mailFigures(r *result.Result) []mailFigure {
	figures := []mailFigure{
		{Name: "arrived", Value: grouped(r.Totals.Arrived.Yes)},
		{Name: "bounced, harmless", Value: grouped(r.Totals.Arrived.No)},
		{Name: "new", Value: "–"},
	}
	if r.Trend == nil {
		return figures
	}
	figures[2].Value = grouped(r.Trend.NewMessages)
	if before := r.Trend.Previous; before != nil {
		figures[0].Before, figures[1].Before = grouped(before.Arrived.Yes), grouped(before.Arrived.No)
	}
	return figures
}

// mailsOf tells how many mails there were, and what became of them.
func mailsOf(messages int64, a result.Arrived) string {
	text := count(messages, "mail", "mails") + ", " + grouped(a.Yes) + " arrived"
	if open := a.Maybe + a.Unknown; open > 0 {
		text += ", " + grouped(open) + " more may have"
	}
	return text
}

// percent is the length of a bar.
func percent(x, largest float64) int {
	if largest <= 0 || x <= 0 {
		return 0
	}
	return max(1, int(x/largest*100))
}

func (p *page) mailSenders(r *result.Result) (out []mailSender) {
	for i := range r.Senders[:min(mailSenders, len(r.Senders))] {
		s := &r.Senders[i]
		mails := mailsOf(s.Messages, s.Arrived)
		out = append(out, mailSender{
			bar:  bar{Name: p.brief(s.Sender), Value: mails, Percent: percent(s.Exposure, r.Senders[0].Exposure)},
			Rank: s.Rank, Risk: p.brief(string(s.Risk)), Exposure: strconv.FormatFloat(s.Exposure, 'f', 1, 64),
			Worst: defang(p.brief(s.Worst)) + " for " + p.brief(s.Intended),
		})
	}
	return out
}

func (p *page) mailLookalikes(r *result.Result) (out []mailLookalike) {
	for i := range r.Lookalikes[:min(mailLookalikes, len(r.Lookalikes))] {
		l := &r.Lookalikes[i]
		x := mailLookalike{
			Domain: defang(p.brief(l.Domain)), Intended: p.brief(l.Intended), How: p.brief(l.How),
			Mails: mailsOf(l.Messages, l.Arrived),
			Since: p.since(l),
		}
		if len(l.Relays) > 0 {
			x.Taken = defang(p.brief(listed(l.Relays)))
		}
		out = append(out, x)
	}
	return out
}

// since tells whether a lookalike is new, or how long it is written to.
func (p *page) since(l *result.Lookalike) string {
	first := l.FirstSeen
	if first == nil {
		first = l.First
	}
	switch {
	case l.New:
		return "new"
	case l.Standing && first != nil:
		return "standing since " + p.short(*first, "2 Jan", "2 Jan 2006")
	case l.FirstSeen != nil:
		return "first seen " + p.short(*first, "2 Jan", "2 Jan 2006")
	}
	return ""
}

// weeks are the bars of a trend, none without a history.
func (p *page) weeks(t *result.Trend) (out []bar) {
	if t == nil {
		return nil
	}
	var largest int64
	for i := range t.Weeks {
		largest = max(largest, t.Weeks[i].Messages)
	}
	for i := range t.Weeks {
		w := &t.Weeks[i]
		out = append(out, bar{
			Name:  w.From.In(p.o.Location).Format("2 Jan"),
			Value: mailsOf(w.Messages, w.Arrived), Percent: percent(float64(w.Messages), float64(largest)),
		})
	}
	return out
}

// coverageLines tell what was read, and what was not.
func coverageLines(r *result.Result, o MailOptions) []string {
	var b strings.Builder
	p := newPage(&b, Options{Unicode: true, Location: o.Location})
	p.still = true
	p.unnamed(r)
	p.hidden(r)
	p.ignored(r)
	p.internal(r)
	p.coverage(r)
	p.problems(r)
	p.w.Flush()
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// mailTasks are what to do about the findings, with the exact commands. A
// domain is written as a pattern, army[.]ml, which the commands take.
func mailTasks(r *result.Result, report string) []mailTask {
	if len(r.Lookalikes) == 0 {
		return nil
	}
	if report == "" {
		report = "REPORT.json"
	}
	report = quoted(report)
	var rules []string
	for i := range r.Lookalikes[:min(mailLookalikes, len(r.Lookalikes))] {
		if l := &r.Lookalikes[i]; isPlainDomain(l.Domain) && isPlainDomain(l.Intended) {
			rules = append(rules, postfixRule(l.Domain, l.Intended))
		}
	}
	tasks := []mailTask{
		{"Block", "Refuse the next one before it leaves. For Postfix (check_recipient_access regexp:…):", append(rules, "typoaudit block "+report+" --for postfix")},
	}
	if !r.Pseudonymized { // else there is nobody to write to
		tasks = append(tasks, mailTask{"Notify", "Tell each sender of the own slips:", []string{"typoaudit notify " + report}})
	}
	if worst := r.Lookalikes[0].Domain; isPlainDomain(worst) {
		tasks = append(tasks, mailTask{"Ignore", "If it is meant:", []string{"typoaudit ignore add '" + defang(worst) + "' --reason \"…\""}})
	}
	return tasks
}

// postfixRule is a line of a regexp_table(5) that refuses a domain.
func postfixRule(lookalike, intended string) string {
	return "/@" + defang(lookalike) + "$/ REJECT 5.1.2 did you mean " + intended + "?"
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	path = SafeText(path)
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func (v *mailView) html() (string, error) {
	t, err := template.New("mail").Parse(mailTemplate)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, v)
	return b.String(), err
}

// text is the plain alternative.
func (v *mailView) text() string {
	var b strings.Builder
	p := &page{w: bufio.NewWriter(&b), o: Options{Width: mailWidth}}
	p.para(0, v.Headline)
	p.blank()
	for _, f := range v.Figures {
		line := f.Value + " " + f.Name
		if f.Before != "" {
			line += " (before: " + f.Before + ")"
		}
		p.para(2, line)
	}
	if len(v.Senders) > 0 {
		p.section("Most exposed senders")
		for _, s := range v.Senders {
			p.para(4, strconv.Itoa(s.Rank)+". "+s.Name+": "+s.Risk+", exposure "+s.Exposure+"; "+s.Value+"; "+s.Worst)
			p.para(0, "   "+s.drawn())
		}
		if v.More != "" {
			p.para(0, v.More)
		}
		p.section("Worst lookalikes")
		for _, l := range v.Lookalikes {
			p.lookalikeEntry(&l)
		}
	}
	if len(v.Weeks) > 0 {
		p.section("Weeks")
		for _, w := range v.Weeks {
			p.para(0, strings.TrimRight(w.drawn()+" "+w.Name+": "+w.Value, " "))
		}
	}
	v.rest(p)
	return b.String()
}

// rest writes what to do and what was read.
func (v *mailView) rest(p *page) {
	if len(v.Todo) > 0 {
		p.section("What to do")
	}
	for _, t := range v.Todo {
		p.para(2, t.Name+": "+t.Text)
		for _, c := range t.Commands {
			p.w.WriteString("    " + c + "\n")
		}
	}
	p.section("What was read")
	for _, line := range v.Coverage {
		p.para(2, line)
	}
	p.w.Flush()
}

func (p *page) section(title string) {
	p.blank()
	p.para(0, strings.ToUpper(title))
}

func (p *page) lookalikeEntry(l *mailLookalike) {
	p.para(2, l.Domain+" for "+l.Intended+" ("+l.How+"): "+l.Mails)
	if l.Taken != "" {
		p.para(4, "  taken by "+l.Taken)
	}
	if l.Since != "" {
		p.para(4, "  "+l.Since)
	}
}

// drawn is the bar in characters.
func (b bar) drawn() string {
	const longest = 20
	n := (b.Percent*longest + 99) / 100
	return strings.Repeat("█", n) + strings.Repeat("·", longest-n)
}
