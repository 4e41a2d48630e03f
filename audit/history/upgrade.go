package history

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// firstVersion had the same tables, and no seals.
const firstVersion = 1

// upgrade brings the tables of the first version into the form of this one.
func (s *Store) upgrade(ctx context.Context) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		w := writer{ctx: ctx, tx: tx}
		for _, name := range []string{"pack_day", "pack_source", "reported_domain"} {
			w.exec("DROP INDEX " + name)
		}
		old := slices.DeleteFunc(tables(), func(t table) bool { return t.later })
		for _, t := range old {
			w.exec("ALTER TABLE " + t.name + " RENAME TO old_" + t.name)
		}
		w.exec(schema())
		for _, t := range old {
			sealed := strings.Replace(t.columns, "content", checksumOf+"(sealed)", 1)
			columns, from := t.columns, sealed
			if t.more != "" {
				columns, from = columns+", "+t.more, from+", "+t.more
			}
			w.exec("INSERT INTO " + t.name + " (" + columns + ", seal) SELECT " + from + ", " + sealOf + "('" + t.name + "', " + sealed + ") FROM old_" + t.name)
			w.exec("DROP TABLE old_" + t.name)
		}
		return w.err
	})
}
