package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/tempfile"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/format/table"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// readingOptions are the flags that concern reading.
type readingOptions struct {
	config.Settings
	since string
	until string
}

func (o *readingOptions) addFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "internal", "smarthost", "input-format", "map", "tz", "year", "date-order", "jobs", "context")
	o.addSpanFlags(f)
}

func (o *readingOptions) addSpanFlags(f *pflag.FlagSet) {
	f.StringVar(&o.since, "since", "", "only mail from this `TIME` on: a date, an RFC 3339 time, or an age such as 7d")
	f.StringVar(&o.until, "until", "", "only mail before this `TIME`")
}

// maxJobs bounds the workers. More than a machine has processors bring nothing, and each
// has its own memory.
const maxJobs = 256

// A job is readingOptions understood.
type job struct {
	read     read.Options
	internal []domain.Name
	since    time.Time
	until    time.Time
}

// job understands the flags. own are the formats of the configuration.
func (o *readingOptions) job(e *env, own []parsers.Format) (*job, error) {
	j := &job{read: read.Options{Year: o.Year, Now: e.now(), Jobs: min(o.Jobs, maxJobs), Spill: tempfile.NewSpill}}
	switch o.DateOrder {
	case "", "mdy", "dmy":
		j.read.DateOrder = o.DateOrder
	default:
		return nil, fmt.Errorf("--date-order %s: mdy or dmy", o.DateOrder)
	}
	var err error
	if j.read.Location, err = e.zone(o.TZ); err != nil {
		return nil, err
	}
	if o.Year < 0 || o.Year > 9999 {
		return nil, fmt.Errorf("--year %d: not a year", o.Year)
	}
	if o.Jobs < 1 {
		return nil, fmt.Errorf("--jobs %d: at least 1", o.Jobs)
	}
	if j.internal, err = domainNames("--internal", o.Internal); err != nil {
		return nil, err
	}
	if j.since, err = parseTime("--since", o.since, e.now(), j.read.Location); err != nil {
		return nil, err
	}
	if j.until, err = parseTime("--until", o.until, e.now(), j.read.Location); err != nil {
		return nil, err
	}
	if err := checkWindow(j.since, j.until, o.since, o.until); err != nil {
		return nil, err
	}
	if j.read.Map, err = parseMap(o.Map); err != nil {
		return nil, err
	}
	j.read.Formats = append(slices.Clone(own), formats(j.read.Map)...)
	return j, j.chooseFormat(o.InputFormat)
}

// checkPaths refuses an empty list of sources.
func checkPaths(paths []string) error {
	if len(paths) == 0 {
		return failure.WithHint(errors.New("no log or mailbox given"), `name a file, a folder or "-" for standard input`)
	}
	return nil
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
	return failure.WithHint(fmt.Errorf("--input-format %s: no such format", name), `see "typoaudit formats"`)
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
		known := slices.Concat(table.Fields(), syslog.Columns())
		if field = strings.TrimSpace(field); !slices.Contains(known, field) {
			return nil, failure.WithHint(fmt.Errorf("--map %s: no such field", part), "the fields are "+strings.Join(table.Fields(), ", ")+
				"; of lines in a column message, program, time and host")
		}
		m[field] = strings.TrimSpace(column)
	}
	return m, nil
}
