package aliases

import (
	"regexp"
	"strings"
)

// sieveBegins is what begins a script, beside its name: a requirement, or an action.
var sieveBegins = regexp.MustCompile(`(?im)^\s*(require\s*["\[]|redirect\s[^\n]*;)`)

// sieveToken is a comment, a string, a text of lines, or a word (RFC 5228 section 2). One
// without its end is cut at that of the script.
var sieveToken = regexp.MustCompile(`(?is)#[^\n]*|/\*.*?(?:\*/|\z)|"(?:[^"\\]|\\.)*(?:"|\z)|\btext:[ \t]*(?:#[^\n]*)?\r?\n(?:[^\n]*\n)*?\.(?:\r?\n|\z)|[a-z_][a-z0-9_]*|[;{}\[\]]`)

func isSieve(name string, text []byte) bool {
	return strings.HasSuffix(name, ".sieve") || sieveBegins.Match(text)
}

// sieve reads the redirections of a script. Their address is the last argument (RFC 5228
// section 4.2; those before it are of extensions). One that is put together while the
// script runs is counted.
func (r *reader) sieve(script string) {
	var addresses []string
	isIn, isList, begin := false, false, 0 // of a redirection
	line, from := 1, 0
	for _, at := range sieveToken.FindAllStringIndex(script, -1) {
		token := script[at[0]:at[1]]
		line, from = line+strings.Count(script[from:at[0]], "\n"), at[0]
		switch word := strings.ToLower(token); {
		case token[0] == '#' || strings.HasPrefix(token, "/*"):
		case !isIn && word == "redirect":
			isIn, isList, begin, addresses = true, false, line, nil
		case isIn && strings.ContainsAny(token[:1], ";{}"):
			r.redirect(begin, addresses)
			isIn = false
		case token[0] == '[' || token[0] == ']':
			isList = token[0] == '['
		case token[0] == '"' || strings.HasPrefix(word, "text:"):
			if !isList {
				addresses = nil
			}
			addresses = append(addresses, literal(token))
		}
	}
	if isIn {
		r.redirect(begin, addresses)
	}
	r.file.Lines = line + strings.Count(strings.TrimSuffix(script[from:], "\n"), "\n")
}

// literal is the value of a string or of a text.
func literal(token string) string {
	if token[0] == '"' {
		return unescape(unquoted(token))
	}
	_, text, _ := strings.Cut(token, "\n")
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimRight(text, "\r\n"), "."))
}

func unescape(s string) string { return strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(s) }

// redirect adds the addresses of a redirection, and counts it where there is none.
func (r *reader) redirect(line int, addresses []string) {
	r.file.Lines = line
	if len(addresses) == 0 {
		r.misread()
	}
	for _, address := range addresses {
		if i := strings.LastIndexByte(address, '<'); i >= 0 { // Sato <sato@gmail.com>
			address = strings.TrimSuffix(address[i+1:], ">")
		}
		if strings.Contains(address, "${") || !isAddress(address) {
			r.misread()
			continue
		}
		r.add(r.owner, address, false)
	}
}
