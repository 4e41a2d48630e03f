package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// A Source is an input that runs have read.
type Source struct {
	ID    int64
	Name  string
	Size  int64 // bytes of text that were read
	Seen  time.Time
	State []byte
	// Packs and Deliveries are the numbers of those that are kept of it.
	Packs, Deliveries int64
}

// A Pack is the deliveries of one source and day, sealed.
type Pack struct {
	Source, Day, Deliveries int64
	Sealed                  []byte
}

// A Finding is a lookalike that was reported.
type Finding struct {
	Domain, Intended, Kind string
	First, Last            time.Time
	Messages               int64
	Weeks                  int  // in which it was written to
	Reported               bool // in a report that went where it was meant to go
}

// A Run is one that was saved.
type Run struct {
	ID       int64
	Began    time.Time
	Reported bool // its report went where it was meant to go
}

// each runs a query and yields its rows. The error is ErrDamaged if they cannot be what
// was written.
func (s *Store) each(ctx context.Context, query string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return damage(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return damage(err)
		}
	}
	return damage(rows.Err())
}

// Sources returns all inputs that are known, by their ids.
func (s *Store) Sources(ctx context.Context) (all []Source, err error) {
	err = s.each(ctx, `SELECT id, name, size, seen, state, (SELECT count(*) FROM pack WHERE source = id),
		(SELECT coalesce(sum(deliveries), 0) FROM pack WHERE source = id) FROM source ORDER BY id`, func(r *sql.Rows) error {
		var x Source
		var seen int64
		err := r.Scan(&x.ID, &x.Name, &x.Size, &seen, &x.State, &x.Packs, &x.Deliveries)
		x.Seen = time.Unix(seen, 0).UTC()
		all = append(all, x)
		return err
	})
	return all, err
}

// Next returns the numbers of the next run and the next source. Numbers are
// never used twice.
func (s *Store) Next(ctx context.Context) (run, source int64, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT 1 + coalesce((SELECT max(id) FROM run), 0), 1 + coalesce((SELECT max(id) FROM source), 0)").Scan(&run, &source)
	return run, source, damage(err)
}

// Packs yields the packs of the days from, to (both included), and those of no
// day.
func (s *Store) Packs(ctx context.Context, from, to int64, noDay int64, yield func(Pack) error) error {
	var failed error // of yield, which is no fault of the store
	err := s.each(ctx, "SELECT source, day, deliveries, content, sealed FROM pack WHERE day BETWEEN ? AND ? OR day = ? ORDER BY rowid", func(r *sql.Rows) error {
		var p Pack
		var content int64
		if err := r.Scan(&p.Source, &p.Day, &p.Deliveries, &content, &p.Sealed); err != nil {
			return err
		}
		if checksum(p.Sealed) != content {
			return fmt.Errorf("%w: a pack of day %d", ErrDamaged, p.Day)
		}
		failed = yield(p)
		return failed
	}, from, to, noDay)
	if failed != nil {
		return failed
	}
	return err
}

// Days returns the days of which deliveries are kept.
func (s *Store) Days(ctx context.Context) (map[int64]bool, error) {
	days := map[int64]bool{}
	return days, s.each(ctx, "SELECT DISTINCT day FROM pack", func(r *sql.Rows) error {
		var d int64
		err := r.Scan(&d)
		days[d] = true
		return err
	})
}

// Reported returns the keys of the deliveries that were reported.
func (s *Store) Reported(ctx context.Context) (map[uint64]bool, error) {
	keys := map[uint64]bool{}
	return keys, s.each(ctx, "SELECT key FROM reported WHERE run IN (SELECT id FROM run WHERE told)", func(r *sql.Rows) error {
		var k int64
		err := r.Scan(&k)
		keys[uint64(k)] = true
		return err
	})
}

// Findings returns the lookalikes that were reported, by name.
func (s *Store) Findings(ctx context.Context) (all []Finding, err error) {
	err = s.each(ctx, `SELECT domain, intended, kind, first, last, coalesce((SELECT told FROM run WHERE id = l.run), 0),
		(SELECT coalesce(sum(count), 0) FROM reported r WHERE r.domain = l.domain),
		(SELECT count(DISTINCT week) FROM reported r WHERE r.domain = l.domain)
		FROM lookalike l ORDER BY domain`, func(r *sql.Rows) error {
		var f Finding
		var first, last int64
		err := r.Scan(&f.Domain, &f.Intended, &f.Kind, &first, &last, &f.Reported, &f.Messages, &f.Weeks)
		f.First, f.Last = timeOf(first), timeOf(last)
		all = append(all, f)
		return err
	})
	return all, err
}

// Runs returns the runs that were saved, the latest first.
func (s *Store) Runs(ctx context.Context) (all []Run, err error) {
	err = s.each(ctx, "SELECT id, began, told FROM run ORDER BY id DESC", func(r *sql.Rows) error {
		var x Run
		var began int64
		err := r.Scan(&x.ID, &began, &x.Reported)
		x.Began = time.Unix(began, 0).UTC()
		all = append(all, x)
		return err
	})
	return all, err
}

// timeOf returns the time of Unix seconds; 0 is none.
func timeOf(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}

// Check looks at every page and index of the database.
func (s *Store) Check(ctx context.Context) (faults []string, err error) {
	err = s.each(ctx, "PRAGMA integrity_check", func(r *sql.Rows) error {
		var line string
		err := r.Scan(&line)
		if line != "ok" {
			faults = append(faults, line)
		}
		return err
	})
	return faults, err
}
