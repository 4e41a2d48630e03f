package history

import (
	"errors"
	"syscall"

	"modernc.org/sqlite"
)

// ErrDamaged is the error of a store whose contents cannot be what was written.
var ErrDamaged = errors.New("damaged")

// Result codes of SQLite for a file that is damaged, or none of its own
// (https://www.sqlite.org/rescode.html). Where a name in the schema is another one, a
// statement of ours is an error, and a row may break a rule of its table.
const (
	sqliteError      = 1
	sqliteIOErr      = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteTooBig     = 18
	sqliteConstraint = 19
	sqliteMismatch   = 20
	sqliteFormat     = 24
	sqliteNotADB     = 26
	primary          = 0xff // of an extended code
)

func isDamaged(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & primary {
		case sqliteError, sqliteCorrupt, sqliteTooBig, sqliteConstraint, sqliteMismatch, sqliteFormat, sqliteNotADB:
			return true
		}
	}
	return errors.Is(err, ErrDamaged)
}

// IsOfDisk reports whether an error is of a disk that has no room or does not work, or of
// a system that lets nothing be opened: neither the store nor who asked for it is wrong.
func IsOfDisk(err error) bool {
	for _, no := range []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EMFILE} {
		if errors.Is(err, no) {
			return true
		}
	}
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & primary {
		case sqliteIOErr, sqliteFull, sqliteCantOpen:
			return true
		}
	}
	return false
}
