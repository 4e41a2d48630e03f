package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"os/exec"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/report/mail"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

// isDue reports whether a report is to be mailed. One with gaps always is, and one with a
// wrong address of an alias map or list: no history knows that it was reported.
func isDue(m *config.Mail, r *result.Result, partial bool) bool {
	switch {
	case partial, m.When == "always", len(r.Listed) > 0:
		return true
	case m.When == "new":
		return r.Trend == nil || r.Trend.NewMessages > 0
	}
	return r.Totals.Messages > 0
}

// composeReport makes the mail of an audit. written are the files of the report.
func composeReport(c *config.Settled, a *pipeline.Outcome, shown *result.Result, written []output, loc *time.Location, now time.Time) (*gomail.Msg, error) {
	m := c.Mail
	if a.Misaddressed != nil {
		return nil, a.Misaddressed
	}
	o := mail.Options{
		From: m.From, To: m.To, Date: now.In(loc), Location: loc, Attach: m.Attach, Config: absolute(c.Path), Tenant: tenantName(c.File),
		MessageID: mail.ID(a.Result, m.From, m.To), References: []string{mail.Thread(m.From, m.To)}, Report: savedAmong(written),
	}
	return mail.Compose(shown, o)
}

// savedAmong returns the path of the report in JSON that was, or will be, written, "" for
// none.
func savedAmong(written []output) (path string) {
	for _, out := range written {
		if out.format.Name() == "json" && out.path != "-" && !out.isMissing {
			path = absolute(out.path)
		}
	}
	return path
}

// send hands a mail over.
func (e *env) send(ctx context.Context, m *config.Mail, msg *gomail.Msg) error {
	t, err := m.Transport()
	if err != nil {
		return err
	}
	if t.Program != "" {
		return sendBy(ctx, t.Program, m.From, msg, programTimeout)
	}
	s := smtpSender{
		Transport: t, isPlain: m.TLS == "none" || m.TLS == "" && t.IsLocal() && t.User == "" && !t.Implicit,
		timeout: mailTimeout, tls: &tls.Config{ServerName: t.Host, MinVersion: tls.VersionTLS12},
	}
	if t.User != "" {
		if s.password, err = (&secretOptions{Secret: m.Secret}).password(ctx, e, t.User); err != nil {
			return err
		}
	}
	if err := s.send(ctx, msg); err != nil {
		return fmt.Errorf("send by %s: %w", net.JoinHostPort(t.Host, fmt.Sprint(t.Port)), err)
	}
	return nil
}

// programTimeout is how long sendmail may take. Some of its kind deliver before they end.
const programTimeout = 5 * time.Minute

// sendBy hands a mail to sendmail(8). The library's way to do so waits for
// whatever holds the program's standard error, also when the run is ended, and
// takes a warning for a failure.
func sendBy(ctx context.Context, program, from string, msg *gomail.Msg, limit time.Duration) error {
	var text bytes.Buffer
	if err := mail.Write(&text, msg); err != nil {
		return err
	}
	if a, err := netmail.ParseAddress(from); err == nil {
		from = a.Address
	}
	running, stop := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it did not end in %v", limit))
	defer stop()
	complaint := &complaint{}
	cmd := exec.CommandContext(running, program, "-oi", "-t", "-f", from)
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = &text, complaint, killGrace
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) && text.Len() == 0 {
		err = nil // it took all and ended well, and left a program that holds its output
	}
	if err == nil {
		return nil
	}
	if running.Err() != nil {
		err = context.Cause(running)
	}
	if words := strings.TrimSpace(string(complaint.text)); words != "" {
		err = fmt.Errorf("%w: %s", failure.Plain(err), words)
	}
	return fmt.Errorf("send by %s: %w", program, failure.Plain(err))
}

// A complaint is what a program says on standard error, up to maxWords.
type complaint struct{ text []byte }

// Write implements io.Writer. It takes what is beyond maxWords, and drops it.
func (c *complaint) Write(b []byte) (int, error) {
	c.text = append(c.text, b[:min(len(b), maxWords-len(c.text))]...)
	return len(b), nil
}
