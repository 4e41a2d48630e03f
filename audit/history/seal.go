package history

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"

	"modernc.org/sqlite"
)

// A table is one whose rows carry a seal: a checksum of their columns. The table total
// has the number of its rows and the sum of their seals. SQLite knows whether its pages
// hang together, and not whether a bit in a number is another one, or a page an old one.
type table struct {
	name    string
	columns string // that are sealed
	more    string // columns that are not; pack.content is a checksum of pack.sealed
	later   bool   // the first version did not have it
}

// tables are all but total.
func tables() []table {
	return []table{
		{name: "run", columns: "id, began, told"},
		{name: "source", columns: "id, name, size, seen, state"},
		{name: "pack", columns: "source, day, stored, deliveries, content", more: "sealed"},
		{name: "lookalike", columns: "domain, intended, kind, first, last, run"},
		{name: "reported", columns: "key, domain, day, week, count, run"},
		{name: "notified", columns: "key, at"},
		{name: "inspected", columns: "source, message, searched, stored, contents", later: true},
	}
}

// tableOf returns the table with a name.
func tableOf(name string) table {
	for _, t := range tables() {
		if t.name == name {
			return t
		}
	}
	panic("no table " + name)
}

// SQL functions of ours: a row's seal, and the checksum of a blob.
const (
	sealOf     = "typoaudit_seal"
	checksumOf = "typoaudit_checksum"
)

// register makes the functions known to connections that are opened later.
var register = sync.OnceValue(func() error {
	return errors.Join(
		sqlite.RegisterDeterministicScalarFunction(sealOf, -1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			return seal(args), nil
		}),
		sqlite.RegisterDeterministicScalarFunction(checksumOf, 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			b, _ := args[0].([]byte)
			return checksum(b), nil
		}))
})

// seal returns the checksum of values, with their kinds and lengths.
func seal(values []driver.Value) int64 {
	var b []byte
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
		case string:
			b = append(binary.BigEndian.AppendUint64(append(b, 't'), uint64(len(v))), v...)
		case []byte:
			b = append(binary.BigEndian.AppendUint64(append(b, 'b'), uint64(len(v))), v...)
		default:
			b = append(b, '?') // no column has such a value
		}
	}
	return checksum(b)
}

// checksum returns that of bytes.
func checksum(b []byte) int64 {
	return int64(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// seal is the SQL expression of a row's seal.
func (t *table) seal() string { return sealOf + "('" + t.name + "', " + t.columns + ")" }

// insert is the statement that adds a row, whose values are those of columns and more.
func (t *table) insert(or string) string {
	sealed := placeholders(1, strings.Count(t.columns, ",")+1)
	columns, values := t.columns, sealed
	if t.more != "" {
		columns += ", " + t.more
		values += ", " + placeholders(strings.Count(t.columns, ",")+2, strings.Count(t.more, ",")+1)
	}
	return "INSERT " + or + " INTO " + t.name + " (" + columns + ", seal) VALUES (" + values + ", " + sealOf + "('" + t.name + "', " + sealed + "))"
}

func placeholders(first, n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("?%d", first+i))
	}
	return strings.Join(all, ", ")
}

// triggers keep the row of a table in total.
func (t *table) triggers() string {
	const form = `CREATE TRIGGER %[1]s_%[2]s AFTER %[2]s ON %[1]s BEGIN UPDATE total SET rows = rows %[3]s, seals = seals %[4]s WHERE name = '%[1]s'; END;`
	return fmt.Sprintf("INSERT INTO total VALUES ('%s', 0, 0);", t.name) +
		fmt.Sprintf(form, t.name, "INSERT", "+ 1", "+ new.seal") +
		fmt.Sprintf(form, t.name, "DELETE", "- 1", "- old.seal") +
		fmt.Sprintf(form, t.name, "UPDATE", "+ 0", "- old.seal + new.seal")
}

// verify holds all rows to their seals, and the tables to their totals. What packs
// contain is held to its checksum where it is read.
func (s *Store) verify(ctx context.Context) error {
	for _, t := range tables() {
		var rows, seals, wantRows, wantSeals, broken int64
		err := s.db.QueryRowContext(ctx, "SELECT count(*), coalesce(sum(seal), 0), coalesce(sum(seal IS NOT "+t.seal()+"), 0), "+
			"(SELECT rows FROM total WHERE name = ?1), (SELECT seals FROM total WHERE name = ?1) FROM "+t.name+" NOT INDEXED", t.name).
			Scan(&rows, &seals, &broken, &wantRows, &wantSeals)
		if err != nil {
			return damage(err)
		}
		if broken > 0 || rows != wantRows || seals != wantSeals {
			return fmt.Errorf("%w: table %s", ErrDamaged, t.name)
		}
		if err := s.checkChanges(ctx, t.name); err != nil {
			return err
		}
	}
	return nil
}

// checkChanges has SQLite compile a change of each kind to a table, with its triggers: in the text
// of one that is damaged a column may have another name, which nothing else reads.
func (s *Store) checkChanges(ctx context.Context, table string) error {
	for _, change := range [...]string{"INSERT INTO %s DEFAULT VALUES", "UPDATE %s SET seal = seal", "DELETE FROM %s"} {
		if _, err := s.db.ExecContext(ctx, "EXPLAIN "+fmt.Sprintf(change, table)); err != nil {
			return damage(err)
		}
	}
	return nil
}

// sealedVersion returns the version of the tables as total has it: the one in the head of
// the file is not protected.
func (s *Store) sealedVersion(ctx context.Context) (version int, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT rows FROM total WHERE name = 'version'").Scan(&version)
	return version, damage(err)
}

// damage marks an error of reading as one of a damaged store, unless it is of the system
// or of who asked.
func damage(err error) error {
	var e *sqlite.Error
	switch {
	case err == nil, errors.Is(err, ErrDamaged), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, sql.ErrConnDone):
		return err
	case errors.As(err, &e) && !isDamaged(err):
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}
