package mail

import (
	_ "embed"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/summary"
)

//go:embed report.html
var htmlTemplate string

// textWidth is that of the text part (RFC 5322 section 2.1.1).
const textWidth = 76

// html is the HTML part.
func (v *view) html() (string, error) {
	t, err := template.New("mail").Parse(htmlTemplate)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, v)
	return b.String(), err
}

// text is the plain alternative.
func (v *view) text() (string, error) {
	var b strings.Builder
	p := newTextPage(&b)
	p.para(0, v.Headline)
	p.lines(v.News)
	p.lines(v.Problems)
	p.figures(v)
	p.todos(v.Todo)
	p.asked(v)
	p.senders(v)
	p.lookalikes(v.Lookalikes)
	p.weeks(v.Weeks)
	p.tasks(v.Admin)
	p.coverage(v.Coverage)
	err := p.Flush()
	return b.String(), err
}

// A textPage writes the sections of the plain alternative.
type textPage struct{ *layout.Page }

func newTextPage(w io.Writer) textPage { return textPage{layout.NewPage(w, textWidth)} }

func (p textPage) section(title string) {
	p.Blank()
	p.para(0, strings.ToUpper(title))
}

func (p textPage) para(indent int, text string) { p.Para(layout.Paragraph{Text: text, Indent: indent}) }

// lines are a block of sentences.
func (p textPage) lines(all []string) {
	if len(all) > 0 {
		p.Blank()
	}
	for _, line := range all {
		p.para(2, line)
	}
}

func (p textPage) figures(v *view) {
	p.Blank()
	if v.Window != "" {
		p.para(0, v.Window+":")
	}
	for _, f := range v.Figures {
		line := f.Value + " " + f.Name
		if f.Before != "" {
			line += " (before: " + f.Before + ")"
		}
		p.para(2, line)
	}
}

func (p textPage) senders(v *view) {
	if len(v.Senders) == 0 {
		return
	}
	p.section("Most exposed senders")
	for _, s := range v.Senders {
		p.para(4, strconv.Itoa(s.Rank)+". "+s.Name+": "+s.Risk+", exposure "+s.Exposure+"; "+s.Value+"; "+s.Worst)
		p.para(0, "   "+s.drawn())
	}
	if v.More != "" {
		p.para(0, v.More)
	}
}

func (p textPage) lookalikes(all []lookalikeEntry) {
	if len(all) == 0 {
		return
	}
	p.section("Worst lookalikes")
	for _, l := range all {
		p.para(2, l.Domain+" for "+l.Intended+" ("+l.How+"): "+l.Mails)
		if l.Accepted != "" {
			p.para(4, "  accepted by "+l.Accepted)
		}
		if l.Since != "" {
			p.para(4, "  "+l.Since)
		}
	}
}

func (p textPage) weeks(all []bar) {
	if len(all) == 0 {
		return
	}
	p.section("Weeks")
	for _, w := range all {
		p.para(0, strings.TrimRight(w.drawn()+" "+w.Name+": "+w.Value, " "))
	}
}

func (p textPage) todos(all []todo) {
	if len(all) == 0 {
		return
	}
	p.section("What to do")
	for _, t := range all {
		p.para(2, t.Title+":")
		for _, item := range t.Items {
			p.para(4, "  - "+item)
		}
		if t.More != "" {
			p.para(4, "    "+t.More)
		}
	}
}

func (p textPage) asked(v *view) {
	if len(v.Asked) == 0 {
		return
	}
	p.section(summary.QuestionsTitle)
	for _, q := range v.Asked {
		p.para(2, q.Text+" If so:")
		p.Line("    " + q.Command)
	}
	if v.AskMore != "" {
		p.para(0, v.AskMore)
	}
}

func (p textPage) tasks(all []task) {
	if len(all) == 0 {
		return
	}
	p.section("For the administrator")
	for _, t := range all {
		p.para(2, t.Name+": "+t.Text)
		for _, c := range t.Commands {
			p.Line("    " + c)
		}
	}
}

func (p textPage) coverage(all []string) {
	p.section("What was read")
	for _, line := range all {
		p.para(2, line)
	}
}
