package postfix_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/postfix"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// addresses is a sink that keeps who was written to.
type addresses struct {
	parserstest.NoBounces
	all []string
}

func (s *addresses) Add(d *parsers.Delivery) { s.all = append(s.all, strings.Clone(d.Recipient)) }

// readLongQueue reads a log of 6,000 messages that do not end, and have more text than is held in memory.
func readLongQueue(t *testing.T, jobs int, newSpill func() (parsers.Spill, error)) (recipients []string, err error) {
	t.Helper()
	var log strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&log, "2026-11-20T09:12:41+00:00 mx1 postfix/cleanup[1]: 4%014[1]d: message-id=<%[2]s>\n"+
			"2026-11-20T09:12:41+00:00 mx1 postfix/qmgr[2]: 4%014[1]d: from=<kim@corp.example>, size=400, nrcpt=1 (queue active)\n"+
			"2026-11-20T09:12:41+00:00 mx1 postfix/smtp[3]: 4%014[1]d: to=<p%[1]d@army.ml>, relay=mx.army.ml[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)\n",
			i, strings.Repeat("x", 2000))
	}
	inputs, errs := source.Expand([]string{source.Stdin}, strings.NewReader(log.String()), time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	reading, err := read.Read(context.Background(), inputs, read.Options{
		Formats: []parsers.Format{syslog.Format{Bodies: []syslog.Body{postfix.Body{}}}}, Location: time.UTC, Jobs: jobs,
		NewSink: func(read.Role) parsers.Sink { return &addresses{} }, Spill: newSpill,
	})
	for _, s := range reading.Sinks {
		recipients = append(recipients, s.(*addresses).all...)
	}
	slices.Sort(recipients)
	return recipients, err
}

// TestLongQueue: of messages that do not end and do not fit into memory, none is lost, and if it is, the
// reading fails.
func TestLongQueue(t *testing.T) {
	t.Parallel()
	want, err := readLongQueue(t, 1, nil)
	if err != nil || len(want) != 6000 {
		t.Fatalf("%d deliveries: %v", len(want), err)
	}
	for _, jobs := range []int{1, 3} {
		var spills atomic.Int64
		got, err := readLongQueue(t, jobs, func() (parsers.Spill, error) {
			spills.Add(1)
			return &parserstest.Spill{Left: 1 << 30}, nil
		})
		if err != nil || spills.Load() == 0 || !slices.Equal(got, want) {
			t.Errorf("%d jobs: %d deliveries by %d spills: %v", jobs, len(got), spills.Load(), err)
		}
		if _, err = readLongQueue(t, jobs, func() (parsers.Spill, error) {
			return &parserstest.Spill{Left: 1 << 30, Broken: true}, nil
		}); !errors.Is(err, parserstest.ErrBroken) {
			t.Errorf("%d jobs, and a spill that cannot be read: %v", jobs, err)
		}
	}
}
