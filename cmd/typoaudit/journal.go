package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
)

// journalFields are the fields of an entry that the format reads. All others, of which an
// entry has some twenty, are left where they are.
const journalFields = "MESSAGE,_HOSTNAME,SYSLOG_IDENTIFIER,_PID,_COMM"

// exportJournal has journalctl(1) write the journal. What it complains of is an error, such
// as entries that this user may not read, or a file that is damaged: it goes on without.
func exportJournal(ctx context.Context, w io.Writer, since time.Time, cursor string) error {
	program, err := exec.LookPath("journalctl")
	if err != nil {
		return errors.New("journalctl is not installed here")
	}
	args := append([]string{"--output=export", "--output-fields=" + journalFields, "--no-pager"}, journalFrom(since, cursor)...)
	cmd := exec.CommandContext(ctx, program, args...)
	var complaints complaint
	cmd.Stdout, cmd.Stderr = w, &complaints
	err = cmd.Run()
	said := strings.Join(strings.Fields(string(complaints.text)), " ")
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(said, "insufficient permissions") || strings.Contains(said, "not seeing messages"):
		return failure.WithHint(fmt.Errorf("journalctl says: %s", said), "members of the group systemd-journal or adm may read the journal")
	case said != "":
		return fmt.Errorf("journalctl says: %s", said)
	case err != nil:
		return fmt.Errorf("journalctl: %w", failure.Plain(err))
	}
	return nil
}

// journalFrom has journalctl begin after a cursor, or at a time where there is none.
func journalFrom(since time.Time, cursor string) []string {
	switch {
	case cursor != "":
		return []string{"--after-cursor=" + cursor}
	case !since.IsZero():
		return []string{fmt.Sprintf("--since=@%d", since.Unix())}
	}
	return nil
}
