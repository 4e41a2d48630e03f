// Package history is the store that runs leave to later ones: which input was
// read and how far, its deliveries, and the reported findings. It is a folder
// (0700) with
//
//	history.db   an SQLite database, 0600
//	lock         held by the run that has the store open, and naming it
//
// All that a run leaves is written in one transaction, so that it is there as a
// whole or not at all. The store does not look into its contents: deliveries and
// sessions are packs that others seal and open.
package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// Names in the folder of a store.
const (
	fileName = "history.db"
	lockName = "lock"
)

// Modes of the folder and its files, which hold personal data of staff.
const (
	folderMode = 0o700
	fileMode   = 0o600
)

// applicationID marks the database as ours: "TYPO".
const applicationID = 0x5459504f

// schemaVersion is that of the tables below. An older one is brought into their form; a
// newer one is not touched.
const schemaVersion = 2

// schema returns the statements that make the tables. The seal of a row is a checksum
// of its columns; it stands before a blob, which is not read then.
func schema() string {
	var b strings.Builder
	b.WriteString(`
CREATE TABLE total (
	name  TEXT PRIMARY KEY,  -- of a table
	rows  INTEGER NOT NULL,
	seals INTEGER NOT NULL   -- their sum
);
CREATE TABLE run (
	id    INTEGER PRIMARY KEY,
	began INTEGER NOT NULL, -- Unix seconds
	told  INTEGER NOT NULL, -- its report went where it was meant to go
	seal  INTEGER NOT NULL
);
CREATE TABLE source (
	id    INTEGER PRIMARY KEY,
	name  TEXT NOT NULL,
	size  INTEGER NOT NULL, -- bytes of text that were read
	seen  INTEGER NOT NULL, -- Unix seconds of the last run that found it
	seal  INTEGER NOT NULL,
	state BLOB NOT NULL     -- what a run needs to read on
);
CREATE TABLE pack (
	source     INTEGER NOT NULL,
	day        INTEGER NOT NULL, -- of the deliveries, since 1970
	stored     INTEGER NOT NULL, -- day of the run
	deliveries INTEGER NOT NULL,
	content    INTEGER NOT NULL, -- checksum of sealed
	seal       INTEGER NOT NULL,
	sealed     BLOB NOT NULL
);
CREATE INDEX pack_day ON pack (day);
CREATE INDEX pack_source ON pack (source);
CREATE TABLE lookalike (
	domain   TEXT PRIMARY KEY,
	intended TEXT NOT NULL,
	kind     TEXT NOT NULL,
	first    INTEGER NOT NULL, -- Unix seconds of its first and last delivery
	last     INTEGER NOT NULL,
	run      INTEGER NOT NULL, -- that reported it first
	seal     INTEGER NOT NULL
);
CREATE TABLE reported (
	key    INTEGER PRIMARY KEY, -- of a delivery
	domain TEXT NOT NULL,
	day    INTEGER NOT NULL,
	week   INTEGER NOT NULL,    -- since 1970, from Monday on
	count  INTEGER NOT NULL,
	run    INTEGER NOT NULL,
	seal   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX reported_domain ON reported (domain, week);
CREATE TABLE notified (
	key  INTEGER PRIMARY KEY, -- of a delivery of which its sender was told
	at   INTEGER NOT NULL,    -- Unix seconds
	seal INTEGER NOT NULL
);
CREATE TABLE inspected (
	source   INTEGER NOT NULL,
	message  INTEGER NOT NULL, -- its number on the server
	searched INTEGER NOT NULL, -- for sensitive content
	stored   INTEGER NOT NULL, -- day of the run
	seal     INTEGER NOT NULL,
	contents BLOB NOT NULL,    -- what it carried
	PRIMARY KEY (source, message)
);
`)
	for _, t := range tables() {
		b.WriteString(t.triggers())
	}
	fmt.Fprintf(&b, "INSERT INTO total VALUES ('version', %d, 0); PRAGMA application_id = %d; PRAGMA user_version = %d;", schemaVersion, applicationID, schemaVersion)
	return b.String()
}

// ErrNewer is the error of a store that a later version of the program wrote.
var ErrNewer = errors.New("written by a newer version of typoaudit")

// A Store is an open history.
type Store struct {
	db   *sql.DB
	path string
	lock *lock
	// Note is a message to the user if a damaged database was set aside, else "".
	Note string
	// Warning is a message to the user of who else can change the store, else "".
	Warning string
}

// Open opens the store in a folder, and makes both if they are not there. who
// names this run to others that find the store locked; now names a store that
// is set aside.
func Open(ctx context.Context, folder, who string, now time.Time) (*Store, error) {
	return openIn(ctx, folder, who, func(s *Store) error {
		err := s.open(ctx)
		if err != nil && isDamaged(err) {
			if err = s.SetAside(now); err == nil {
				err = s.open(ctx)
			}
		}
		return err
	})
}

// openIn locks the folder of a store, and opens the store in it.
func openIn(ctx context.Context, folder, who string, open func(*Store) error) (*Store, error) {
	warning, err := makeFolder(folder)
	if err != nil {
		return nil, err
	}
	l, err := takeLock(ctx, filepath.Join(folder, lockName), who)
	if err != nil {
		return nil, err
	}
	s := &Store{path: filepath.Join(folder, fileName), lock: l, Warning: warning}
	if err := open(s); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", s.path, err), l.release())
	}
	return s, nil
}

// Files returns the paths of all that a store in a folder consists of.
func Files(folder string) []string {
	return []string{filepath.Join(folder, fileName), filepath.Join(folder, fileName+"-journal"), filepath.Join(folder, lockName)}
}

// IsThere reports whether a folder holds a store.
func IsThere(folder string) bool { return exists(filepath.Join(folder, fileName)) }

// OpenExisting opens a store that must be there. One that is damaged stays where it is: the
// error is ErrDamaged.
func OpenExisting(ctx context.Context, folder, who string) (*Store, error) {
	if !IsThere(folder) {
		return nil, fmt.Errorf("open %s: no history there", filepath.Join(folder, fileName))
	}
	return openIn(ctx, folder, who, func(s *Store) error {
		err := s.open(ctx)
		if err != nil && isDamaged(err) {
			return damage(err)
		}
		return err
	})
}

// makeFolder makes the folder of a store, or checks who may write into the one that is
// there.
func makeFolder(folder string) (warning string, err error) {
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", fmt.Errorf("make the folder of the history: %w", err)
	}
	err = os.Mkdir(folder, folderMode)
	if err == nil {
		return "", os.Chmod(folder, folderMode) // whatever the umask
	}
	if !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make the folder of the history: %w", err)
	}
	info, err := os.Stat(folder)
	if err != nil {
		return "", fmt.Errorf("the folder of the history: %w", err)
	}
	if warning, err = checkFolder(info); err != nil {
		return "", fmt.Errorf("the folder %s of the history: %w", folder, err)
	}
	if warning != "" {
		warning = fmt.Sprintf("the folder %s of the history: %s", folder, warning)
	}
	return warning, nil
}

// open opens the database, and makes one if there is none. An empty file is none of ours:
// a new one gets its name when its tables are there.
func (s *Store) open(ctx context.Context) error {
	info, err := os.Lstat(s.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if err := s.create(ctx); err != nil {
			return err
		}
	case err != nil:
		return plain(err)
	case info.Size() == 0:
		return fmt.Errorf("%w: it is empty", ErrDamaged)
	}
	if err := s.connect(s.path); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return errors.Join(err, s.db.Close())
	}
	return nil
}

// connect opens the file of the database, which is made if it is not there.
func (s *Store) connect(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, fileMode)
	if err != nil {
		return plain(err)
	}
	if err := errors.Join(f.Chmod(fileMode), f.Close()); err != nil {
		return plain(err)
	}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(DELETE)", "synchronous(FULL)", "secure_delete(ON)", "trusted_schema(OFF)", "temp_store(MEMORY)",
	}}
	if err := register(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	s.db = db
	return nil
}

// create makes a database with empty tables.
func (s *Store) create(ctx context.Context) error {
	unfinished := s.path + ".new"
	for _, name := range []string{unfinished, unfinished + "-journal"} { // of a run that was killed
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return plain(err)
		}
	}
	if err := s.connect(unfinished); err != nil {
		return err
	}
	err := s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, schema())
		return err
	})
	if err = errors.Join(err, s.db.Close()); err == nil {
		err = plain(os.Rename(unfinished, s.path))
	}
	if err != nil {
		_ = os.Remove(unfinished) // it holds nothing
	}
	return err
}

// prepare checks the database, and brings an older one into the form of this version.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.checkPages(ctx); err != nil {
		return err
	}
	var id, version, ours int
	row := s.db.QueryRowContext(ctx, "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema WHERE name IN ('run', 'source', 'pack', 'lookalike')) FROM pragma_application_id, pragma_user_version")
	if err := row.Scan(&id, &version, &ours); err != nil {
		return damage(err)
	}
	if id != applicationID && ours < 4 {
		return errors.New("not a history of typoaudit")
	}
	if id == applicationID && version == firstVersion {
		return damage(s.upgrade(ctx))
	}
	sealed, err := s.sealedVersion(ctx)
	switch {
	case err != nil:
		return err
	case sealed != version, id != applicationID, version < schemaVersion:
		return fmt.Errorf("%w: its version", ErrDamaged)
	case version > schemaVersion:
		return ErrNewer
	}
	return s.verify(ctx)
}

// checkPages looks at the pages and indexes. SQLite does not distinguish a page that cannot be
// read from one that is damaged, so it is asked twice, and the file read besides: a
// history is not set aside for a fault of the disk that passes.
func (s *Store) checkPages(ctx context.Context) error {
	for range 2 {
		var check string
		err := s.db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&check)
		if check == "ok" || err != nil && !isDamaged(err) {
			return err
		}
	}
	f, err := os.Open(s.path)
	if err != nil {
		return plain(err)
	}
	defer f.Close()
	if _, err := io.Copy(io.Discard, f); err != nil {
		return plain(err)
	}
	return ErrDamaged
}

// transact runs do in one transaction.
func (s *Store) transact(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Path is that of the database.
func (s *Store) Path() string { return s.path }

// Close ends the use of the store.
func (s *Store) Close() error {
	var err error
	if s.db != nil {
		err = s.db.Close()
	}
	return errors.Join(err, s.lock.release())
}

// SetAside renames a damaged database, so that an empty one can take its place.
// It is never deleted: its contents may still be wanted.
func (s *Store) SetAside(now time.Time) error {
	if s.db != nil {
		_ = s.db.Close() // it is damaged
		s.db = nil
	}
	aside := fmt.Sprintf("%s.damaged-%s", s.path, now.UTC().Format("20060102T150405Z"))
	for n := 2; exists(aside); n++ {
		aside = fmt.Sprintf("%s.damaged-%s-%d", s.path, now.UTC().Format("20060102T150405Z"), n)
	}
	if err := os.Rename(s.path, aside); err != nil {
		return err
	}
	if exists(s.path + "-journal") {
		if err := os.Rename(s.path+"-journal", aside+"-journal"); err != nil {
			return err
		}
	}
	s.Note = fmt.Sprintf("the history cannot be read and is started again; the old one is kept as %s", aside)
	return nil
}

// Renew opens an empty store where SetAside made room for it.
func (s *Store) Renew(ctx context.Context) error { return s.open(ctx) }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// plain takes the operation and path off err, which the message has.
func plain(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
