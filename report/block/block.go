// Package block writes rules by which a mail server refuses mail to lookalikes,
// with a hint at the intended domain: one file a server. The names are those of
// domains in A-labels, so no syntax has to be escaped; the same findings give
// the same text, in the order of the names.
package block

import (
	"fmt"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
)

// A Server is one that rules are written for.
type Server struct {
	// Name is the word for --for.
	Name string
	// mark begins a comment, and head says in comments where the rules go.
	mark, head string
	// begin stands before the rules; or "".
	begin string
	// rule refuses one lookalike.
	rule func(lookalike, intended string) string
	// end makes what stands after the rules; nil for nothing.
	end func([]result.Block) string
}

// Servers returns all servers.
func Servers() []Server {
	return []Server{postfix(), postfixTransport(), exim(), eximRouter(), sendmail(), sendmailMailertable(), opensmtpd(), exchange(), exchangeTip(), rspamd(), haraka()}
}

// For returns the server of a name.
func For(name string) (*Server, error) {
	for _, s := range Servers() {
		if s.Name == name {
			return &s, nil
		}
	}
	if name == "" {
		return nil, fmt.Errorf("no mail server is named: --for with one of %s", strings.Join(Names(), ", "))
	}
	return nil, fmt.Errorf("--for %s: one of %s", name, strings.Join(Names(), ", "))
}

// Names returns the words for --for, of all servers.
func Names() (all []string) {
	for _, s := range Servers() {
		all = append(all, s.Name)
	}
	return all
}

// purpose is the first line of every file.
const purpose = "Refuses mail to lookalike domains. Written by typoaudit.\n"

// IsOurs says whether a file begins as rules do that were written before.
func (s *Server) IsOurs(text string) bool { return strings.HasPrefix(text, s.mark+purpose) }

// Write writes the rules.
func (s *Server) Write(w io.Writer, blocks []result.Block) error {
	var text strings.Builder
	for line := range strings.Lines(purpose + s.head) {
		text.WriteString(s.mark + line)
	}
	text.WriteString(s.begin)
	for _, b := range blocks {
		text.WriteString(s.rule(b.Domain.String(), b.Intended.String()) + "\n")
	}
	if s.end != nil {
		text.WriteString(s.end(blocks))
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// hint is what the sender of a refused mail reads.
func hint(intended string) string { return "did you mean " + intended + "?" }

// identifier makes a name of letters, digits and underscores, another one for another
// domain.
func identifier(domain string) string {
	return strings.NewReplacer("-", "__", ".", "_").Replace(domain)
}
