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

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
	"github.com/typoaudit/typoaudit/report/mail"
)

type runOptions struct {
	readingOptions
	auditOptions
	stateOptions
	outputOptions
	window string
	dryRun bool
}

func newRunCmd(e *env) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Audit all configured sources, write the reports and mail them: for cron",
		Long: `Examples:
  typoaudit run
  typoaudit run -c /etc/typoaudit/typoaudit.toml --window last-week -o /var/lib/typoaudit/report.html
  typoaudit run --dry-run > report.eml

run reads all sources of the configuration, and of them only what is new since
the last run: what earlier ones read comes from the history. It writes the report
files, saves the history, and then sends the mail of [mail]: a crash in between
repeats a finding and loses none. When all went well it prints nothing.

The window is whole days in --tz and half open: last-week (Monday to Sunday),
yesterday, 7d (the seven days before today), or all. --since and --until take
its place.

EXIT STATUS
  0  audited, findings or not
  2  usage, configuration, nothing recognised, or the report could not be
     written, saved or sent
  3  part of the input could not be read: the report names the gaps
  130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := e.settle(cmd, true)
			if err != nil {
				return err
			}
			o.own = c.formats
			return runRun(cmd.Context(), e, &o, c)
		},
	}
	f := cmd.Flags()
	o.addFlags(f)
	f.BoolVar(&o.dryRun, "dry-run", false, "print the mail, and change, write and send nothing")
	return cmd
}

func runRun(ctx context.Context, e *env, o *runOptions, c *configuration) error {
	if len(c.Sources) == 0 {
		return &hintError{c.nothing(e), `"typoaudit config init" prints a configuration to begin with`}
	}
	if o.dryRun && c.Mail == nil {
		return fmt.Errorf("%s has no [mail] to show", c.path)
	}
	err := o.setWindow(e)
	if err != nil {
		return err
	}
	if o.folder == "" {
		if o.folder, err = e.defaultState(); err != nil {
			return err
		}
	}
	o.quiet = true // what goes to standard output is named by -o -
	outputs, err := o.outputs(e)
	if err != nil {
		return err
	}
	if o.dryRun && !history.IsThere(o.folder) { // what is not there is not made
		if o.folder, err = os.MkdirTemp("", "typoaudit-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.folder)
	}
	if c.Mail != nil {
		o.mailTo = c.Mail.To
	}
	from := c.toRead()
	from.context, from.content = o.context, o.content
	a, err := e.auditAll(ctx, &o.readingOptions, &o.auditOptions, &o.stateOptions, o.progress, from)
	if err != nil {
		return err
	}
	if o.dryRun {
		err = o.show(e, a, c.Mail, outputs)
	} else {
		err = o.deliver(ctx, e, a, c.Mail, outputs)
	}
	if err = errors.Join(err, a.memory.close()); err == nil && a.partial {
		return errPartial
	}
	return err
}

// nothing says why there is nothing to read.
func (c *configuration) nothing(e *env) error {
	if c.path == "" {
		return fmt.Errorf("no configuration was found: neither %s", strings.Join(e.configPaths(), " nor "))
	}
	return fmt.Errorf("%s has no [[source]]", c.path)
}

// toRead returns the sources of a configuration.
func (c *configuration) toRead() (all sources) {
	for i := range c.Sources {
		s := &c.Sources[i]
		if s.Type != "imap" {
			all.paths = append(all.paths, s.Paths...)
			continue
		}
		l := imap.DefaultLimits()
		all.imap = append(all.imap, &imapOptions{
			host: s.Host, port: s.Port, security: cmp.Or(s.TLS, "implicit"), caFile: s.CAFile, user: s.User, usersFile: s.UsersFile,
			separator: cmp.Or(s.Separator, "*"), secretOptions: *s.secretConfig.options(), sent: len(s.Mailboxes) == 0,
			mailboxes: s.Mailboxes, context: s.Context, timeout: l.Answer, maxTime: l.Total,
		})
	}
	return all
}

// setWindow puts the window in the place of --since and --until, unless one of
// them is given.
func (o *runOptions) setWindow(e *env) error {
	w, err := parseWindow(o.window)
	if err != nil || o.since != "" || o.until != "" {
		return err
	}
	loc, err := o.location(e)
	if err != nil {
		return err
	}
	const layout = "2006-01-02T15:04:05Z07:00"
	since, until := w.span(e.now(), loc)
	if !since.IsZero() {
		o.since, o.until = since.Format(layout), until.Format(layout)
	}
	return nil
}

// defaultState is where the history of run lies if nobody says: where systemd
// wants it (StateDirectory=), where a service has it, or with the user.
func (e *env) defaultState() (string, error) {
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
func (o *runOptions) show(e *env, a *audited, m *mailConfig, outputs *outputs) error {
	loc, err := o.location(e)
	if err != nil {
		return err
	}
	shown, err := o.shown(a.result)
	if err != nil {
		return err
	}
	msg, err := m.compose(a, shown, outputs.list, loc, e.now())
	if err != nil {
		return err
	}
	return mail.Write(e.stdout, msg)
}

// deliver writes the report files, then the history, then sends the mail. The
// history knows what was reported, and whether the report got out: what did not
// is new once more. A history that cannot be saved does not stop the mail.
func (o *runOptions) deliver(ctx context.Context, e *env, a *audited, m *mailConfig, outputs *outputs) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.verbose {
		e.tellMalformed(a.reading)
	}
	due := m != nil && m.isDue(a.result, a.partial)
	shown, err := o.shown(a.result)
	if err != nil {
		return err
	}
	if err := outputs.write(e, shown); err != nil {
		return err
	}
	saved := a.save(ctx, !due)
	if !due {
		return saved
	}
	loc, err := o.location(e)
	if err != nil {
		return err
	}
	msg, err := m.compose(a, shown, outputs.list, loc, e.now())
	if err == nil {
		err = e.send(ctx, m, msg)
	}
	if err == nil && saved == nil {
		err = a.memory.store.Tell(ctx, a.memory.run)
	}
	return errors.Join(saved, err)
}
