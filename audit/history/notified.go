package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Notified returns the keys of the deliveries whose senders were notified.
func (s *Store) Notified(ctx context.Context) (map[uint64]bool, error) {
	keys := map[uint64]bool{}
	err := s.each(ctx, "SELECT key FROM notified", func(rows *sql.Rows) error {
		var key int64
		err := rows.Scan(&key)
		keys[uint64(key)] = true
		return err
	})
	return keys, err
}

// Notify notes that the sender of deliveries was notified of them.
func (s *Store) Notify(ctx context.Context, keys []uint64, now time.Time) error {
	err := s.transact(ctx, func(tx *sql.Tx) error {
		w := writer{ctx: ctx, tx: tx}
		for _, key := range keys {
			w.insert("notified", "OR IGNORE", int64(key), now.Unix())
		}
		return w.err
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", s.path, err)
	}
	return nil
}
