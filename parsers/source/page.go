package source

import (
	"bufio"
	"bytes"
	"html"
	"io"
)

// A page is what a terminal, a mail program or a page on the web made of the lines of a log that
// was copied from there. Its lines keep their numbers.
//
//	\x1b[31mNov 23 09:18:31\x1b[0m mail …               colours of a terminal, also within an address
//	… from=&lt;ann@corp.example&gt;, size=1089          the source of a page
//	… to=<[jane@army.ml](mailto:jane@army.ml)>, …       addresses of which a page made links
//	… to=<mailto:jane@army.ml|jane@army.ml>, …
//	… to=<jane[at]army[dot]ml>, …                       addresses of which nothing should make links
//	**Nov 23 09:18:31 mail …**, `Nov 23 09:18:31 …`     marks of Markdown, also
//	| Nov 23 09:18:31 mail … |                          a table of one column
//	> Nov 23 09:18:31 mail …                            a quote, where its lines are broken as well
//	Nov 23 09:18:31 mail postfix/smtp[305]: 3F2A11E     lines that were broken: see wrap
//	0C5: to=<jane@army.ml>, …
type page struct {
	coloured, escaped, linked, marked, defanged bool
	quote                                       string
	wrap                                        wrap
}

// sniffPage returns what was made of the lines that head begins with, nil if nothing was. A mail
// is no log, whatever it holds.
func sniffPage(head []byte) *page {
	if isMail(head) || len(head) == HeadSize && bytes.IndexByte(head, '\n') < 0 {
		return nil
	}
	var p page
	raw := false // a line has brackets of its own
	var defanged, plain int
	p.coloured = bytes.Contains(head, []byte("\x1b["))
	for line := range bytes.Lines(head) {
		if p.coloured {
			line = WithoutColours(line)
		}
		countAddresses(line, &defanged, &plain)
		if !beginsLine(line) {
			continue
		}
		raw = raw || bytes.IndexByte(line[min(len(line), len("<191>")):], '<') >= 0
		p.escaped = p.escaped || isEscaped(line)
		p.linked = p.linked || bytes.Contains(line, []byte("mailto:"))
		p.marked = p.marked || len(unmarked(line)) < len(line)
	}
	p.escaped = p.escaped && !raw && head[0] != '{' && head[0] != '['
	p.defanged = defanged > plain // else somebody wrote about one
	p.quote = quoteOf(head)
	p.wrap = sniffWrap(p.cleaned(head), p.quote)
	if p == (page{quote: p.quote}) {
		return nil // a quote alone is read as it is
	}
	return &p
}

// isMail reports a mailbox or a message: it begins with a header, or with "From " before one.
func isMail(head []byte) bool {
	for range 2 { // a number stands above the header in Apple's files
		line, rest, _ := bytes.Cut(bytes.TrimLeft(head, "\x01\r\n"), []byte("\n"))
		name, _, isHeader := bytes.Cut(line, []byte(":"))
		if bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")) || isHeader && isHeaderName(name) {
			return true
		}
		head = rest
	}
	return false
}

func isHeaderName(name []byte) bool {
	letters := 0
	for _, c := range name {
		switch {
		case (c|0x20)-'a' < 26:
			letters++
		case c != '-':
			return false
		}
	}
	return letters > 0
}

// maxBefore is how far into a line its time of day stands, in bytes: the name of a container, the
// path of a file and a date are before.
const maxBefore = 64

// beginsLine reports the beginning of a line of a log: a time of day, or the stamp of multilog.
func beginsLine(line []byte) bool {
	head := line[:min(len(line), maxBefore)]
	for i := len("09"); i+len(":18:31") <= len(head); i++ {
		if head[i] == ':' && isClock(head[i-len("09"):]) && (i < len(" 09") || head[i-len(" 09")] != '=') {
			return true
		}
	}
	return bytes.Contains(head, []byte("@400000"))
}

// isClock reports "09:18:31", after which no list goes on: "delay=00:00:01, xdelay=00:00:01". In a
// table the next value stands at the comma.
func isClock(b []byte) bool {
	const length = len("09:18:31")
	for i, c := range []byte("09:18:31") {
		if c == ':' && b[i] != ':' || c != ':' && !isDigit(b[i]) {
			return false
		}
	}
	return len(b) == length || b[length] != ',' || len(b) > length+1 && b[length+1] > ' '
}

func isDigit(c byte) bool { return c-'0' < 10 }

// reader returns the lines of in as they were.
func (p *page) reader(in io.Reader) io.Reader {
	return &pageReader{page: p, in: bufio.NewReaderSize(in, HeadSize)}
}

// cleaned returns head without what was made of it, but for the wrapping.
func (p *page) cleaned(head []byte) (out []byte) {
	for line := range bytes.Lines(head) {
		out = append(out, p.line(line)...)
	}
	return out
}

// line returns a line without what was made of it.
func (p *page) line(line []byte) []byte {
	if p.coloured {
		line = WithoutColours(line)
	}
	if p.escaped && bytes.IndexByte(line, '&') >= 0 {
		line = unescaped(line)
	}
	if p.linked && bytes.Contains(line, []byte("mailto:")) {
		line = unlinked(line)
	}
	if p.marked {
		line = unmarked(line)
	}
	if p.defanged {
		line = refanged(line)
	}
	return line
}

// isEscaped reports an address, or the sign of Exim before one, as it stands in the source of a page:
// "from=&lt;ann@corp.example&gt;", "&lt;= ann@corp.example". A subject has other text so as well.
func isEscaped(line []byte) bool {
	for {
		_, rest, found := bytes.Cut(line, []byte("&lt;"))
		if !found {
			return false
		}
		inner, _, closed := bytes.Cut(rest, []byte("&gt;"))
		if bytes.HasPrefix(rest, []byte("= ")) || closed && bytes.ContainsAny(inner, "@&") && bytes.IndexByte(inner, ' ') < 0 {
			return true
		}
		line = rest
	}
}

// unescaped returns a line of the source of a page as the page shows it, where what stands for the end of
// a line is a blank.
func unescaped(line []byte) []byte {
	text := bytes.TrimRight(line, "\r\n")
	shown := []byte(html.UnescapeString(string(text)))
	for i, c := range shown {
		if c == '\n' || c == '\r' {
			shown[i] = ' '
		}
	}
	return append(shown, line[len(text):]...)
}

// unlinked returns a line with the addresses that links in it have: [ADDRESS](mailto:…),
// <mailto:…|ADDRESS> and <mailto:ADDRESS>.
func unlinked(line []byte) []byte {
	var out []byte
	for {
		i := bytes.Index(line, []byte("mailto:"))
		if i < 1 {
			return append(out, line...)
		}
		before, link := line[:i], line[i+len("mailto:"):]
		open, end := bytes.LastIndexByte(before, '['), bytes.IndexAny(link, ")>| \n")
		switch {
		case end < 0:
			return append(out, line...)
		case open >= 0 && bytes.HasSuffix(before, []byte("](")) && link[end] == ')':
			out = append(append(out, before[:open]...), before[open+1:len(before)-len("](")]...)
			line = link[end+1:]
		case before[i-1] == '<' && link[end] == '|':
			out = append(out, before...)
			line = link[end+1:]
		case before[i-1] == '<' && link[end] == '>':
			out = append(append(out, before...), link[:end]...)
			line = link[end:]
		default:
			out = append(append(out, before...), "mailto:"...)
			line = link
		}
	}
}

// unmarked returns a line without the marks of Markdown round it, or round an address in it. Exim
// marks a failure with two asterisks between blanks.
func unmarked(line []byte) []byte {
	text := bytes.TrimRight(line, "\r\n")
	ending := line[len(text):]
	if n := len(text); n > 2 && text[0] == '`' && text[n-1] == '`' && text[1] != '`' {
		return append(bytes.Clone(text[1:n-1]), ending...)
	}
	if cell, ok := bytes.CutPrefix(text, []byte("| ")); ok && bytes.HasSuffix(cell, []byte(" |")) && bytes.IndexByte(cell, '|') == len(cell)-1 {
		return append(bytes.TrimRight(cell[:len(cell)-1], " "), ending...)
	}
	var out []byte
	for {
		open := bytes.Index(text, []byte("**"))
		if open < 0 && out == nil {
			return line
		}
		if open < 0 {
			return append(append(out, text...), ending...)
		}
		inner, rest, closed := bytes.Cut(text[open+2:], []byte("**"))
		if !closed || !isMarked(text[:open], inner, rest) {
			out = append(out, text[:open+2]...)
			text = text[open+2:]
			continue
		}
		out = append(append(out, text[:open]...), inner...)
		text = rest
	}
}

// isMarked reports text in bold letters: an address, or a whole line.
func isMarked(before, inner, after []byte) bool {
	if len(inner) == 0 || inner[0] == ' ' || inner[0] == '*' || inner[len(inner)-1] == ' ' || len(after) > 0 && after[0] == '*' {
		return false
	}
	whole := len(bytes.TrimSpace(before)) == 0 && beginsLine(inner)
	return whole || bytes.IndexByte(inner, '@') > 0 && bytes.IndexByte(inner, ' ') < 0
}

// quoteOf returns the mark of a quote that all lines of head begin with, "" if they have none.
func quoteOf(head []byte) string {
	if len(head) == 0 || head[0] != '>' {
		return ""
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	quote := first[:len(first)-len(bytes.TrimLeft(first, "> "))]
	bare := bytes.TrimRight(quote, " ")
	for line := range bytes.Lines(head) {
		if !bytes.HasPrefix(line, bare) {
			return ""
		}
	}
	return string(quote)
}
