package history

import (
	"errors"

	"modernc.org/sqlite"
)

var errDamaged = errors.New("damaged")

// Result codes of SQLite for a file that is damaged, or none of its own
// (https://www.sqlite.org/rescode.html).
const (
	sqliteCorrupt = 11
	sqliteNotADB  = 26
	primary       = 0xff // of an extended code
)

func isDamaged(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		code := e.Code() & primary
		return code == sqliteCorrupt || code == sqliteNotADB
	}
	return errors.Is(err, errDamaged)
}
