package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
)

// imapOptions are the flags that concern reading over IMAP.
type imapOptions struct {
	host      string
	port      int
	security  string
	caFile    string
	user      string
	usersFile string
	separator string
	secretOptions
	sent      bool
	mailboxes []string
	context   []string
	timeout   time.Duration
	maxTime   time.Duration
}

func (o *imapOptions) addFlags(f *pflag.FlagSet) {
	l := imap.DefaultLimits()
	f.StringVar(&o.host, "host", "", "the IMAP `SERVER`")
	f.IntVar(&o.port, "port", 0, "its port (default: 993, or 143 with --tls starttls and --tls none)")
	f.StringVar(&o.security, "tls", "implicit", "implicit, starttls, or none: only to this machine itself")
	f.StringVar(&o.caFile, "ca-file", "", "trust the certificate authorities in the PEM `FILE` and no others")
	f.StringVar(&o.user, "user", "", "log in as `USER`; with --users-file a master user")
	f.StringVar(&o.usersFile, "users-file", "", "audit each user named in `FILE`, one a line, by the master user --user")
	f.StringVar(&o.separator, "master-separator", "*", "what stands between a user and the master user at login")
	o.secretOptions.addFlags(f)
	f.BoolVar(&o.sent, "sent", false, "read the folders of sent mail, whatever their names")
	f.StringArrayVar(&o.mailboxes, "mailbox", nil, "read the folder `NAME` as sent mail (repeat)")
	f.StringArrayVar(&o.context, "context", nil, "read the folder `NAME`, such as INBOX, for who answers (repeat)")
	f.DurationVar(&o.timeout, "timeout", l.Answer, "how long an answer of the server may take")
	f.DurationVar(&o.maxTime, "max-time", l.Total, "how long all may take; what was read until then is reported")
}

type imapCmdOptions struct {
	readingOptions
	auditOptions
	stateOptions
	imapOptions
	outputOptions
	failOn string
}

func newIMAPCmd(e *env) *cobra.Command {
	var o imapCmdOptions
	cmd := &cobra.Command{
		Use:   "imap --sent --host SERVER --user USER",
		Short: "Audit the folders of sent mail on an IMAP server",
		Long: `Examples:
  typoaudit imap --sent --host imap.corp.example --user kim
  typoaudit imap --sent --host imap.corp.example --user audit --users-file users --password-file audit.pass --since 30d
  typoaudit imap --mailbox Archive/Sent --context INBOX --host imap.corp.example --user kim --password-command "pass imap"
  typoaudit imap --sent --host outlook.office365.com --user kim@corp.example --token-file kim.token
  typoaudit imap --sent --host imap.corp.example --user kim --since 30d --state ~/.local/state/typoaudit --new

imap reads, and changes nothing: folders are opened by EXAMINE, and of each
message only the size, the date and the fields that say who wrote to whom are
fetched, by BODY.PEEK. The folders of sent mail are those that the server marks,
else those with a name for it in one of many languages.

The password comes from a file, a command, a systemd credential, or is asked for
on the terminal. With --users-file one login reads everybody's mail: --user is
then a Dovecot master user, who logs in as USER*MASTER.

With --state only new messages are fetched, and those that a wider --since asks
for. What earlier runs read counts still, also when it was removed on the server
or one account of several cannot be had. When a server numbers a folder anew
(UIDVALIDITY), that folder is read again in the place of what was known of it.

EXIT STATUS
  0  audited, findings or not
  1  --fail-on reached
  2  usage, nothing could be read, or the report could not be written
  3  some accounts, folders or messages could not be read: the report names them
  130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runIMAP(cmd.Context(), e, &o) },
	}
	f := cmd.Flags()
	o.imapOptions.addFlags(f)
	o.readingOptions.addMailFlags(f)
	o.auditOptions.addFlags(f)
	o.findingOptions.addFlags(f)
	o.addSubjectsFlag(f)
	o.stateOptions.addFlags(f)
	o.outputOptions.addFlags(f)
	f.StringVar(&o.failOn, "fail-on", "", "exit with 1 if a sender's `RISK` is low, medium, high or critical, or above")
	return cmd
}

// addMailFlags adds those flags of reading that mean something for mailboxes.
func (o *readingOptions) addMailFlags(f *pflag.FlagSet) {
	f.StringSliceVar(&o.internal, "internal", nil, "our own `DOMAIN`, with its subdomains (repeat); else inferred from the senders")
	f.IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), "`N` connections")
	f.StringVar(&o.since, "since", "", "only mail from this `TIME` on: a date, an RFC 3339 time, or an age such as 7d")
	f.StringVar(&o.until, "until", "", "only mail before this `TIME`")
}

func runIMAP(ctx context.Context, e *env, o *imapCmdOptions) error {
	outputs, err := o.outputs(e)
	if err != nil {
		return err
	}
	threshold, err := parseRisk(o.failOn)
	if err != nil {
		return err
	}
	a, err := o.audit(ctx, e)
	if err != nil {
		return err
	}
	scan := scanOptions{outputOptions: o.outputOptions, auditOptions: o.auditOptions}
	err = scan.report(ctx, e, a, outputs)
	switch err := errors.Join(err, a.memory.close()); {
	case err != nil:
		return err
	case a.partial:
		return errPartial
	case o.failOn != "" && worst(a.result) >= threshold:
		return errFailOn
	}
	return nil
}

// audit reads the folders and takes the verdict.
func (o *imapCmdOptions) audit(ctx context.Context, e *env) (*audited, error) {
	if o.folder != "" || o.onlyNew {
		return e.auditAll(ctx, &o.readingOptions, &o.auditOptions, &o.stateOptions, o.progress, sources{imap: []*imapOptions{&o.imapOptions}, content: o.content})
	}
	j, err := o.job(e)
	if err != nil {
		return nil, err
	}
	options, err := o.options(e, j)
	if err != nil {
		return nil, err
	}
	ledgering := options.Ledgering(j.since, j.until)
	reading, partial, err := e.readIMAP(ctx, &o.imapOptions, j, ledgering, o.progress, func(read *imap.Options) {
		read.NewSink = func() parsers.Sink { return audit.NewLedger(ledgering) }
	})
	if err != nil {
		return nil, err
	}
	messages := reading.Messages(ctx, o.content)
	defer messages.Close()
	options.Inspect = inspector(&oneByOne{Messages: messages}, o.content)
	verdicts, err := judge(mergeLedgers(&reading.Reading), options)
	if err != nil {
		return nil, err
	}
	a, err := answer(verdicts, &reading.Reading, partial)
	if err != nil {
		return nil, err
	}
	a.partial = e.tellSkipped(messages, o.content) || partial
	return a, nil
}

// tellSkipped says that messages could not be opened again, which is a gap where
// they were to be searched.
func (e *env) tellSkipped(m *imap.Messages, searched bool) bool {
	n := m.Skipped()
	if n == 0 || !searched {
		return false
	}
	e.complain(fmt.Errorf("%d messages to lookalike domains could not be opened again: what they carried is not told", n))
	return true
}

// readIMAP reads the folders and complains of what could not be read. It fails
// when nothing could. prepare completes how they are read.
func (e *env) readIMAP(ctx context.Context, o *imapOptions, j *job, l audit.Ledgering, progress string, prepare func(*imap.Options)) (*imap.Reading, bool, error) {
	read, err := o.understand(ctx, e)
	if err != nil {
		return nil, false, err
	}
	read.Jobs, read.Since, read.Progress = j.read.Jobs, l.Since, &imap.Progress{}
	prepare(read)
	stop := e.showMessages(progress, read.Progress)
	reading, err := imap.Read(ctx, *read)
	stop()
	if err != nil {
		return nil, false, err
	}
	good := false
	var errs []error
	for i, s := range reading.Sources {
		f := reading.Folders[i]
		_, was := read.Known[f]
		_, is := reading.Positions[f]
		good = good || s.Err == nil || s.Records > 0 || was && is && !reading.Replaced[f]
		if s.Err != nil {
			errs = append(errs, s.Err)
		}
	}
	if !good {
		return nil, false, withHint(errors.Join(errs...))
	}
	for _, err := range errs {
		e.complain(err)
	}
	return reading, len(errs) > 0, nil
}

// withHint adds what may help.
func withHint(err error) error {
	var noTLS tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &noTLS):
		return &hintError{err, "the server does not begin with TLS there; see --tls starttls"}
	case errors.As(err, &unknown):
		return &hintError{err, "name the organisation's own certificate authority by --ca-file"}
	}
	return err
}

// understand turns the flags into what they mean.
func (o *imapOptions) understand(ctx context.Context, e *env) (*imap.Options, error) {
	switch {
	case o.host == "":
		return nil, &hintError{errors.New("no IMAP server given"), "name it by --host"}
	case o.user == "":
		return nil, &hintError{errors.New("no user given"), "name one by --user"}
	case !o.sent && len(o.mailboxes) == 0:
		return nil, &hintError{errors.New("no folder given"), "--sent finds the folders of sent mail; --mailbox names one"}
	case o.port < 0 || o.port > 65535:
		return nil, fmt.Errorf("--port %d: no port", o.port)
	case o.timeout <= 0 || o.maxTime <= 0:
		return nil, errors.New("--timeout and --max-time: longer than 0")
	}
	out := &imap.Options{Selection: imap.Selection{Sent: o.sent, Folders: o.mailboxes, Context: o.context}, Limits: imap.DefaultLimits()}
	out.Limits.Answer, out.Limits.Total, out.Limits.Wasted = o.timeout, o.maxTime, o.timeout
	out.Limits.Read = min(out.Limits.Read, o.timeout)
	out.Limits.Greeting = min(out.Limits.Greeting, o.timeout)
	var err error
	if out.Server, err = o.server(); err != nil {
		return nil, err
	}
	users, err := o.users()
	if err != nil {
		return nil, err
	}
	mechanism, secret, err := o.secret(ctx, e, o.user)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		u.Mechanism, u.Secret = mechanism, secret
		out.Accounts = append(out.Accounts, u)
	}
	return out, nil
}
