package guard

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestBackgroundEnds: what was said to wait is done, also where the end comes at the same time; the rest is counted.
func TestBackgroundEnds(t *testing.T) {
	t.Parallel()
	const adders, each = 8, 20
	for range 200 {
		var done, waited atomic.Int64
		b := newBackground(adders*each, func(int) { done.Add(1) })
		var adding sync.WaitGroup
		for range adders {
			adding.Go(func() {
				for i := range each {
					if b.add(i) {
						waited.Add(1)
					}
				}
			})
		}
		b.close()
		adding.Wait()
		if done.Load() != waited.Load() || waited.Load()+b.dropped.Load() != adders*each {
			t.Fatalf("%d waited, %d were done, %d were dropped of %d", waited.Load(), done.Load(), b.dropped.Load(), adders*each)
		}
	}
}

// A trickle is a connection of which a byte can be read at a time; it notes the deadlines.
type trickle struct {
	net.Conn
	until []time.Time
}

func (c *trickle) SetReadDeadline(t time.Time) error { c.until = append(c.until, t); return nil }
func (c *trickle) SetWriteDeadline(time.Time) error  { return nil }
func (c *trickle) Read([]byte) (int, error)          { return 1, nil }
func (c *trickle) Write(b []byte) (int, error)       { return len(b), nil }

// TestPatience: all of a request has one time to come, however slowly it does.
func TestPatience(t *testing.T) {
	t.Parallel()
	c := &trickle{}
	p := &patient{Conn: c}
	for range 4 {
		_, _ = p.Read(make([]byte, 1)) // has no error
	}
	_, _ = p.Write(nil) // has no error
	_, _ = p.Read(make([]byte, 1))
	if u := c.until; !u[2].Equal(u[1]) || !u[3].Equal(u[1]) || !u[1].Before(u[0]) || !u[4].After(u[3]) {
		t.Errorf("the deadlines are %v; want one for the second to the fourth, and another one before and after", u)
	}
}
