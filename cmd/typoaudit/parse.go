package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/table"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// parseOptions are the flags of parse.
type parseOptions struct {
	readingOptions
	output string
}

func (o *parseOptions) addFlags(f *pflag.FlagSet) {
	o.readingOptions.addFlags(f)
	f.StringVarP(&o.output, "output", "o", "-", "write to `FILE`, compressed where its name ends in .gz or .zst; - is standard output")
}

// checkOutput refuses names that promise another form than JSON lines.
func (o *parseOptions) checkOutput() error {
	plain, _ := source.PlainName(o.output)
	switch filepath.Ext(plain) {
	case "", ".jsonl", ".ndjson":
		return nil
	}
	if o.isToStdout() || isStream(o.output) {
		return nil
	}
	return failure.WithHint(fmt.Errorf("--output %s: parse writes JSON lines", o.output), "end the name in .jsonl, .jsonl.gz or .jsonl.zst")
}

func (o *parseOptions) isToStdout() bool { return o.output == "-" || isStdout(o.output) }

func newParseCmd(e *env) *cobra.Command {
	var o parseOptions
	return e.command(spec{
		use:   "parse [PATH...|-]",
		short: "Print the deliveries that were understood, as JSON lines",
		examples: `typoaudit parse /var/log/mail.log | jq -c 'select(.direction=="outbound")'
typoaudit parse -o deliveries.jsonl.zst /var/log/mail.log.1
zcat mail.log.2.gz | typoaudit parse --internal corp.example -
ssh mx typoaudit parse /var/log/mail.log | typoaudit scan -`,
		long: `parse prints every delivery, internal, inbound and rejected ones too: one JSON
object a line, as the messages end in the log. It shows what the other commands
work on, and which line it came from. Subjects are printed where the log has
them. Sent copies stand at the end, with what the bounces in the same mailboxes say
of them. A bounce that is about none of the copies is a line of its own, with "bounce": true.

The lines hold all that is known of a delivery; the last one also what was read and not
understood, as "coverage". A log in which nothing happened gives an empty line. scan reads
them again: "typoaudit parse LOG | typoaudit scan -" is "typoaudit scan LOG". What their fields are,
and how a database takes them, says "typoaudit help databases".`,
		exit: `0  everything was read
2  usage, or nothing was recognised
3  part of the input could not be read, or too many lines that look like
   deliveries were not understood
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			return runParse(ctx, e, &o, c, args)
		},
	})
}

func runParse(ctx context.Context, e *env, o *parseOptions, c *config.Settled, paths []string) error {
	if err := errors.Join(o.checkOutput(), checkPaths(paths)); err != nil {
		return err
	}
	from := pipeline.Sources{Paths: paths, Context: o.Context}
	if o.isToStdout() {
		return o.parse(ctx, e, c, from, e.stdout)
	}
	out := &outputs{list: []output{{path: o.output}}}
	kept := keptOf(e, c, &o.Settings)
	for _, path := range inputPaths(e, from, out) {
		kept = append(kept, keptFile{path, "an input"})
	}
	if err := out.refuse(kept...); err != nil {
		return err
	}
	e.warnOfFolder(o.output)
	var failed error
	err := writeReport(o.output, func(w io.Writer) error {
		to := &notingWriter{w: w}
		switch failed = o.parse(ctx, e, c, from, to); {
		case to.err != nil:
			failed = nil
			return to.err
		case failed == errPartial: // the file is whole, and says what is missing
			return nil
		}
		return failed
	})
	return cmp.Or(failed, err)
}

// A notingWriter keeps the first error of what it writes to: of the others, it is no fault of
// the file.
type notingWriter struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (n *notingWriter) Write(b []byte) (int, error) {
	written, err := n.w.Write(b)
	n.err = cmp.Or(n.err, err)
	return written, err
}

// parse writes what is understood of sources.
func (o *parseOptions) parse(ctx context.Context, e *env, c *config.Settled, from pipeline.Sources, to io.Writer) error {
	j, err := o.job(e, c.Formats)
	if err != nil {
		return err
	}
	w := e.world("never")
	inputs, partial, err := pipeline.Open(ctx, from, w)
	if err != nil {
		return err
	}
	out := &parsedWriter{w: bufio.NewWriterSize(to, 64<<10), job: j, tenant: tenantOf(c.File), bounces: parsers.Bounces{}}
	if err := out.infer(ctx, inputs, o.Smarthost); err != nil {
		return err
	}
	j.read.Jobs = 1
	j.read.NewSink = out.newSink
	j.read.Begin = func(r *read.Reading) { out.reading = r }
	r, err := read.Read(ctx, inputs, j.read)
	if err != nil {
		return err
	}
	cut, err := pipeline.ComplainOfSources(r, from, w)
	if err != nil {
		return err
	}
	out.writeLate()
	out.finish(r, partial)
	if err := errors.Join(out.err, out.w.Flush()); !isReaderGone(err) {
		return err
	}
	if partial || cut {
		return errPartial
	}
	return nil
}

// infer reads inputs once to find the organisation's own domains, if none is named, and who
// delivers for it. A stream can be read once only: there only what is named counts.
func (p *parsedWriter) infer(ctx context.Context, inputs []*source.Input, smarthosts []string) error {
	p.own = organisation.NewOwn(p.job.internal)
	p.gates = organisation.NewGateways(p.own, smarthosts, 0)
	if hasStream(inputs) {
		return nil
	}
	var ledgers []*audit.Ledger
	o := p.job.read
	o.NewSink = func(read.Role) parsers.Sink {
		ledgers = append(ledgers, audit.NewLedger(audit.Ledgering{Keep: func(string) bool { return false }}))
		return p.tenant.View(ledgers[len(ledgers)-1])
	}
	if _, err := read.Read(ctx, inputs, o); err != nil {
		return err
	}
	providers, err := reference.Providers()
	if err != nil {
		return err
	}
	p.own, p.gates, err = audit.InferGateways(pipeline.Merge(ledgers), audit.Options{Internal: p.job.internal, Smarthosts: smarthosts, Providers: providers})
	return err
}

func hasStream(inputs []*source.Input) bool {
	for _, in := range inputs {
		if in.Size() < 0 {
			return true
		}
	}
	return false
}

type parsedWriter struct {
	w       *bufio.Writer
	own     organisation.Own
	gates   organisation.Gateways
	job     *job
	tenant  *organisation.Tenant // whose mail alone is printed; nil for everybody's
	late    []parsers.Delivery
	bounces parsers.Bounces
	reading *read.Reading
	last    bytes.Buffer // the line that is not written yet
	err     error
}

// newSink makes the sink of a role. What the joiner emits is kept until the worker is
// done, so that two runs print the same.
func (p *parsedWriter) newSink(role read.Role) parsers.Sink {
	return p.tenant.View(&parsedSink{out: p, late: role != read.Worker})
}

type parsedSink struct {
	out  *parsedWriter
	late bool
}

// Add implements parsers.Sink.
func (s *parsedSink) Add(d *parsers.Delivery) {
	switch {
	case s.late, d.Copy && d.Status == parsers.StatusUnknown:
		s.out.late = append(s.out.late, d.Clone())
	default:
		s.out.write(d, nil)
	}
}

// Bounce implements parsers.Sink.
func (s *parsedSink) Bounce(b *parsers.Bounce) { s.out.bounces.Add(b) }

// writeLate writes what waited for the end of the input: copies with what became of
// them, and the bounces that are about none of them.
func (p *parsedWriter) writeLate() {
	joined := map[parsers.Bounce]bool{}
	for i := range p.late {
		d := &p.late[i]
		b, ok := p.bounces.Of(parsers.CopiedOf(d))
		if !ok || !d.Copy {
			p.write(d, nil)
			continue
		}
		joined[b] = true
		d.Status, d.Arrived, d.DSN, d.Relay, d.Failure = b.Status, b.Arrived, b.DSN, b.Relay, b.Failure
		p.write(d, &b)
	}
	for _, b := range p.bounces.Sorted() {
		if !joined[b] {
			p.print(table.NewBounceLine(&b, p.place(b.Origin)))
		}
	}
}

// write writes a delivery of the window; its outcome is that of bounce, if there is
// one.
func (p *parsedWriter) write(d *parsers.Delivery, bounce *parsers.Bounce) {
	if !d.Time.IsZero() && (d.Time.Before(p.job.since) || !p.job.until.IsZero() && !d.Time.Before(p.job.until)) {
		return
	}
	marked := *d
	d = &marked
	p.gates.Mark(d)
	line := table.NewLine(d, p.own.Direction(d), p.place(d.Origin))
	if bounce != nil {
		line.BouncedByReport, line.BounceTime = true, &bounce.Time
	}
	p.print(line)
}

// place returns where a record was read.
func (p *parsedWriter) place(o parsers.Origin) (place parsers.Place) {
	place.Source, place.Line = p.reading.Place(o)
	place.Number = o.Source
	return place
}

// print writes the line before, and keeps this one: the last gets the coverage.
func (p *parsedWriter) print(line table.Line) {
	if p.flush(); p.err == nil {
		p.err = writeJSONLine(&p.last, line)
	}
}

func (p *parsedWriter) flush() {
	if p.err == nil {
		_, p.err = p.last.WriteTo(p.w)
	}
}

// cover adds the coverage to the last line.
func (p *parsedWriter) cover(c table.Coverage) {
	p.last.Truncate(p.last.Len() - len("}\n"))
	p.last.WriteString(`,"coverage":`)
	if err := writeJSONLine(&p.last, c); p.err == nil {
		p.err = err
	}
	p.last.Truncate(p.last.Len() - len("\n"))
	p.last.WriteString("}\n")
}

// finish writes the last line, with what was read and is no delivery. Of logs in which
// nothing happened it writes an empty line: nothing at all is what a pipe has that broke.
func (p *parsedWriter) finish(r *read.Reading, partial bool) {
	var c table.Coverage
	if partial {
		c.Gaps = append(c.Gaps, "a path could not be opened")
	}
	quiet := false
	for _, s := range r.Sources {
		c.Add(&s.Tally)
		if s.Err != nil {
			c.Gaps = append(c.Gaps, s.Err.Error())
		}
		quiet = quiet || s.Format != ""
	}
	switch {
	case p.last.Len() > 0 && !c.IsEmpty():
		p.cover(c)
	case p.last.Len() == 0 && quiet && c.Malformed == 0 && len(c.Gaps) == 0 && p.err == nil:
		p.err = p.w.WriteByte('\n')
	}
	p.flush()
}

func writeJSONLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
