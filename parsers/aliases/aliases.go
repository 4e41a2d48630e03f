// Package aliases reads what sends mail on before any is sent: alias and virtual maps,
// forward files, filters, and the members of mailing lists. Lines are told apart by their
// form, so that one file may be any of
//
//	postmaster: root, sato@gmail.com     aliases(5); postalias -s prints it with a tab
//	info@corp.example  sato@gmail.com    virtual(5), and generic tables; postmap -s prints them
//	\sato, sato@gmail.com                .forward, by the name of the file
//	redirect :copy "sato@gmail.com";     Sieve (RFC 5228 section 4.2)
//	Sato <sato@gmail.com>                members of a list, one a line: Mailman's list_members
//	sato@gmail.com Sato                  the same: Sympa's dump, or bare addresses
//	email sato@gmail.com                 the same: Sympa's stanzas
//	Sato Taro,sato@gmail.com             the same: rows of CSV
//
// UTF-16 is read as well. Comments, commands (|), files (/), local names and :include: say
// nothing of another domain. A line that is none of these is counted, and so is one that has
// an @ in what is no address, such as sato@gmail,com.
package aliases

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// An Entry is an address that mail is sent on to.
type Entry struct {
	Place   string // the alias, or for a file without one its owner or list
	Address string
	List    bool // a member of a mailing list
	Line    int
}

// A File is what one holds.
type File struct {
	Entries       []Entry
	Lines         int
	NotUnderstood []int // the numbers of lines, rising
	Includes      int   // files that it names, which are not read
}

const (
	maxLine = 1 << 20 // bytes; a longer line is an error
	maxFile = 256 << 20
)

// ErrBinary is the error of a map that was compiled.
var ErrBinary = errors.New("a compiled map: print it by postalias -s or postmap -s, and give that")

// Read reads a file of a name.
func Read(name string, in io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxFile:
		return nil, fmt.Errorf("larger than %d bytes", maxFile)
	}
	if text, err = decode(text); err != nil {
		return nil, err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, ErrBinary
	}
	r := reader{file: &File{}, owner: ownerOf(name), isForward: strings.HasSuffix(filepath.Base(name), ".forward"), isCSV: strings.HasSuffix(name, ".csv")}
	if isSieve(name, text) {
		r.sieve(string(text))
		return r.file, nil
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		r.file.Lines++
		r.line(strings.TrimSuffix(lines.Text(), "\r"))
	}
	return r.file, lines.Err()
}

// ownerOf is whose a file without aliases is: the user of a .forward, the name of a list.
func ownerOf(name string) string {
	base := filepath.Base(name)
	if base == ".forward" || base == ".dovecot.sieve" {
		return filepath.Base(filepath.Dir(name))
	}
	for _, end := range []string{".forward", ".sieve", ".txt", ".members", ".csv", ".list"} {
		base = strings.TrimSuffix(base, end)
	}
	return base
}

// A reader reads the lines of a file.
type reader struct {
	file             *File
	owner            string
	isForward, isCSV bool
	isBegun          bool   // a line that says something was read
	place            string // of the alias that a line may go on with
}

func (r *reader) line(line string) {
	trimmed := strings.TrimSpace(line)
	if trimmed == "" || strings.HasPrefix(trimmed, "#") {
		return
	}
	isFirst := !r.isBegun
	r.isBegun = true
	switch {
	case r.isForward:
		r.targets(r.owner, trimmed, false)
		return
	case r.isCSV:
		r.row(trimmed, isFirst)
		return
	case r.place != "" && (line[0] == ' ' || line[0] == '\t'):
		r.targets(r.place, trimmed, false)
		return
	}
	if name, rest, ok := cutAlias(trimmed); ok {
		if name == "@" && strings.TrimSpace(rest) == "@" { // postalias(1) marks a map that is whole
			return
		}
		r.place = name
		r.targets(name, rest, false)
		return
	}
	r.place = ""
	r.pair(trimmed)
}

// row reads one of a .csv file. Excel separates by semicolons where commas are decimal.
func (r *reader) row(row string, isFirst bool) {
	if cells := split(row, isSemicolon); len(cells) > 1 && len(split(row, isComma)) == 1 {
		row = strings.Join(cells, ",")
	}
	switch {
	case strings.Contains(row, "@"):
		r.targets(r.owner, row, true)
	case !isFirst: // else the names of the columns
		r.misread()
	}
}

// pair reads a line of a map, or of a list of members.
func (r *reader) pair(line string) {
	first, rest, more := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case first == "email" && strings.Contains(rest, "@"):
		r.add(r.owner, rest, true)
	case strings.Contains(line, "<") && strings.HasSuffix(line, ">"), isRow(line), more && isMember(first, rest):
		r.targets(r.owner, line, true)
	case more && (strings.Contains(rest, "@") || isPattern(first)):
		r.place = first
		if isBroken(first, rest) {
			r.misread()
		}
		r.targets(first, rest, false)
	case isAddress(first):
		r.add(r.owner, first, true)
	case more && isStanza(first): // of a Sympa member, with nothing to send to
	default:
		r.misread()
	}
}

// cutAlias cuts a line of aliases(5) at its colon.
func cutAlias(line string) (name, rest string, ok bool) {
	if strings.HasPrefix(line, `"`) {
		end := strings.IndexByte(line[1:], '"')
		if end < 0 {
			return "", "", false
		}
		name, rest = line[1:1+end], strings.TrimSpace(line[end+2:])
		rest, ok = strings.CutPrefix(rest, ":")
		return name, rest, ok
	}
	name, rest, ok = strings.Cut(line, ":")
	name = strings.TrimSpace(name)
	return name, rest, ok && name != "" && !strings.ContainsAny(name, " \t<>\",;")
}

// isPattern reports the left side of a virtual(5) map.
func isPattern(s string) bool { return strings.Contains(s, "@") || strings.Contains(s, ".") }

// isBroken reports a left side that is neither a pattern nor an address, and may be more
// than one, or a member of a list.
func isBroken(first, rest string) bool {
	switch {
	case strings.HasPrefix(first, "/"): // regexp_table(5)
		return false
	case strings.ContainsAny(first, ",;"):
		return true
	}
	return strings.Index(first, "@") > 0 && !strings.Contains(rest, "@") && !isAddress(first)
}

// isMember reports an address with the name of a person: one of a list. What follows an
// address in a map is local names, which have no capitals where there are several.
func isMember(first, rest string) bool {
	isName := !strings.Contains(rest, ",") || strings.ToLower(rest) != rest
	return isAddress(first) && isName && !strings.Contains(rest, "@") && !strings.ContainsAny(rest[:1], `|/\:"`)
}

// isRow reports a row of CSV: no blank follows its commas, and each cell with an @ is an
// address.
func isRow(line string) bool {
	cells := split(line, isComma)
	if len(cells) < 2 || strings.ContainsAny(line, "\t") {
		return false
	}
	found := false
	for i, cell := range cells {
		switch {
		case i > 0 && strings.HasPrefix(cell, " "), i == 0 && strings.Contains(cell, " ") && strings.ToLower(cell) == cell:
			return false // of a map, with a list of targets
		case isAddress(unquoted(cell)):
			found = true
		case strings.Contains(cell, "@"):
			return false
		}
	}
	return found
}

// isStanza reports a key of Sympa's subscribers.
func isStanza(key string) bool {
	switch key {
	case "date", "update_date", "gecos", "reception", "visibility", "subscribed", "bounce", "included", "id", "inclusion":
		return true
	}
	return false
}

// targets adds those of a list that are addresses, up to a comment.
func (r *reader) targets(place, list string, members bool) {
	for _, t := range split(list, isComma) {
		t = strings.TrimSpace(t)
		switch bare := strings.TrimPrefix(t, `"`); {
		case t == "" || strings.HasPrefix(bare, "|") || strings.HasPrefix(bare, "/"):
		case strings.HasPrefix(bare, ":include:"):
			r.file.Includes++
		case strings.HasPrefix(t, ":"): // :fail: and :blackhole: of Exim, with a text
		case strings.Contains(t, "<") && strings.HasSuffix(t, ">"):
			r.add(place, t[strings.LastIndexByte(t, '<')+1:len(t)-1], members)
		case isAddress(t): // also with blanks in quotes
			r.add(place, t, members)
		default:
			for _, a := range split(unquoted(t), isBlank) {
				if strings.HasPrefix(a, "#") {
					return
				}
				r.add(place, a, members)
			}
		}
	}
}

func isComma(c byte) bool { return c == ',' }

func isSemicolon(c byte) bool { return c == ';' }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// split cuts at separators outside of quotes.
func split(list string, isSeparator func(byte) bool) (parts []string) {
	begin, quoted := 0, false
	for i := range len(list) {
		switch {
		case list[i] == '"':
			quoted = !quoted
		case isSeparator(list[i]) && !quoted:
			parts = append(parts, list[begin:i])
			begin = i + 1
		}
	}
	return append(parts, list[begin:])
}

// unquoted takes off quotes around all of s.
func unquoted(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

// add adds an address. A local name is none, and what has an @ and is none is counted.
func (r *reader) add(place, address string, list bool) {
	address = unquoted(strings.TrimPrefix(strings.TrimSuffix(address, ";"), `\`))
	address = strings.TrimSuffix(strings.TrimPrefix(address, "<"), ">")
	switch {
	case isAddress(address):
		r.file.Entries = append(r.file.Entries, Entry{Place: place, Address: address, List: list, Line: r.file.Lines})
	case strings.Contains(address, "@"):
		r.misread()
	}
}

// misread counts a line that is not understood, once.
func (r *reader) misread() {
	if n := len(r.file.NotUnderstood); n == 0 || r.file.NotUnderstood[n-1] != r.file.Lines {
		r.file.NotUnderstood = append(r.file.NotUnderstood, r.file.Lines)
	}
}
