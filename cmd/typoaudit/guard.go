package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
)

type guardOptions struct {
	readingOptions
	mode    string
	refuse  string
	noNotes bool
	listening
	refresh  time.Duration
	deadline time.Duration
	replayOptions
}

func (o *guardOptions) addFlags(f *pflag.FlagSet) {
	o.readingOptions.addFlags(f)
	o.AddFlags(f, "protect", "reference", "all-senders", "ignore-file", "state", "retention-days", "notice-language")
	f.Lookup("state").Usage = "learn from the history in `DIR`, and keep there what was asked and answered"
	f.Lookup("retention-days").Usage = "forget answers after `N` days (default: keep them)"
	// Not the setting, which is about what is reported.
	f.Float64Var(&o.MinConfidence, "min-confidence", guardConfidence, "ask about slips from confidence `P` on, 0 to 1")
	f.StringVar(&o.mode, "mode", "observe", "what is done about a slip: `MODE` is "+strings.Join(guard.Modes(), ", "))
	oneOf(f, "mode", guard.Modes()...)
	f.BoolVar(&o.noNotes, "no-notes", false, "in the mode warn, mark the mail and write to nobody")
	f.StringVar(&o.refuse, "refuse", "", "refuse mail to the domains in `FILE`, a line each, in the modes confirm and refuse")
	o.listening.addFlags(f)
	f.DurationVar(&o.refresh, "refresh", guardRefresh, "read the PATHs again each `TIME`, such as 1h")
	f.DurationVar(&o.deadline, "deadline", guard.Deadline, "let the mail pass when an answer takes longer than `TIME`")
	o.replayOptions.addFlags(f)
}

// guardConfidence is how sure a slip must be to be asked about: a question costs less than
// what block refuses. Replayed over a year of mailing lists it asks about 28 of 28 slip
// domains and about no other, in 92,543 first mails (see the topic guard).
const guardConfidence = 0.7

// guardRefresh is how often logs are read again: a domain that was new yesterday is known
// today.
const guardRefresh = 6 * time.Hour

func newGuardCmd(e *env) *cobra.Command {
	var o guardOptions
	return e.command(spec{
		use:   "guard [PATH...]",
		short: "Ask who sends mail to a lookalike whether that is meant, before it leaves",
		examples: `typoaudit guard --replay /var/log/mail.log
typoaudit guard --state /var/lib/typoaudit --policy unix:/run/typoaudit/policy
typoaudit guard --state /var/lib/typoaudit --policy 127.0.0.1:10031 --mode confirm`,
		long: `guard answers a mail server that asks about a recipient before it takes the mail:
Postfix (--policy), Sendmail and Postfix (--milter), Exim (--exim), OpenSMTPD
(--opensmtpd), others by HTTP (--http). The topic guard has the lines for each.
It learns from the history of --state, or from the logs at the PATHs, and learns
again when a run was added to the history, each --refresh, and at SIGHUP. The
rules of --ignore-file and the list of --refuse count at once when they change.

The modes, in the order in which to switch them on; each does what stands before it:

- observe: say on standard output, a JSON object a line, what would be asked
- warn: mark the mail with a header X-Typoaudit, and send the sender a short note, as
  [mail] of the configuration says: one a day about a recipient, three a week
- confirm: refuse the mail once: "did you mean jane@army.mil? If jane@army.ml is
  right, send again within 10 minutes". After 20 seconds the second try of the same
  login passes, and is never asked about again
- refuse: and refuse for good what block would block

Nobody is asked who did not log in, nor a list or a program; a person is asked once
a day about a recipient and three times a week, and then the mail passes.

--replay starts no service: it learns from the first part of a log (--learn), or
from the history before that time, and says whom it would have asked about the rest.`,
		exit: `0  replayed
2  usage, nothing to learn from, or an address that cannot be listened at
3  with --replay: part of the log could not be read
130, 143  ended by SIGINT, SIGTERM`,
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			return runGuard(ctx, e, &o, c, args)
		},
	})
}

func runGuard(ctx context.Context, e *env, o *guardOptions, c *config.Settled, paths []string) error {
	if err := requireTenant(c, "guard"); err != nil {
		return err // what one wrote would be in the questions to another
	}
	mode, err := guard.ParseMode(o.mode)
	switch {
	case err != nil:
		return err
	case len(o.replay) > 0:
		return o.runReplay(ctx, e, c, append(o.replay, paths...))
	case o.State == "" && len(paths) == 0:
		return errors.New("nothing to learn from: --state DIR with a history, or the PATHs of logs")
	case !o.listens() && passedSockets(e.getenv) == 0:
		return errors.New("nobody can ask: --policy, --milter, --exim, --http or --opensmtpd; or --replay LOG to see what would be asked")
	case o.refresh < time.Minute:
		return fmt.Errorf("--refresh %s: at least a minute", o.refresh)
	}
	s, err := o.newService(e, c, mode, paths)
	if err != nil {
		return err
	}
	return s.run(ctx)
}
