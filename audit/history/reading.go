package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
)

// A Reading is a history that is read while others may have it open: it takes no lock,
// changes nothing, and keeps no run from being saved for longer than a few rows take.
type Reading struct{ store Store }

// Look opens the store in a folder for reading.
func Look(ctx context.Context, folder string) (*Reading, error) {
	path := filepath.Join(folder, fileName)
	if !IsThere(folder) {
		return nil, fmt.Errorf("open %s: no history there", path)
	}
	if err := register(); err != nil {
		return nil, err
	}
	q := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(5000)", "query_only(ON)", "trusted_schema(OFF)", "temp_store(MEMORY)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	r := &Reading{Store{db: db, path: path}}
	if err := r.check(ctx); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, errors.Join(err, db.Close()))
	}
	return r, nil
}

// check refuses a store of another version: only a run brings it into the form of this one.
func (r *Reading) check(ctx context.Context) error {
	version, err := r.store.sealedVersion(ctx)
	switch {
	case err != nil:
		return err
	case version > schemaVersion:
		return ErrNewer
	case version < schemaVersion:
		return errors.New("written by an older version of typoaudit: the next run brings it into the form of this one")
	}
	return nil
}

// Close ends the reading.
func (r *Reading) Close() error { return r.store.db.Close() }

// Run is the number of the last run that was saved, 0 before the first.
func (r *Reading) Run(ctx context.Context) (int64, error) {
	next, _, err := r.store.Next(ctx)
	return next - 1, err
}

// packsAtOnce is how many packs are read in one statement, which keeps others from
// writing for as long as it lasts.
const packsAtOnce = 32

// Packs yields all packs, in the order in which they were saved. It fails with
// ErrChanged if a run was saved meanwhile.
func (r *Reading) Packs(ctx context.Context, yield func(Pack) error) error {
	before, err := r.Run(ctx)
	if err != nil {
		return err
	}
	for last, more := int64(0), true; more; {
		var some []Pack
		if some, last, err = r.packsAfter(ctx, last); err != nil {
			return err
		}
		for _, p := range some {
			if err := yield(p); err != nil {
				return err
			}
		}
		more = len(some) == packsAtOnce
	}
	if after, err := r.Run(ctx); err != nil || after != before {
		return errors.Join(err, ErrChanged)
	}
	return nil
}

// ErrChanged is the error of a history to which a run was saved while it was read.
var ErrChanged = errors.New("the history changed while it was read")

func (r *Reading) packsAfter(ctx context.Context, after int64) (all []Pack, last int64, err error) {
	last = after
	err = r.store.each(ctx, "SELECT rowid, source, day, deliveries, content, sealed FROM pack WHERE rowid > ? ORDER BY rowid LIMIT ?", func(rows *sql.Rows) error {
		var p Pack
		var content int64
		if err := rows.Scan(&last, &p.Source, &p.Day, &p.Deliveries, &content, &p.Sealed); err != nil {
			return err
		}
		if checksum(p.Sealed) != content {
			return fmt.Errorf("%w: a pack of day %d", ErrDamaged, p.Day)
		}
		all = append(all, p)
		return nil
	}, after, packsAtOnce)
	return all, last, err
}
