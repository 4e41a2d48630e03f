package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

type parseOptions struct{ readingOptions }

func newParseCmd(e *env) *cobra.Command {
	var o parseOptions
	cmd := &cobra.Command{
		Use:   "parse [PATH...|-]",
		Short: "Print the deliveries that were understood, as JSON lines",
		Long: `Examples:
  typoaudit parse /var/log/mail.log | jq -c 'select(.direction=="outbound")'
  zcat mail.log.2.gz | typoaudit parse --internal corp.example -

parse prints every delivery, internal, inbound and rejected ones too: one JSON
object a line, as the messages end in the log. It shows what the other commands
work on, and which line it came from. Subjects are printed where the log has
them. What bounces say of Sent copies in the same mailboxes is told with those,
at the end.

EXIT STATUS
  0  everything was read
  2  usage, or nothing was recognised
  3  part of the input could not be read
  130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, _, err := e.settle(cmd, false)
			if err != nil {
				return err
			}
			o.own = c.formats
			return runParse(cmd.Context(), e, &o, args)
		},
	}
	addConfigFlag(cmd.Flags())
	o.addFlags(cmd.Flags())
	return cmd
}

func runParse(ctx context.Context, e *env, o *parseOptions, paths []string) error {
	j, err := o.job(e)
	if err != nil {
		return err
	}
	inputs, partial, err := e.open(paths, o.context)
	if err != nil {
		return err
	}
	if len(j.internal) == 0 && !hasStream(inputs) {
		if j.internal, err = e.infer(ctx, inputs, j); err != nil {
			return err
		}
	}
	out := &parsedWriter{w: bufio.NewWriterSize(e.stdout, 64<<10), own: audit.NewOwn(j.internal), job: j, reports: map[[2]string]parsers.Delivery{}}
	j.read.Jobs = 1
	// What the joiner emits is kept until the worker is done, so that two runs
	// print the same.
	j.read.NewSink = func(role read.Role) parsers.Sink { return &parsedSink{out: out, late: role != read.Worker} }
	j.read.Begin = func(r *read.Reading) { out.reading = r }
	_, cut, err := e.read(ctx, inputs, j.read)
	if err != nil {
		return err
	}
	out.writeLate()
	if err := errors.Join(out.err, out.w.Flush()); err != nil {
		return err
	}
	if partial || cut {
		return errPartial
	}
	return nil
}

func hasStream(inputs []*source.Input) bool {
	for _, in := range inputs {
		if in.Size() < 0 {
			return true
		}
	}
	return false
}

// A parsedDelivery is a line of parse.
type parsedDelivery struct {
	Time          *time.Time        `json:"time"`
	Sender        *string           `json:"sender"`
	AuthUser      *string           `json:"auth_user"`
	Recipient     string            `json:"recipient"`
	OrigRecipient *string           `json:"orig_recipient"`
	Status        parsers.Status    `json:"status"`
	Arrived       parsers.Arrived   `json:"arrived"`
	DSN           string            `json:"dsn"`
	Relay         string            `json:"relay"`
	Bytes         int64             `json:"bytes"`
	Subject       string            `json:"subject"`
	MessageID     string            `json:"message_id"`
	QueueID       string            `json:"queue_id"`
	Direction     parsers.Direction `json:"direction"`
	Count         int               `json:"count"`
	Source        string            `json:"source"`
	Line          int64             `json:"line"`
	Incomplete    bool              `json:"incomplete"`
}

type parsedWriter struct {
	w       *bufio.Writer
	own     audit.Own
	job     *job
	late    []parsers.Delivery
	reports map[[2]string]parsers.Delivery // by message identifier and recipient
	reading *read.Reading
	err     error
}

type parsedSink struct {
	out  *parsedWriter
	late bool
}

// Add implements parsers.Sink.
func (s *parsedSink) Add(d *parsers.Delivery) {
	switch {
	case d.Report:
		s.out.report(d)
	case s.late, d.Copy && d.Status == parsers.StatusUnknown && d.MessageID != "":
		s.out.late = append(s.out.late, d.Clone())
	default:
		s.out.write(d)
	}
}

func reportKey(d *parsers.Delivery) [2]string {
	return [2]string{d.MessageID, strings.ToLower(d.Recipient)}
}

// report keeps what a bounce says, the last word on each delivery.
func (p *parsedWriter) report(d *parsers.Delivery) {
	k := reportKey(d)
	if old, ok := p.reports[k]; !ok || d.Status != parsers.StatusDeferred && !d.Time.Before(old.Time) {
		p.reports[k] = d.Clone()
	}
}

// writeLate writes what waited for the end of the input.
func (p *parsedWriter) writeLate() {
	for i := range p.late {
		d := &p.late[i]
		if r, ok := p.reports[reportKey(d)]; ok && d.Copy {
			d.Status, d.Arrived, d.DSN, d.Relay = r.Status, r.Arrived, r.DSN, r.Relay
		}
		p.write(d)
	}
}

func (p *parsedWriter) write(d *parsers.Delivery) {
	if p.err != nil || !d.Time.IsZero() && (d.Time.Before(p.job.since) || !p.job.until.IsZero() && !d.Time.Before(p.job.until)) {
		return
	}
	out := parsedDelivery{
		Time: timePtr(d.Time), Recipient: d.Recipient, Status: d.Status, Arrived: d.Arrived, DSN: d.DSN, Relay: d.Relay,
		Bytes: d.Bytes, Subject: d.Subject, MessageID: d.MessageID, QueueID: d.QueueID,
		Direction: p.own.Direction(d), Count: max(1, d.Count), Incomplete: d.Incomplete,
	}
	out.Source, out.Line = p.reading.Place(d.Origin)
	if d.SenderKnown {
		out.Sender = &d.Sender
	}
	out.AuthUser, out.OrigRecipient = nonEmpty(d.AuthUser), nonEmpty(d.OrigRecipient)
	p.err = writeJSONLine(p.w, out)
}

func writeJSONLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func timePtr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
