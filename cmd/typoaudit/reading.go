package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/chasquid"
	"github.com/typoaudit/typoaudit/parsers/format/courier"
	"github.com/typoaudit/typoaudit/parsers/format/events"
	"github.com/typoaudit/typoaudit/parsers/format/exchange"
	"github.com/typoaudit/typoaudit/parsers/format/exim"
	"github.com/typoaudit/typoaudit/parsers/format/google"
	"github.com/typoaudit/typoaudit/parsers/format/haraka"
	"github.com/typoaudit/typoaudit/parsers/format/ironport"
	"github.com/typoaudit/typoaudit/parsers/format/maddy"
	"github.com/typoaudit/typoaudit/parsers/format/maildir"
	"github.com/typoaudit/typoaudit/parsers/format/mbox"
	"github.com/typoaudit/typoaudit/parsers/format/messagetrace"
	"github.com/typoaudit/typoaudit/parsers/format/mox"
	"github.com/typoaudit/typoaudit/parsers/format/opensmtpd"
	"github.com/typoaudit/typoaudit/parsers/format/postfix"
	"github.com/typoaudit/typoaudit/parsers/format/qmail"
	"github.com/typoaudit/typoaudit/parsers/format/sendmail"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/format/table"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// bodies are the mail servers whose lines are read in a syslog.
func bodies() []syslog.Body {
	return []syslog.Body{opensmtpd.Body{}, postfix.Body{}, exim.Body{}, sendmail.Body{}, courier.Body{}, maddy.Body{}, mox.Body{}, chasquid.Body{}}
}

// formats are all that can be read, in the order in which `formats` lists them.
func formats(columns map[string]string) []parsers.Format {
	all := []parsers.Format{
		syslog.Format{Bodies: bodies()},
		syslog.ExportFormat{Bodies: bodies()},
		exim.Format{},
		qmail.Format{},
		haraka.Format{},
		ironport.Format{},
		exchange.Format(),
		google.Format(),
		google.BigQuery(),
		mbox.Format{},
		maildir.Format{},
		maildir.EML{},
	}
	all = append(all, messagetrace.Formats()...)
	all = append(all, events.Formats()...)
	return append(all, table.CSV{Map: columns}, table.JSONL{Map: columns})
}

// readingOptions are the flags that concern reading.
type readingOptions struct {
	internal    []string
	inputFormat string
	mapping     string
	zone        string
	year        int
	dateOrder   string
	jobs        int
	since       string
	until       string
	own         []parsers.Format // those of the configuration
	context     []string
}

func (o *readingOptions) addFlags(f *pflag.FlagSet) {
	f.StringSliceVar(&o.internal, "internal", nil, "our own `DOMAIN`, with its subdomains (repeat); else inferred from the traffic")
	f.StringVar(&o.inputFormat, "input-format", "", "read every source as `NAME` (see typoaudit formats)")
	f.StringVar(&o.mapping, "map", "", "columns of a CSV or JSON lines export: `FIELD=COLUMN,…`")
	f.StringVar(&o.zone, "tz", "", "zone of stamps without one, such as Europe/Berlin (default: this machine's)")
	f.IntVar(&o.year, "year", 0, "`YEAR` of the first stamp without one in each source (default: told from the file's age)")
	f.StringVar(&o.dateOrder, "date-order", "", "how exports write dates with slashes: mdy or dmy (default: told from the file)")
	f.IntVar(&o.jobs, "jobs", runtime.GOMAXPROCS(0), "`N` workers")
	f.StringVar(&o.since, "since", "", "only mail from this `TIME` on: a date, an RFC 3339 time, or an age such as 7d")
	f.StringArrayVar(&o.context, "context", nil, "a mailbox, folder or file at `PATH` that tells who writes to us and what bounced, and is not audited itself (repeat)")
	f.StringVar(&o.until, "until", "", "only mail before this `TIME`")
}

// A job is readingOptions understood.
type job struct {
	read     read.Options
	internal []domain.Name
	since    time.Time
	until    time.Time
}

func (o *readingOptions) job(e *env) (*job, error) {
	j := &job{read: read.Options{Location: e.location, Year: o.year, Jobs: o.jobs}}
	switch o.dateOrder {
	case "", "mdy", "dmy":
		j.read.DateOrder = o.dateOrder
	default:
		return nil, fmt.Errorf("--date-order %s: mdy or dmy", o.dateOrder)
	}
	var err error
	if j.read.Location, err = o.location(e); err != nil {
		return nil, err
	}
	if o.jobs < 1 {
		return nil, fmt.Errorf("--jobs %d: at least 1", o.jobs)
	}
	if j.internal, err = domainNames("--internal", o.internal); err != nil {
		return nil, err
	}
	if j.since, err = parseTime("--since", o.since, e.now(), j.read.Location); err != nil {
		return nil, err
	}
	if j.until, err = parseTime("--until", o.until, e.now(), j.read.Location); err != nil {
		return nil, err
	}
	if j.read.Map, err = parseMap(o.mapping); err != nil {
		return nil, err
	}
	j.read.Formats = append(slices.Clone(o.own), formats(j.read.Map)...)
	return j, j.chooseFormat(o.inputFormat)
}

// location returns the zone of stamps without one, and of the days of a window.
func (o *readingOptions) location(e *env) (*time.Location, error) {
	if o.zone == "" {
		return e.location, nil
	}
	loc, err := time.LoadLocation(o.zone)
	if err != nil {
		return nil, fmt.Errorf("--tz %s: no such zone", o.zone)
	}
	return loc, nil
}

func (j *job) chooseFormat(name string) error {
	if name == "" {
		return nil
	}
	var chosen []parsers.Format
	for _, f := range j.read.Formats {
		if f.Name() == name {
			chosen = append(chosen, f)
		}
	}
	for _, b := range bodies() {
		if b.Name() == name {
			chosen = append(chosen, syslog.Format{Bodies: []syslog.Body{b}})
		}
	}
	if len(chosen) > 0 {
		j.read.Formats = chosen
		return nil
	}
	return &hintError{fmt.Errorf("--input-format %s: no such format", name), `see "typoaudit formats"`}
}

// readDomains reads a file of domains or addresses, one a line; "#" begins a
// comment.
func readDomains(path string) (names []domain.Name, err error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--reference %w", err)
	}
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(string(text), "\ufeff")) {
		n++
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if _, host, ok := domain.SplitAddress(line); ok {
			line = host
		}
		name, err := domain.Parse(strings.TrimPrefix(line, "@"))
		if err != nil {
			return nil, fmt.Errorf("--reference %s:%d: %w", path, n, err)
		}
		names = append(names, name)
	}
	return names, nil
}

func domainNames(flag string, list []string) (names []domain.Name, err error) {
	for _, s := range list {
		n, err := domain.Parse(strings.TrimPrefix(s, "@"))
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", flag, s, err)
		}
		names = append(names, n)
	}
	return names, nil
}

// parseMap reads "sender=From,recipient=To".
func parseMap(s string) (map[string]string, error) {
	if s == "" {
		return nil, nil
	}
	m := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		field, column, ok := strings.Cut(part, "=")
		if !ok || field == "" || column == "" {
			return nil, fmt.Errorf("--map %s: not FIELD=COLUMN", part)
		}
		if field = strings.TrimSpace(field); !slices.Contains(table.Fields(), field) {
			return nil, &hintError{fmt.Errorf("--map %s: no such field", part), "the fields are " + strings.Join(table.Fields(), ", ")}
		}
		m[field] = strings.TrimSpace(column)
	}
	return m, nil
}

// parseTime reads a date, an RFC 3339 time, or an age such as 36h, 7d or 2w.
func parseTime(flag, s string, now time.Time, loc *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, layout := range []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, nil
		}
	}
	if d, err := parseAge(s); err == nil {
		return now.Add(-d), nil
	}
	return time.Time{}, fmt.Errorf("%s %s: neither a date (2026-11-23), nor a time (2026-11-23T09:00:00Z), nor an age (7d)", flag, s)
}

func parseAge(s string) (time.Duration, error) {
	var n int
	var unit string
	if _, err := fmt.Sscanf(s, "%d%s", &n, &unit); err == nil && n >= 0 {
		switch unit {
		case "d":
			return time.Duration(n) * 24 * time.Hour, nil
		case "w":
			return time.Duration(n) * 7 * 24 * time.Hour, nil
		}
	}
	return time.ParseDuration(s)
}

// open expands the paths, and those that are context alone. What cannot be had
// is complained of at once, and makes the run partial.
func (e *env) open(paths, context []string) (inputs []*source.Input, partial bool, err error) {
	if len(paths) == 0 {
		return nil, false, &hintError{errors.New("no log or mailbox given"), `name a file, a folder or "-" for standard input`}
	}
	inputs, errs := source.Expand(paths, e.stdin, e.now())
	if len(inputs) == 0 {
		return nil, false, errors.Join(errs...)
	}
	if len(context) > 0 {
		others, missing := source.Expand(context, e.stdin, e.now())
		for _, in := range others {
			in.AsContext()
		}
		inputs, errs = append(inputs, others...), append(errs, missing...)
	}
	for _, err := range errs {
		e.complain(err)
	}
	return inputs, len(errs) > 0, nil
}

// read reads inputs and complains of what could not be read. It fails when
// nothing was recognised at all.
func (e *env) read(ctx context.Context, inputs []*source.Input, o read.Options) (r *read.Reading, partial bool, err error) {
	if r, err = read.Read(ctx, inputs, o); err != nil {
		return nil, false, err
	}
	partial, err = e.tellSources(r)
	return r, partial, err
}

// tellSources complains of what could not be read. It fails when nothing was
// recognised at all.
func (e *env) tellSources(r *read.Reading) (partial bool, err error) {
	good := false
	var errs, empty []error
	for _, s := range r.Sources {
		good = good || s.Format != ""
		switch {
		case s.Err != nil:
			errs = append(errs, s.Err)
		case s.Format == "":
			empty = append(empty, fmt.Errorf("%s: %s", s.Name, strings.Join(s.Problems, ", ")))
		}
	}
	if !good {
		err := errors.Join(append(errs, empty...)...)
		if errors.Is(err, read.ErrNotRecognised) {
			return false, &hintError{err, `see "typoaudit formats", or name the format by --input-format or the columns by --map`}
		}
		return false, err
	}
	for _, err := range errs {
		e.complain(err)
	}
	return len(errs) > 0, nil
}

// infer reads inputs once to tell the organisation's own domains.
func (e *env) infer(ctx context.Context, inputs []*source.Input, j *job) ([]domain.Name, error) {
	o := j.read
	o.NewSink = func(read.Role) parsers.Sink {
		return audit.NewLedger(audit.Ledgering{Keep: func(string) bool { return false }})
	}
	r, err := read.Read(ctx, inputs, o)
	if err != nil {
		return nil, err
	}
	l, nobody := mergeLedgers(r), func(domain.Name) bool { return false }
	if own := audit.InferInternal(l, nobody); len(own) > 0 {
		return own, nil
	}
	return audit.InferOwner(l, nobody), nil
}

// mergeLedgers merges the ledgers of the workers.
func mergeLedgers(r *read.Reading) *audit.Ledger {
	var all []*audit.Ledger
	for _, s := range r.Sinks {
		all = append(all, s.(*audit.Ledger))
	}
	return mergeAll(all)
}

// mergeAll merges ledgers into the largest.
func mergeAll(all []*audit.Ledger) *audit.Ledger {
	slices.SortStableFunc(all, func(a, b *audit.Ledger) int { return cmp.Compare(b.Size(), a.Size()) })
	for _, l := range all[1:] {
		all[0].Merge(l)
	}
	return all[0]
}
