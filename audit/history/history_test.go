package history

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// monday is the day of the tests.
var monday = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)

func open(t *testing.T, folder string) *Store {
	t.Helper()
	s, err := Open(context.Background(), folder, "the test", monday)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// update is that of a run that found one lookalike on a day.
func update(run int64, when time.Time, reported bool) *Update {
	d := when.Unix() / day
	return &Update{
		Run: run, Began: when, Reported: reported, Retention: 90 * 24 * time.Hour,
		Sources:    []Source{{ID: 1, Name: "mail.log", Size: 100 * run, Seen: when, State: []byte("state")}},
		Packs:      []Pack{{Source: 1, Day: d, Deliveries: 2, Sealed: []byte("sealed")}, {Source: 1, Day: -1 << 31, Deliveries: 1, Sealed: []byte("no day")}},
		Findings:   []Finding{{Domain: "army.ml", Intended: "army.mil", Kind: "tld-swapped", First: when, Last: when}},
		Inspected:  []Inspected{{Source: 1, Message: run, Contents: []byte("two attachments")}, {Source: 1, Message: 5, Searched: true, Contents: []byte("a password")}},
		Deliveries: []Delivery{{Key: 1<<63 + uint64(run), Domain: "army.ml", Time: when, Count: 2}},
	}
}

func save(t *testing.T, s *Store, u *Update) {
	t.Helper()
	if err := s.Save(context.Background(), u); err != nil {
		t.Fatal(err)
	}
}

func days(t *testing.T, s *Store) map[int64]bool {
	t.Helper()
	d, err := s.Days(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func reported(t *testing.T, s *Store) map[uint64]bool {
	t.Helper()
	r, err := s.Reported(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes here")
	}
	folder := filepath.Join(t.TempDir(), "deep", "state")
	s := open(t, folder)
	save(t, s, update(1, monday, true))
	for path, want := range map[string]os.FileMode{folder: 0o700, s.Path(): 0o600, filepath.Join(folder, "lock"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got mode %o, want %o", path, got, want)
		}
	}
}

func TestLocked(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder)
	var locked *LockedError
	if _, err := Open(context.Background(), folder, "another", monday); !errors.As(err, &locked) || locked.By != "the test" {
		t.Errorf("opened twice: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, folder)
}

func TestNewerVersion(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder)
	if _, err := s.db.Exec("PRAGMA user_version = 99; UPDATE total SET rows = 99 WHERE name = 'version'"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(context.Background(), folder, "the test", monday); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer store is opened: %v", err)
	}
	if aside, _ := filepath.Glob(s.Path() + ".damaged*"); len(aside) > 0 {
		t.Errorf("a newer store is set aside: %s", aside)
	}
}

func TestForeignDatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder)
	if _, err := s.db.Exec("PRAGMA application_id = 7; DROP TABLE pack; CREATE TABLE theirs (id)"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(context.Background(), folder, "the test", monday); err == nil {
		t.Error("another program's database is opened")
	}
}

// TestNotReported has a report that did not get out: its findings are reported by
// the next one.
func TestNotReported(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	save(t, s, update(1, monday, false))
	if r := reported(t, s); len(r) > 0 {
		t.Errorf("a delivery whose report did not get out counts as reported: %v", r)
	}
	save(t, s, update(2, monday, false))
	if err := s.MarkReported(context.Background(), 2); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[uint64]bool{1<<63 + 2: true}, reported(t, s)); diff != "" {
		t.Error(diff)
	}
	f, err := s.Findings(context.Background())
	if err != nil || len(f) != 1 || !f[0].Reported || f[0].Messages != 2 || f[0].Weeks != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestAllOrNothing fails within the transaction of a run.
func TestAllOrNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	save(t, s, update(1, monday, true))
	bad := update(1, monday.AddDate(0, 0, 7), true) // the number of a run is used
	if err := s.Save(context.Background(), bad); err == nil {
		t.Fatal("saved twice under one number")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Save(ctx, update(2, monday, true)); err == nil {
		t.Fatal("saved though the run was ended")
	}
	if d := days(t, s); len(d) != 2 {
		t.Errorf("half an update is there: %v", d)
	}
}

// TestReread replaces the packs of a source that is read from its start again.
func TestReread(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	save(t, s, update(1, monday, true))
	u := update(2, monday.AddDate(0, 0, 7), true)
	u.Reread = []int64{1}
	save(t, s, u)
	if diff := cmp.Diff(map[int64]bool{u.Packs[0].Day: true, u.Packs[1].Day: true}, days(t, s)); diff != "" {
		t.Error(diff)
	}
}

// TestRetention removes everything older than the retention, and nothing else.
func TestRetention(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	save(t, s, update(1, monday.AddDate(0, 0, -100), true))
	save(t, s, update(2, monday.AddDate(0, 0, -89), true))
	save(t, s, update(3, monday, true))
	want := map[int64]bool{monday.Unix() / day: true, monday.AddDate(0, 0, -89).Unix() / day: true, -1 << 31: true}
	if diff := cmp.Diff(want, days(t, s)); diff != "" {
		t.Errorf("days: %s", diff)
	}
	if diff := cmp.Diff(map[uint64]bool{1<<63 + 2: true, 1<<63 + 3: true}, reported(t, s)); diff != "" {
		t.Errorf("reported: %s", diff)
	}
	text, err := os.ReadFile(s.Path())
	if err != nil || len(text) == 0 {
		t.Fatal(err)
	}
	if err := s.Purge(context.Background(), monday.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if len(days(t, s)) > 0 || len(reported(t, s)) > 0 {
		t.Error("something is left after the removal")
	}
	if run, source, err := s.Next(context.Background()); err != nil || run != 4 || source != 2 {
		t.Errorf("after a removal: got run %d, source %d, %v, want 4, 2 and no error", run, source, err)
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	save(t, s, update(1, monday, true))
	if known, err := s.Forget(context.Background(), "army.ml"); !known || err != nil {
		t.Errorf("%v, %v", known, err)
	}
	if known, err := s.Forget(context.Background(), "army.ml"); known || err != nil {
		t.Errorf("%v, %v", known, err)
	}
	if len(reported(t, s)) > 0 {
		t.Error("a forgotten delivery counts as reported")
	}
}

// TestClock: a clock that is ahead removes nothing, neither while it is wrong nor when it
// is set right.
func TestClock(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	save(t, s, update(1, monday, true))
	wrong := update(2, monday, true)
	wrong.Began = monday.AddDate(10, 0, 0)
	wrong.Sources[0].Seen = wrong.Began
	save(t, s, wrong)
	right := update(3, monday.AddDate(0, 0, 7), true)
	save(t, s, right)
	if d := days(t, s); !d[monday.Unix()/day] || !d[right.Packs[0].Day] {
		t.Errorf("%v", d)
	}
	if r := reported(t, s); len(r) != 3 {
		t.Errorf("%v", r)
	}
}

// firstSchema is that of version 1.
const firstSchema = `
CREATE TABLE run (id INTEGER PRIMARY KEY, began INTEGER NOT NULL, told INTEGER NOT NULL);
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, seen INTEGER NOT NULL, state BLOB NOT NULL);
CREATE TABLE pack (source INTEGER NOT NULL, day INTEGER NOT NULL, stored INTEGER NOT NULL, deliveries INTEGER NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX pack_day ON pack (day);
CREATE INDEX pack_source ON pack (source);
CREATE TABLE lookalike (domain TEXT PRIMARY KEY, intended TEXT NOT NULL, kind TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, run INTEGER NOT NULL);
CREATE TABLE reported (key INTEGER PRIMARY KEY, domain TEXT NOT NULL, day INTEGER NOT NULL, week INTEGER NOT NULL, count INTEGER NOT NULL, run INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX reported_domain ON reported (domain, week);
CREATE TABLE notified (key INTEGER PRIMARY KEY, at INTEGER NOT NULL);
INSERT INTO run VALUES (7, 1795000000, 1);
INSERT INTO source VALUES (3, 'mail.log', 100, 1795000000, x'737461746500');
INSERT INTO pack VALUES (3, 20775, 20775, 2, x'7365616c6564');
INSERT INTO lookalike VALUES ('army.ml', 'army.mil', 'tld-swapped', 1794900000, 1795000000, 7);
INSERT INTO reported VALUES (-5, 'army.ml', 20775, 2968, 2, 7);
INSERT INTO notified VALUES (9, 1795000000);
PRAGMA application_id = 1415139407; PRAGMA user_version = 1;`

// TestUpgrade opens a store of the first version: all that it held is there.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(folder, fileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(firstSchema); err != nil {
		t.Fatal(err)
	}
	db.Close()
	for range 2 {
		s := open(t, folder)
		if s.Note != "" {
			t.Error(s.Note)
		}
		got, err := contents(s)
		if err != nil || !strings.Contains(got, "mail.log") || !strings.Contains(got, "sealed") || !strings.Contains(got, "army.mil") || !strings.Contains(got, "[9]") || !strings.Contains(got, "18446744073709551611") {
			t.Errorf("%s, %v", got, err)
		}
		if run, _, err := s.Next(t.Context()); run != 8 || err != nil {
			t.Errorf("run %d, %v", run, err)
		}
		s.Close()
	}
}

// TestInspected: what a message carried is known until its source is read again or it is
// too old.
func TestInspected(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	numbers := func() (all []int64) {
		t.Helper()
		opened, err := s.Inspected(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range opened {
			all = append(all, x.Message)
		}
		return all
	}
	save(t, s, update(1, monday.AddDate(0, 0, -100), true))
	save(t, s, update(2, monday.AddDate(0, 0, -80), true))
	if diff := cmp.Diff([]int64{1, 2, 5}, numbers()); diff != "" {
		t.Error(diff)
	}
	u := update(3, monday, true)
	save(t, s, u)
	if diff := cmp.Diff([]int64{2, 3, 5}, numbers()); diff != "" {
		t.Errorf("retention: %s", diff)
	}
	u = update(4, monday, true)
	u.Reread = []int64{1}
	save(t, s, u)
	if diff := cmp.Diff([]int64{4, 5}, numbers()); diff != "" {
		t.Errorf("read again: %s", diff)
	}
}
