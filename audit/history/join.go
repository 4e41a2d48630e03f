package history

import "database/sql"

// Of a source and day at most maxParts packs stay that are not full: beyond that they are
// joined. Who saves every few minutes would leave thousands.
const (
	maxParts       = 8
	fullDeliveries = 16384
	fullSize       = 512 << 10 // bytes, sealed
)

// A partGroup is what packs have in common that may be joined. What has no day is removed by
// when it was stored, so that packs of different runs' days stay apart.
type partGroup struct{ source, day, stored int64 }

// A part is a pack that is not full.
type part struct{ id, deliveries, size int64 }

// join joins the packs that are not full where there are too many of them.
func (w *writer) join() {
	for _, g := range w.crowded() {
		for _, parts := range batches(w.parts(g)) {
			w.joinParts(g, parts)
		}
	}
}

// query yields the rows of a query, unless there was an error.
func (w *writer) query(scan func(*sql.Rows) error, statement string, args ...any) {
	if w.err != nil {
		return
	}
	var rows *sql.Rows
	if rows, w.err = w.tx.QueryContext(w.ctx, statement, args...); w.err != nil {
		return
	}
	defer rows.Close()
	for w.err == nil && rows.Next() {
		w.err = scan(rows)
	}
	if w.err == nil {
		w.err = rows.Err()
	}
}

func (w *writer) crowded() (all []partGroup) {
	w.query(func(r *sql.Rows) error {
		var g partGroup
		err := r.Scan(&g.source, &g.day, &g.stored)
		all = append(all, g)
		return err
	}, "SELECT source, day, stored FROM pack WHERE deliveries < ? AND length(sealed) < ? GROUP BY source, day, stored HAVING count(*) > ?", fullDeliveries, fullSize, maxParts)
	return all
}

func (w *writer) parts(g partGroup) (all []part) {
	w.query(func(r *sql.Rows) error {
		var p part
		err := r.Scan(&p.id, &p.deliveries, &p.size)
		all = append(all, p)
		return err
	}, "SELECT rowid, deliveries, length(sealed) FROM pack WHERE source = ? AND day = ? AND stored = ? AND deliveries < ? AND length(sealed) < ? ORDER BY rowid",
		g.source, g.day, g.stored, fullDeliveries, fullSize)
	return all
}

// batches cuts parts into those that are full together, and a rest.
func batches(parts []part) (all [][]part) {
	first, deliveries, size := 0, int64(0), int64(0)
	for i := range parts {
		deliveries, size = deliveries+parts[i].deliveries, size+parts[i].size
		if deliveries >= fullDeliveries || size >= fullSize {
			all = append(all, parts[first:i+1])
			first, deliveries, size = i+1, 0, 0
		}
	}
	return append(all, parts[first:])
}

// joinParts makes one pack of parts. Where one of them is damaged all stay: who reads it says
// so.
func (w *writer) joinParts(g partGroup, parts []part) {
	if len(parts) < 2 {
		return
	}
	var sealed [][]byte
	deliveries := int64(0)
	for i := range parts {
		var b []byte
		var content int64
		w.query(func(r *sql.Rows) error { return r.Scan(&content, &b) }, "SELECT content, sealed FROM pack WHERE rowid = ?", parts[i].id)
		if checksum(b) != content {
			return
		}
		sealed, deliveries = append(sealed, b), deliveries+parts[i].deliveries
	}
	joined, err := w.u.Join(sealed)
	if err != nil || joined == nil {
		return
	}
	for i := range parts {
		w.exec("DELETE FROM pack WHERE rowid = ?", parts[i].id)
	}
	w.insert("pack", "", g.source, g.day, g.stored, deliveries, checksum(joined), joined)
}
