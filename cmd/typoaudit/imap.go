package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
)

type imapCmdOptions struct {
	auditOptions
	imapOptions
}

func (o *imapCmdOptions) addFlags(f *pflag.FlagSet) {
	o.imapOptions.addFlags(f)
	o.AddFlags(f, "internal", "jobs")
	f.Lookup("internal").Usage = "our own `DOMAIN`, with its subdomains (repeat); else inferred from the senders"
	f.Lookup("jobs").Usage = "`N` connections"
	o.addSpanFlags(f)
	o.auditOptions.addFlags(f)
	o.addFailOnFlag(f)
}

func newIMAPCmd(e *env) *cobra.Command {
	var o imapCmdOptions
	cmd := e.command(spec{
		use:   "imap --sent --host SERVER --user USER",
		short: "Audit the folders of sent mail on an IMAP server",
		examples: `typoaudit imap --sent --host imap.corp.example --user kim
typoaudit imap --sent --host imap.corp.example --user audit --users-file users --password-file audit.pass --since 30d
typoaudit imap --mailbox Archive/Sent --context INBOX --host imap.corp.example --user kim --password-command "pass imap"
typoaudit imap --sent --host outlook.office365.com --user kim@corp.example --token-file kim.token
typoaudit imap --sent --host imap.corp.example --user kim --since 30d --state ~/.local/state/typoaudit --new`,
		long: `imap reads, and changes nothing: folders are opened by EXAMINE, and of each
message only the size, the date and the fields that say who wrote to whom are
fetched, by BODY.PEEK. The folders of sent mail are those that the server marks and
those with a name for it, in 84 languages and more. A folder that looks like sent
mail and is not read, such as "Old Sent", is named and makes the exit status 3: read
it by --mailbox, or leave it out by --skip-mailbox.

The password comes from a file, a command, a systemd credential, or is asked for
on the terminal. With --users-file one login reads everybody's mail: --user is
then a Dovecot master user, who logs in as USER*MASTER. A wrong password ends after
one login.

A server that asks to be left alone for a while is, as long as --max-time allows.

With --state only new messages are fetched, and those that a wider --since asks
for. What earlier runs read counts still, also when it was removed on the server
or one account of several cannot be had. When a server renumbers a folder
(UIDVALIDITY), that folder is read again and replaces what was known of it.`,
		exit: `0  audited, findings or not
1  --fail-on reached
2  usage, nothing could be read, or the report could not be written
3  some accounts, folders or messages could not be read: the report names them
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		args:  noArgs,
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, _ []string) error {
			o.kept = keptForServer(o.usersFile, o.caFile, &o.Secret)
			return o.auditAndReport(ctx, e, c, pipeline.Sources{Servers: []pipeline.Server{o.source(e)}})
		},
	})
	if e.completing {
		for _, name := range []string{"mailbox", "context", "skip-mailbox"} {
			_ = cmd.RegisterFlagCompletionFunc(name, o.completeMailbox(e)) // fails for a flag that is not there
		}
	}
	return cmd
}

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
	skipped   []string
	timeout   time.Duration
	maxTime   time.Duration
}

// defaultIMAP returns what counts where nothing is given.
func defaultIMAP() imapOptions {
	l := imap.DefaultLimits()
	return imapOptions{security: "implicit", separator: "*", secretOptions: secretOptions{mechanism: "auto"}, timeout: l.Answer, maxTime: l.Total}
}

func (o *imapOptions) addFlags(f *pflag.FlagSet) {
	d := defaultIMAP()
	f.StringVar(&o.host, "host", "", "the IMAP `SERVER`, also with a port: imap.corp.example:993")
	f.IntVar(&o.port, "port", 0, "`PORT` of the server (default: 993, or 143 with --tls starttls and --tls none)")
	f.StringVar(&o.security, "tls", d.security, "`TLS`: implicit, starttls, or none: only to this machine itself")
	oneOf(f, "tls", "implicit", "starttls", "none")
	f.StringVar(&o.caFile, "ca-file", "", "trust the certificate authorities in the PEM `FILE` and no others")
	f.StringVar(&o.user, "user", "", "log in as `USER`; with --users-file a master user")
	f.StringVar(&o.usersFile, "users-file", "", "audit each user named in `FILE`, one a line, by the master user --user")
	f.StringVar(&o.separator, "master-separator", d.separator, "`TEXT` between a user and the master user at login")
	o.secretOptions.addFlags(f)
	f.BoolVar(&o.sent, "sent", false, "read the folders of sent mail, by the server's mark and by name")
	f.StringArrayVar(&o.mailboxes, "mailbox", nil, "read the folder `MAILBOX` as sent mail (repeat)")
	f.StringArrayVar(&o.context, "context", nil, "read the folder `MAILBOX`, such as INBOX, for who answers (repeat)")
	f.StringArrayVar(&o.skipped, "skip-mailbox", nil, "the folder `MAILBOX` holds no sent mail, whatever --sent makes of its name (repeat)")
	f.DurationVar(&o.timeout, "timeout", d.timeout, "`TIME` that an answer of the server may take")
	f.DurationVar(&o.maxTime, "max-time", d.maxTime, "`TIME` that all may take; what was read until then is reported")
}

// source returns the server as a source of an audit.
func (o *imapOptions) source(e *env) pipeline.Server {
	wrong := o.cutPort()
	return pipeline.Server{User: o.user, Host: o.host, Options: func(ctx context.Context) (*imap.Options, error) {
		if wrong != nil {
			return nil, wrong
		}
		return o.understand(ctx, e)
	}}
}

// cutPort takes the port off the host, where it is given there.
func (o *imapOptions) cutPort() error {
	host, port, err := net.SplitHostPort(o.host)
	if err != nil { // an address of IPv6 alone has colons as well
		o.host = strings.Trim(o.host, "[]")
		return nil
	}
	n, err := strconv.Atoi(port)
	switch {
	case err != nil || n < 1 || n > 65535:
		return fmt.Errorf("--host %s: %s is no port", o.host, port)
	case o.port != 0 && o.port != n:
		return fmt.Errorf("--host %s and --port %d: two ports", o.host, o.port)
	}
	o.host, o.port = host, n
	return nil
}

// understand turns the flags into what they mean.
func (o *imapOptions) understand(ctx context.Context, e *env) (*imap.Options, error) {
	switch {
	case o.host == "":
		return nil, failure.WithHint(errors.New("no IMAP server given"), "name it by --host")
	case o.user == "":
		return nil, failure.WithHint(errors.New("no user given"), "name one by --user")
	case !o.sent && len(o.mailboxes) == 0:
		return nil, failure.WithHint(errors.New("no folder given"), "--sent finds the folders of sent mail; --mailbox names one")
	case o.port < 0 || o.port > 65535:
		return nil, fmt.Errorf("--port %d: no port", o.port)
	case o.timeout <= 0 || o.maxTime <= 0:
		return nil, errors.New("--timeout and --max-time: longer than 0")
	}
	out := &imap.Options{
		Selection:    imap.Selection{Sent: o.sent, Folders: o.mailboxes, Context: o.context, Skip: o.skipped},
		Limits:       imap.DefaultLimits(),
		SharedSecret: o.usersFile != "",
		Program:      "typoaudit", Version: programVersion(),
	}
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

func (o *imapOptions) server() (imap.Server, error) {
	s := imap.Server{Host: o.host, Port: o.port}
	switch o.security {
	case "implicit":
	case "starttls":
		s.Security = imap.StartTLS
	case "none":
		s.Security = imap.Plain
	default:
		return s, fmt.Errorf("--tls %s: implicit, starttls or none", o.security)
	}
	if o.caFile == "" {
		return s, nil
	}
	pem, err := os.ReadFile(o.caFile)
	if err != nil {
		return s, fmt.Errorf("--ca-file %s: %w", o.caFile, failure.Plain(err))
	}
	s.Roots = x509.NewCertPool()
	if !s.Roots.AppendCertsFromPEM(pem) {
		return s, fmt.Errorf("--ca-file %s: no certificate in PEM form", o.caFile)
	}
	return s, nil
}

// users returns whose mail is read, without their secrets.
func (o *imapOptions) users() ([]imap.Account, error) {
	if o.usersFile == "" {
		return []imap.Account{{Name: o.user, User: o.user}}, nil
	}
	text, err := os.ReadFile(o.usersFile)
	if err != nil {
		return nil, fmt.Errorf("--users-file %s: %w", o.usersFile, failure.Plain(err))
	}
	var users []imap.Account
	seen := map[string]bool{}
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		name, _, _ := strings.Cut(line, "#")
		if name = strings.TrimSpace(name); name == "" || seen[name] {
			continue
		}
		seen[name] = true
		users = append(users, imap.Account{Name: name, User: name + o.separator + o.user})
	}
	if len(users) == 0 {
		return nil, fmt.Errorf("--users-file %s: no user in it", o.usersFile)
	}
	return users, nil
}

// completionTime bounds how long a completion waits for a server.
const completionTime = 5 * time.Second

// completeMailbox completes the name of a folder by those of the server, if it can be
// logged in to without a question.
func (o *imapOptions) completeMailbox(e *env) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		const nothing = cobra.ShellCompDirectiveNoFileComp
		if _, err := config.Settle(cmd.Flags(), e.getenv, config.ByHand); err != nil || o.Secret == (config.Secret{}) {
			return nil, nothing
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		o.sent = true // a server is asked for its folders, whichever are to be read
		options, err := o.source(e).Options(ctx)
		if err != nil {
			return nil, nothing
		}
		names, err := imap.Folders(ctx, *options)
		if err != nil {
			return nil, nothing
		}
		return names, nothing
	}
}
