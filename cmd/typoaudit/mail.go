package main

import (
	"bytes"
	"context"
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

// mailTimeout is how long each step of handing over the mail may take.
const mailTimeout = 60 * time.Second

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
		From: m.From, To: m.To, Date: now.In(loc), Location: loc, Attach: m.Attach, Config: absolute(c.Path),
		MessageID: mail.ID(a.Result, m.From, m.To), References: []string{mail.Thread(m.From, m.To)},
	}
	for _, out := range written {
		if out.format.Name() == "json" && out.path != "-" {
			o.Report = absolute(out.path)
		}
	}
	return mail.Compose(shown, o)
}

// send hands a mail over.
func (e *env) send(ctx context.Context, m *config.Mail, msg *gomail.Msg) error {
	t, err := m.Transport()
	if err != nil {
		return err
	}
	if t.Program != "" {
		return sendBy(ctx, t.Program, m.From, msg)
	}
	options, err := e.smtpOptions(ctx, m, t)
	if err != nil {
		return fmt.Errorf("mail the report: %w", err)
	}
	client, err := gomail.NewClient(t.Host, options...)
	if err != nil {
		return fmt.Errorf("mail the report: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("mail the report by %s: %w", net.JoinHostPort(t.Host, fmt.Sprint(t.Port)), err)
	}
	return nil
}

// maxComplaint bounds the words of a program that are passed on, in bytes.
const maxComplaint = 1 << 10

// sendBy hands a mail to sendmail(8). The library's way to do so waits for
// whatever holds the program's standard error, also when the run is ended, and
// takes a warning for a failure.
func sendBy(ctx context.Context, program, from string, msg *gomail.Msg) error {
	var text, complaint bytes.Buffer
	if err := mail.Write(&text, msg); err != nil {
		return err
	}
	if a, err := netmail.ParseAddress(from); err == nil {
		from = a.Address
	}
	cmd := exec.CommandContext(ctx, program, "-oi", "-t", "-f", from)
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = &text, &complaint, killGrace
	if err := cmd.Run(); err != nil {
		if words := strings.TrimSpace(string(complaint.Next(maxComplaint))); words != "" {
			err = fmt.Errorf("%w: %s", err, words)
		}
		return fmt.Errorf("mail the report by %s: %w", program, failure.Plain(err))
	}
	return nil
}

// smtpOptions demand TLS: only to this machine itself mail may go without.
func (e *env) smtpOptions(ctx context.Context, m *config.Mail, t *config.Transport) ([]gomail.Option, error) {
	options := []gomail.Option{gomail.WithPort(t.Port), gomail.WithTimeout(mailTimeout), gomail.WithTLSPolicy(gomail.TLSMandatory)}
	switch {
	case t.Implicit:
		options = append(options, gomail.WithSSL())
	case m.TLS == "none", m.TLS == "" && t.IsLocal() && t.User == "":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if t.User == "" {
		return options, nil
	}
	password, err := (&secretOptions{Secret: m.Secret}).password(ctx, e, t.User)
	if err != nil {
		return nil, err
	}
	auth := gomail.SMTPAuthAutoDiscover
	if m.TLS == "none" {
		auth = gomail.SMTPAuthPlainNoEnc // within this machine
	}
	return append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(t.User), gomail.WithPassword(password)), nil
}
