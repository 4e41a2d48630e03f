package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// An Update is all that a run leaves.
type Update struct {
	Run      int64
	Began    time.Time
	Reported bool // the report is where it was meant to go
	Sources  []Source
	Reread   []int64 // sources that were read from their start again: their packs are replaced
	Packs    []Pack
	// Inspected are the messages that were opened again.
	Inspected []Inspected
	// Findings and Deliveries are those of the report.
	Findings   []Finding
	Deliveries []Delivery
	// Retention, if not 0, is how long the store keeps anything.
	Retention time.Duration
	// Replaces is the number of an earlier run of which nothing but its number is kept, and
	// that is removed; 0 for none. Who saves every few minutes is one run.
	Replaces int64
	// Join, unless nil, makes one of sealed packs of one source and day, of which there are
	// many. It returns nil where they are to stay.
	Join func(sealed [][]byte) ([]byte, error)
}

// A Delivery is one that a report lists.
type Delivery struct {
	Key    uint64
	Domain string
	Time   time.Time
	Count  int64
}

const day = 24 * 60 * 60

// Save writes an update, as a whole or not at all. The column told holds
// Reported; it keeps its name, for histories of older versions have it.
func (s *Store) Save(ctx context.Context, u *Update) error {
	err := s.transact(ctx, func(tx *sql.Tx) error {
		w := writer{ctx: ctx, tx: tx, u: u}
		w.insert("run", "", u.Run, u.Began.Unix(), number(u.Reported))
		w.exec("DELETE FROM run WHERE id = ? AND NOT told", u.Replaces)
		w.sources()
		if u.Join != nil {
			w.join()
		}
		w.inspected()
		w.findings()
		if u.Retention > 0 {
			w.purgeOld(u)
		}
		return w.err
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", s.path, err)
	}
	return nil
}

type writer struct {
	ctx context.Context
	tx  *sql.Tx
	u   *Update
	err error
}

func (w *writer) exec(statement string, args ...any) {
	if w.err == nil {
		_, w.err = w.tx.ExecContext(w.ctx, statement, args...)
	}
}

// insert adds a row to a table.
func (w *writer) insert(name, or string, values ...any) {
	t := tableOf(name)
	w.exec(t.insert(or), values...)
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (w *writer) sources() {
	for _, id := range w.u.Reread {
		w.exec("DELETE FROM pack WHERE source = ?", id)
	}
	for i := range w.u.Sources {
		x := &w.u.Sources[i]
		w.exec("DELETE FROM source WHERE id = ?", x.ID) // by itself: what REPLACE removes is in no total
		w.insert("source", "", x.ID, x.Name, x.Size, x.Seen.Unix(), x.State)
	}
	for i := range w.u.Packs {
		p := &w.u.Packs[i]
		w.insert("pack", "", p.Source, p.Day, w.u.Began.Unix()/day, p.Deliveries, checksum(p.Sealed), p.Sealed)
	}
}

func (w *writer) findings() {
	// The findings of a run whose report did not get out are not reported yet.
	w.exec("DELETE FROM reported WHERE run NOT IN (SELECT id FROM run WHERE told)")
	w.exec("DELETE FROM lookalike WHERE run NOT IN (SELECT id FROM run WHERE told)")
	for i := range w.u.Findings {
		f := &w.u.Findings[i]
		t := tableOf("lookalike")
		w.exec(t.insert("")+` ON CONFLICT (domain) DO UPDATE SET intended = excluded.intended, kind = excluded.kind,
			first = min(first, excluded.first), last = max(last, excluded.last)`,
			f.Domain, f.Intended, f.Kind, unixOf(f.First), unixOf(f.Last), w.u.Run)
		w.exec("UPDATE lookalike SET seal = "+t.seal()+" WHERE domain = ?", f.Domain)
	}
	for _, r := range w.u.Deliveries {
		d := r.Time.Unix() / day
		if r.Time.IsZero() {
			d = w.u.Began.Unix() / day
		}
		w.insert("reported", "OR IGNORE", int64(r.Key), r.Domain, d, weekOf(d), r.Count, w.u.Run)
	}
}

// weekOf returns the week of a day; 1 January 1970 was a Thursday.
func weekOf(day int64) int64 { return (day + 3) / 7 }

func unixOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// maxQuiet is how far behind the clock the newest delivery may lie: where it is further,
// the clock may be wrong, and nothing is removed.
const maxQuiet = 45 * 24 * time.Hour

// purgeOld removes what is older than the retention of the run.
func (w *writer) purgeOld(u *Update) {
	var newest int64
	if w.err == nil {
		w.err = w.tx.QueryRowContext(w.ctx, "SELECT max(coalesce((SELECT max(day) FROM pack), 0), coalesce((SELECT max(day) FROM reported), 0))").Scan(&newest)
	}
	if u.Began.Sub(time.Unix(newest*day, 0)) < maxQuiet {
		w.purge(u.Began.Add(-u.Retention))
	}
}

// purge removes everything older than a time.
func (w *writer) purge(before time.Time) {
	d := before.Unix() / day
	w.exec("DELETE FROM pack WHERE day < ? AND (day >= 0 OR stored < ?)", d, d)
	w.exec("DELETE FROM reported WHERE day < ?", d)
	w.exec("DELETE FROM lookalike WHERE last < ?", before.Unix())
	w.exec("DELETE FROM notified WHERE at < ?", before.Unix())
	w.exec("DELETE FROM inspected WHERE stored < ?", d)
	w.exec("DELETE FROM source WHERE seen < ? AND id NOT IN (SELECT source FROM pack) AND id < (SELECT max(id) FROM source)", before.Unix())
	w.exec("DELETE FROM run WHERE began < ? AND id < (SELECT max(id) FROM run) AND id NOT IN (SELECT run FROM lookalike) AND id NOT IN (SELECT run FROM reported)", before.Unix())
}

// MarkReported notes that the report of a run went where it was meant to go.
func (s *Store) MarkReported(ctx context.Context, run int64) error {
	t := tableOf("run")
	err := s.transact(ctx, func(tx *sql.Tx) error {
		w := writer{ctx: ctx, tx: tx}
		w.exec("UPDATE run SET told = 1 WHERE id = ?", run)
		w.exec("UPDATE run SET seal = "+t.seal()+" WHERE id = ?", run)
		return w.err
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", s.path, err)
	}
	return nil
}

// Forget removes a lookalike and its reported deliveries: the next run reports it
// as new.
func (s *Store) Forget(ctx context.Context, domain string) (known bool, err error) {
	err = s.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM reported WHERE domain = ?", domain); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "DELETE FROM lookalike WHERE domain = ?", domain)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		known = n > 0
		return err
	})
	return known, err
}

// Purge removes everything older than a time.
func (s *Store) Purge(ctx context.Context, before time.Time) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		w := writer{ctx: ctx, tx: tx}
		w.purge(before)
		return w.err
	})
}
