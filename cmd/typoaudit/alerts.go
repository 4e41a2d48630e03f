package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/alert"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/report/mail"
)

// An alerting makes the destinations of the configuration.
type alerting struct {
	e     *env
	c     *config.Settled
	names *result.Pseudonymizer // nil for the names themselves
	zone  *time.Location
}

// destinations returns those of the configuration.
func (a *alerting) destinations(ctx context.Context) (all []alert.Destination, err error) {
	for i := range a.c.Alerts {
		x := &a.c.Alerts[i]
		to := alert.Destination{Name: fmt.Sprintf("alert %d (%s)", i+1, x.Type), Tenant: tenantName(a.c.File), MinConfidence: x.MinConfidence, Maybe: x.Arrived == "maybe", Names: x.Names == nil || *x.Names}
		switch x.Type {
		case "command":
			to.Send = func(ctx context.Context, m *alert.Message) error { return runAlert(ctx, x.Command, m) }
		case "mail":
			to.Send = func(ctx context.Context, m *alert.Message) error { return a.mail(ctx, x, m) }
		case "syslog":
			to.Send = (&alert.Syslog{Socket: x.Socket}).Send
		case "webhook":
			w, err := a.webhook(ctx, x)
			if err != nil {
				return nil, fmt.Errorf("alert %d: %w", i+1, err)
			}
			to.Send = w.Send
		}
		all = append(all, to)
	}
	return all, nil
}

// alertedByMail returns the addresses that alerts are mailed to, which must be no lookalikes.
func alertedByMail(c *config.Settled) (all []string) {
	for i := range c.Alerts {
		switch x := &c.Alerts[i]; {
		case x.Type != "mail":
		case len(x.To) > 0:
			all = append(all, x.To...)
		default:
			all = append(all, c.Mail.To...)
		}
	}
	return all
}

// desk returns what sends alerts to those of the configuration.
func (a *alerting) desk(ctx context.Context) (*alert.Desk, error) {
	all, err := a.destinations(ctx)
	if err != nil {
		return nil, err
	}
	return alert.NewDesk(context.WithoutCancel(ctx), all, a.tool(), alert.Gaps(), a.e.complain), nil
}

func (a *alerting) tool() result.Tool {
	return result.Tool{Name: "typoaudit", Version: programVersion()}
}

// webhook returns the webhook of an alert, with its secrets.
func (a *alerting) webhook(ctx context.Context, x *config.Alert) (w *alert.Webhook, err error) {
	w = &alert.Webhook{URL: x.URL, Template: x.Template, Client: alert.NewClient()}
	if x.URLFile != "" {
		a.e.warnOfSecret("url_file", x.URLFile)
		if w.URL, err = readSecret("url_file", x.URLFile); err != nil {
			return nil, err
		}
		if err := config.CheckWebhook(w.URL); err != nil {
			return nil, fmt.Errorf("url_file %s: %w", x.URLFile, err)
		}
	}
	o := secretOptions{Secret: x.Secret, mechanism: "auto"}
	switch {
	case x.Secret == config.Secret{}:
	case x.TokenFile != "":
		a.e.warnOfSecret("token_file", x.TokenFile)
		w.Token, err = readSecret("token_file", x.TokenFile)
	case x.TokenCommand != "":
		w.Token, err = a.e.runForSecret(ctx, "token_command", x.TokenCommand)
	default:
		w.Key, err = o.password(ctx, a.e, "")
	}
	return w, err
}

// runAlert has the shell run a command, which reads the alert in JSON.
func runAlert(ctx context.Context, command string, m *alert.Message) error {
	text, err := m.JSON()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	var said complaint
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = killGrace
	err = cmd.Run()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil {
		return nil
	}
	if words := strings.Join(strings.Fields(string(said.text)), " "); words != "" {
		return fmt.Errorf("%w: %s", failure.Plain(err), words)
	}
	return failure.Plain(err)
}

// mail mails an alert as [mail] says.
func (a *alerting) mail(ctx context.Context, x *config.Alert, m *alert.Message) error {
	settings := *a.c.Mail
	if len(x.To) > 0 {
		settings.To = x.To
	}
	msg, err := mail.ComposeAlert(m.Lines(), mail.Options{
		From: settings.From, To: settings.To, Date: a.e.now().In(a.zone), MessageID: mail.AlertID(m.Lines(), a.e.now(), settings.From, settings.To), References: []string{mail.Thread(settings.From, settings.To)},
	})
	if err != nil {
		return err
	}
	return a.e.send(ctx, &settings, msg)
}

// finding returns what is sent of a finding.
func (a *alerting) finding(f *pipeline.Finding) alert.Finding {
	d := f.Delivery
	if a.names != nil {
		d = a.names.Delivery(d)
	}
	return alert.Finding{Delivery: d, Kind: f.Kind, How: f.How, New: f.New}
}

// try sends each destination a finding that is made up, or shows what would be sent.
func (a *alerting) try(ctx context.Context, show bool) error {
	all, err := a.destinations(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return failure.WithHint(errors.New("no [[alert]] is configured"), `see "typoaudit help watch"`)
	}
	var errs []error
	for i, to := range all {
		f := alert.Example(a.e.now())
		if a.names != nil {
			f.Delivery = a.names.Delivery(f.Delivery)
		}
		m := to.Test(f, a.tool(), a.e.now())
		if show {
			errs = append(errs, a.show(ctx, &a.c.Alerts[i], to.Name, m))
			continue
		}
		if err := to.Try(ctx, m); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", to.Name, err))
			continue
		}
		fmt.Fprintf(a.e.stdout, "%s: sent\n", to.Name)
	}
	return errors.Join(errs...)
}

// show prints what would be sent to a destination. The address of a webhook may be a secret:
// its server alone is named.
func (a *alerting) show(ctx context.Context, x *config.Alert, name string, m *alert.Message) error {
	head, text := "", []byte(strings.Join(m.Lines(), "\n"))
	switch x.Type {
	case "command":
		var err error
		if text, err = m.JSON(); err != nil {
			return err
		}
	case "syslog":
		text = []byte(strings.Join(m.SyslogLines(), "\n"))
	case "webhook":
		w, err := a.webhook(ctx, x)
		if err != nil {
			return err
		}
		if text, err = w.Body(m); err != nil {
			return err
		}
		if u, err := url.Parse(w.URL); err == nil {
			head = " to " + u.Host
		}
	}
	_, err := fmt.Fprintf(a.e.stdout, "%s%s:\n%s\n\n", name, head, strings.TrimSpace(string(text)))
	return err
}
