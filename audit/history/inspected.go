package history

import (
	"context"
	"database/sql"
)

// An Inspected message is one of a server that a run opened again, for it went to a
// lookalike: the next run need not.
type Inspected struct {
	Source, Message int64
	Searched        bool // for sensitive content
	Contents        []byte
}

// Inspected returns the messages that runs opened again.
func (s *Store) Inspected(ctx context.Context) (all []Inspected, err error) {
	err = s.each(ctx, "SELECT source, message, searched, contents FROM inspected", func(r *sql.Rows) error {
		var x Inspected
		err := r.Scan(&x.Source, &x.Message, &x.Searched, &x.Contents)
		all = append(all, x)
		return err
	})
	return all, err
}

// inspected notes the messages that the run opened again.
func (w *writer) inspected() {
	for _, id := range w.u.Reread {
		w.exec("DELETE FROM inspected WHERE source = ?", id)
	}
	for _, x := range w.u.Inspected {
		w.exec("DELETE FROM inspected WHERE source = ? AND message = ?", x.Source, x.Message)
		w.insert("inspected", "", x.Source, x.Message, number(x.Searched), w.u.Began.Unix()/day, x.Contents)
	}
}
