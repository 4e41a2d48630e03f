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
//
// Comments, commands (|), files (/), local names and :include: say nothing of another
// domain. What is none of these is counted.
package aliases

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
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
	NotUnderstood int // lines
	Includes      int // files that it names, which are not read
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
	case bytes.IndexByte(text, 0) >= 0:
		return nil, ErrBinary
	}
	r := reader{file: &File{}, owner: ownerOf(name), isForward: strings.HasSuffix(filepath.Base(name), ".forward")}
	if isSieve(name, text) {
		r.sieve(string(text))
		return r.file, nil
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		r.file.Lines++
		r.line(strings.TrimSuffix(strings.TrimPrefix(lines.Text(), "\ufeff"), "\r"))
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

func isSieve(name string, text []byte) bool {
	return strings.HasSuffix(name, ".sieve") || bytes.Contains(text, []byte("require [")) || bytes.Contains(text, []byte(`require "`))
}

// A reader reads the lines of a file.
type reader struct {
	file      *File
	owner     string
	isForward bool
	place     string // of the alias that a line may go on with
}

func (r *reader) line(line string) {
	trimmed := strings.TrimSpace(line)
	switch {
	case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		return
	case r.isForward:
		r.targets(r.owner, trimmed)
		return
	case r.place != "" && (line[0] == ' ' || line[0] == '\t'):
		r.targets(r.place, trimmed)
		return
	}
	if name, rest, ok := cutAlias(trimmed); ok {
		r.place = name
		r.targets(name, rest)
		return
	}
	r.place = ""
	first, rest, more := strings.Cut(strings.ReplaceAll(trimmed, "\t", " "), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case first == "email" && isAddress(rest):
		r.add(r.owner, rest, true)
	case strings.Contains(trimmed, "<") && strings.HasSuffix(trimmed, ">"):
		r.add(r.owner, trimmed[strings.LastIndexByte(trimmed, '<')+1:len(trimmed)-1], true)
	case more && (strings.Contains(rest, "@") || isPattern(first) && !isMember(first, rest)):
		r.place = first
		r.targets(first, rest)
	case isAddress(first):
		r.add(r.owner, first, true)
	case more && isStanza(first): // of a Sympa member, with nothing to send to
	default:
		r.file.NotUnderstood++
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
	return name, rest, ok && name != "" && !strings.ContainsAny(name, " \t<>\"")
}

// isPattern reports the left side of a virtual(5) map.
func isPattern(s string) bool { return strings.Contains(s, "@") || strings.Contains(s, ".") }

// isMember reports an address with the name of a person: one of a list.
func isMember(first, rest string) bool {
	return isAddress(first) && !strings.ContainsAny(rest, "@,|/\\:")
}

// isStanza reports a key of Sympa's subscribers.
func isStanza(key string) bool {
	switch key {
	case "date", "update_date", "gecos", "reception", "visibility", "subscribed", "bounce", "included", "id", "inclusion":
		return true
	}
	return false
}

// targets adds those of a list that are addresses.
func (r *reader) targets(place, list string) {
	for _, t := range split(list) {
		t = strings.TrimSpace(t)
		switch {
		case t == "" || strings.HasPrefix(t, "|") || strings.HasPrefix(t, "/") || strings.HasPrefix(t, `"|`) || strings.HasPrefix(t, `"/`) || strings.HasPrefix(t, `\`):
		case strings.HasPrefix(strings.Trim(t, `"`), ":include:"):
			r.file.Includes++
		case strings.HasPrefix(t, "#"):
			return
		case strings.Contains(t, "<") && strings.HasSuffix(t, ">"):
			r.add(place, t[strings.LastIndexByte(t, '<')+1:len(t)-1], false)
		default:
			for _, a := range strings.Fields(t) {
				r.add(place, a, false)
			}
		}
	}
}

// split cuts at the commas outside of quotes.
func split(list string) (parts []string) {
	begin, quoted := 0, false
	for i := range len(list) {
		switch {
		case list[i] == '"':
			quoted = !quoted
		case list[i] == ',' && !quoted:
			parts = append(parts, list[begin:i])
			begin = i + 1
		}
	}
	return append(parts, list[begin:])
}

func (r *reader) add(place, address string, list bool) {
	if address = strings.Trim(address, `";`); isAddress(address) {
		r.file.Entries = append(r.file.Entries, Entry{Place: place, Address: address, List: list, Line: r.file.Lines})
	}
}

// isAddress reports a local part and a domain.
func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s[at:], " \t<>,\"()")
}

// sieve reads the redirections of a script. Comments are blanked before, so that lines
// keep their numbers.
func (r *reader) sieve(script string) {
	script = regexp.MustCompile(`(?s)/\*.*?\*/|(?m)^\s*#[^\n]*`).ReplaceAllStringFunc(script, func(c string) string {
		return strings.Repeat("\n", strings.Count(c, "\n"))
	})
	redirect := regexp.MustCompile(`(?is)\bredirect\s+(?::[a-z]+\s+)*("(?:[^"\\]|\\.)*"|\[[^\]]*\])`)
	lines := strings.Count(script, "\n")
	for _, found := range redirect.FindAllStringSubmatchIndex(script, -1) {
		r.file.Lines = 1 + strings.Count(script[:found[0]], "\n")
		for _, address := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(script[found[2]:found[3]], -1) {
			r.add(r.owner, address[1], false)
		}
	}
	r.file.Lines = lines
}
