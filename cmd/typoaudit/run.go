package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/report/mail"
)

type runOptions struct {
	auditOptions
	dryRun bool
}

func (o *runOptions) addFlags(f *pflag.FlagSet) {
	o.addAuditFlags(f)
	f.BoolVar(&o.dryRun, "dry-run", false, "print the mail, and change, write and send nothing")
}

// addSettingFlags adds the flags that the configuration may set, and more.
func (o *runOptions) addSettingFlags(f *pflag.FlagSet) {
	o.addAuditFlags(f)
	o.AddFlags(f, "notice-language")
}

func (o *runOptions) addAuditFlags(f *pflag.FlagSet) {
	o.readingOptions.addFlags(f)
	o.auditOptions.addFlags(f)
	o.AddFlags(f, "window")
}

func newRunCmd(e *env) *cobra.Command {
	var o runOptions
	return e.command(spec{
		use:   "run",
		short: "Audit all configured sources, write the reports and mail them: for cron",
		examples: `typoaudit run
typoaudit run -c /etc/typoaudit/typoaudit.toml --window last-week -o /var/lib/typoaudit/report.html
typoaudit run --dry-run > report.eml`,
		long: `run reads all sources of the configuration, and of them only what is new since
the last run: what earlier ones read comes from the history. It writes the report
files, saves the history, and then sends the mail of [mail]: a crash in between
repeats a finding and loses none. When all went well it prints nothing. A gap or a
fault does not withhold the mail, which names it and is marked [incomplete].

With [[tenant]] in the configuration it does so for each tenant by itself, one after the
other; --tenant NAME names one. A tenant that fails does not stop the others: the exit
status is the worst, and each complaint names its tenant ("typoaudit help tenants").

The window is whole days in --tz and half open: last-week (Monday to Sunday),
yesterday, 7d (the seven days before today), or all. --since and --until take
its place.`,
		exit: `0  audited, findings or not
2  usage, configuration, nothing could be read, which a short mail says, or the
   report could not be written, saved or sent
3  a source, the ignore rules or the history could not be read, or too many lines
   that look like deliveries were not understood: the report names the gaps
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		args:  noArgs,
		scope: config.Unattended,
		flags: o.addFlags,
		run:   func(ctx context.Context, c *config.Settled, _ []string) error { return runRun(ctx, e, &o, c) },
	})
}

func runRun(ctx context.Context, e *env, o *runOptions, c *config.Settled) error {
	if len(c.Tenants) > 0 && c.Tenant == nil {
		return runTenants(ctx, e, o, c)
	}
	if !o.hasInput(c) {
		return failure.WithHint(nothing(e, c), `"typoaudit config init" prints a configuration to begin with`)
	}
	if o.dryRun && c.Mail == nil {
		return fmt.Errorf("%s has no [mail] to show", c.Path)
	}
	err := o.setWindow(e)
	if err != nil {
		return err
	}
	if o.State == "" {
		if o.State, err = e.defaultState(c.File); err != nil {
			return err
		}
	}
	o.quiet = true // what goes to standard output is named by -o -
	outputs, err := o.outputs(e, &o.Settings)
	if err != nil {
		return err
	}
	if saved := savedAmong(outputs.list); saved != "" {
		outputs.options.Again = againFromReport(saved, nil)
	}
	if o.dryRun && !history.IsThere(o.State) { // what is not there is not made
		if o.State, err = os.MkdirTemp("", "typoaudit-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.State)
	}
	if c.Mail != nil {
		o.mailTo = c.Mail.To
	}
	o.unattended = true
	a, err := o.run(ctx, e, c, configured(e, c, o.Context), outputs)
	if err != nil {
		return errors.Join(err, o.reportFailure(ctx, e, c.Mail, err))
	}
	if o.dryRun {
		err = o.show(e, a, c, outputs)
	} else {
		if err = o.deliver(ctx, e, a, c, outputs); err == nil {
			err = o.writeMetrics(e, a.Result)
		}
	}
	if err = errors.Join(err, a.Close()); err == nil && a.Partial {
		return errPartial
	}
	return err
}

// hasInput reports whether there is anything that a run would read.
func (o *runOptions) hasInput(c *config.Settled) bool { return len(c.Sources)+len(o.Aliases) > 0 }

// nothing says why there is nothing to read.
func nothing(e *env, c *config.Settled) error {
	if c.Path == "" {
		return fmt.Errorf("no configuration was found: neither %s", strings.Join(config.Paths(e.getenv), " nor "))
	}
	return fmt.Errorf("%s has no [[source]] and no aliases", c.Path)
}

// configured returns the sources of a configuration.
func configured(e *env, c *config.Settled, context []string) pipeline.Sources {
	all := pipeline.Sources{Context: context, Configured: true}
	for i := range c.Sources {
		s := &c.Sources[i]
		switch s.Type {
		case "imap":
		case "journald":
			all.Paths = append(all.Paths, journal.Name)
			continue
		default:
			all.Paths = append(all.Paths, s.Paths...)
			continue
		}
		o := defaultIMAP()
		o.host, o.port, o.security, o.caFile, o.user, o.usersFile = s.Host, s.Port, cmp.Or(s.TLS, o.security), s.CAFile, s.User, s.UsersFile
		o.separator, o.Secret, o.sent = cmp.Or(s.Separator, o.separator), s.Secret, len(s.Mailboxes) == 0
		o.mailboxes, o.context, o.skipped = s.Mailboxes, s.Context, s.Skipped
		all.Servers = append(all.Servers, o.source(e))
	}
	return all
}

// setWindow puts the window in the place of --since and --until, unless one of
// them is given.
func (o *runOptions) setWindow(e *env) error {
	w, err := config.ParseWindow(o.Window)
	if err != nil || o.since != "" || o.until != "" {
		return err
	}
	loc, err := e.zone(o.TZ)
	if err != nil {
		return err
	}
	const layout = "2006-01-02T15:04:05Z07:00"
	since, until := w.Span(e.now(), loc)
	if !since.IsZero() {
		o.since, o.until = since.Format(layout), until.Format(layout)
	}
	return nil
}

// defaultState is where the history of run lies if nobody says: where systemd
// wants it (StateDirectory=), where a service has it, or with the user. That of a tenant lies
// below it, under the tenant's name.
func (e *env) defaultState(c *config.File) (string, error) {
	folder, err := e.stateFolder()
	if err != nil || c.Tenant == nil {
		return folder, err
	}
	return filepath.Join(folder, c.Tenant.Name), nil
}

// stateFolder is defaultState without a tenant.
func (e *env) stateFolder() (string, error) {
	if folder := e.getenv("STATE_DIRECTORY"); filepath.IsAbs(folder) {
		return folder, nil
	}
	if os.Geteuid() == 0 {
		return "/var/lib/typoaudit", nil
	}
	if folder := e.getenv("XDG_STATE_HOME"); filepath.IsAbs(folder) {
		return filepath.Join(folder, "typoaudit"), nil
	}
	if home := e.getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "typoaudit"), nil
	}
	return "", errors.New("no place for the history: name one by --state or state in the configuration")
}

// show prints the mail that would be sent.
func (o *runOptions) show(e *env, a *pipeline.Outcome, c *config.Settled, outputs *outputs) error {
	shown, err := shown(a.Result, o.Pseudonymize)
	if err != nil {
		return err
	}
	msg, err := o.compose(e, a, shown, c, outputs)
	if err != nil {
		return err
	}
	return mail.Write(e.stdout, msg)
}

// compose makes the mail of the report.
func (o *runOptions) compose(e *env, a *pipeline.Outcome, shown *result.Result, c *config.Settled, outputs *outputs) (*gomail.Msg, error) {
	loc, err := e.zone(o.TZ)
	if err != nil {
		return nil, err
	}
	return composeReport(c, a, shown, outputs.list, loc, e.now())
}

// deliver writes the report files, then the history, then sends the mail. The
// history knows what was reported, and whether the report got out: what did not
// is new once more. Neither a report file that cannot be written nor a history that
// cannot be saved withholds the mail, which names the fault.
func (o *runOptions) deliver(ctx context.Context, e *env, a *pipeline.Outcome, c *config.Settled, outputs *outputs) error {
	m := c.Mail
	shown, err := o.shown(ctx, e, a)
	if err != nil {
		return err
	}
	written := outputs.write(e, shown)
	due := m != nil && (written != nil || isDue(m, a.Result, a.Partial))
	var saved error
	if written == nil {
		saved = a.Save(ctx, !due)
	}
	if !due {
		return errors.Join(written, saved)
	}
	for _, err := range []error{written, saved} {
		if err != nil {
			shown.AddProblem(err.Error())
		}
	}
	msg, err := o.compose(e, a, shown, c, outputs)
	e.sending.Lock()
	defer e.sending.Unlock()
	if err == nil {
		if err = e.send(ctx, m, msg); err != nil {
			err = fmt.Errorf("mail the report: %w", err)
		}
	}
	if err == nil && saved == nil && written == nil {
		err = a.MarkReported(context.WithoutCancel(ctx)) // a signal is no reason to send it once more
	}
	return errors.Join(written, saved, err)
}

// reportFailure mails that there was no audit: silence would read as a clean week. A
// run that was ended, or that found another one at work, is no failure.
func (o *runOptions) reportFailure(ctx context.Context, e *env, m *config.Mail, failed error) error {
	if m == nil || o.dryRun || ctx.Err() != nil || errors.Is(failed, pipeline.ErrLocked) {
		return nil
	}
	loc, err := e.zone(o.TZ)
	if err != nil {
		return err
	}
	msg, err := mail.ComposeFailure(strings.Split(failed.Error(), "\n"), mail.Options{
		From: m.From, To: m.To, Date: e.now().In(loc), MessageID: mail.FailureID(e.now(), m.From, m.To), References: []string{mail.Thread(m.From, m.To)},
	})
	if err != nil {
		return err
	}
	return e.send(ctx, m, msg)
}
