package main

import (
	"bytes"
	"context"
	"encoding/binary"
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
	after := entriesAfter{w: w, cursor: cursor}
	cmd.Stdout, cmd.Stderr = &after, &complaints
	err = cmd.Run()
	said := strings.Join(strings.Fields(string(complaints.text)), " ")
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case after.gap:
		return errors.New("the entry that was read last is not in the journal any more: what was between it and those that are there is lost")
	case strings.Contains(said, "insufficient permissions") || strings.Contains(said, "not seeing messages"):
		return failure.WithHint(fmt.Errorf("journalctl says: %s", said), "members of the group systemd-journal or adm may read the journal")
	case said != "":
		return fmt.Errorf("journalctl says: %s", said)
	case err != nil:
		return fmt.Errorf("journalctl: %w", failure.Plain(err))
	}
	return nil
}

// journalFrom has journalctl begin at the entry with a cursor, which entriesAfter leaves out, or
// at a time where there is none. With --after-cursor it would leave out another entry where that
// one is gone, and nobody would know.
func journalFrom(since time.Time, cursor string) []string {
	switch {
	case cursor != "":
		return []string{"--cursor=" + cursor}
	case !since.IsZero():
		return []string{fmt.Sprintf("--since=@%d", since.Unix())}
	}
	return nil
}

// An entriesAfter writes the entries of a journal that come after the one with a cursor.
type entriesAfter struct {
	w      io.Writer
	cursor string // of the entry that is left out, "" when it was
	head   []byte // what was written until then
	gap    bool   // the journal begins after that entry
}

// Write implements io.Writer.
func (e *entriesAfter) Write(b []byte) (int, error) {
	if e.cursor == "" {
		return e.w.Write(b)
	}
	e.head = append(e.head, b...)
	begin, n := "__CURSOR="+e.cursor+"\n", 0
	if len(e.head) < len(begin) {
		return len(b), nil
	}
	if e.gap = !strings.HasPrefix(string(e.head[:len(begin)]), begin); !e.gap {
		if n = entryLength(e.head); n == 0 {
			return len(b), nil
		}
	}
	rest := e.head[n:]
	e.cursor, e.head = "", nil
	if len(rest) > 0 {
		if _, err := e.w.Write(rest); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// entryLength returns the length of the entry that b begins with, in the Journal Export Format
// (https://systemd.io/JOURNAL_EXPORT_FORMATS): lines NAME=VALUE, or NAME, the length of the
// value in eight bytes and the value. An empty line ends it. It is 0 where the end is not there.
func entryLength(b []byte) int {
	const size = 8
	for at := 0; ; {
		end := bytes.IndexByte(b[at:], '\n')
		if end < 0 {
			return 0
		}
		line := b[at : at+end]
		at += end + 1
		switch {
		case len(line) == 0:
			return at
		case bytes.IndexByte(line, '=') >= 0:
			continue
		case len(b)-at < size:
			return 0
		}
		n := binary.LittleEndian.Uint64(b[at:])
		if at += size; n >= uint64(len(b)-at) {
			return 0
		}
		at += int(n) + 1
	}
}
