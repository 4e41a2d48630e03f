package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// envelope begins a mail that no program answers (RFC 3834 section 5).
func envelope(from string, to []string) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(from); err != nil {
		return nil, fmt.Errorf("mail from %q: %w", from, err)
	}
	if err := m.To(to...); err != nil {
		return nil, fmt.Errorf("mail to %q: %w", to, err)
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All") // Exchange, MS-OXCMAIL section 2.2.3.2.14
	return m, nil
}

// inThread puts a mail of a regular run into the thread of those before.
func inThread(m *gomail.Msg, o *Options) {
	m.SetDateWithValue(o.Date)
	m.SetMessageIDWithValue(o.MessageID)
	if len(o.References) > 0 {
		m.SetGenHeader("References", "<"+strings.Join(o.References, "> <")+">")
		m.SetGenHeader("In-Reply-To", "<"+o.References[len(o.References)-1]+">")
	}
}

// Thread names the thread of all reports that go from one address to the
// same people: the root that each of them refers to (RFC 5322 section 3.6.4).
func Thread(from string, to []string) string {
	return "report." + digest(append([]string{from}, to...)...) + "@" + hostOf(from)
}

// ID names one report, the same if it is made again at the same time.
func ID(r *result.Result, from string, to []string) string {
	parts := append([]string{r.GeneratedAt.UTC().Format(time.RFC3339Nano), from}, to...)
	return r.GeneratedAt.UTC().Format("20060102.150405.") + digest(parts...) + "@" + hostOf(from)
}

// FailureID names the mail that says that there was no report.
func FailureID(now time.Time, from string, to []string) string {
	return now.UTC().Format("20060102.150405.") + digest(append([]string{"no report", from}, to...)...) + "@" + hostOf(from)
}

// digest shortens texts to a name.
func digest(parts ...string) string {
	const bytes = 10
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:bytes])
}

// hostOf is the domain of an address that a configuration gave.
func hostOf(address string) string {
	if a, err := netmail.ParseAddress(address); err == nil {
		address = a.Address
	}
	if i := strings.LastIndexByte(address, '@'); i >= 0 && safe.IsShellDomain(strings.ToLower(address[i+1:])) {
		return strings.ToLower(address[i+1:])
	}
	return "typoaudit.invalid" // RFC 6761 section 6.4
}
