package read

import (
	"context"
	"io"
	"sync"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// readAhead reads r, the text of the input with a name, in a goroutine of its own, so that
// decoding and parsing overlap. Close ends the goroutine and closes r. A panic of a decoder
// is an error of the input.
// When ctx ends, Read does, and the goroutine is left to itself: a read from a
// terminal cannot be ended.
func readAhead(ctx context.Context, name string, r io.ReadCloser) io.ReadCloser {
	a := &ahead{ctx: ctx, name: name, r: r, full: make(chan aheadBlock, aheadBlocks), free: make(chan []byte, aheadBlocks+1), stop: make(chan struct{})}
	for range aheadBlocks + 1 {
		a.free <- make([]byte, lines.BlockSize)
	}
	a.running.Go(a.run)
	return a
}

// aheadBlocks is how many blocks are read ahead.
const aheadBlocks = 3

type aheadBlock struct {
	data []byte
	err  error
}

type ahead struct {
	ctx     context.Context
	name    string
	r       io.ReadCloser
	full    chan aheadBlock
	free    chan []byte
	stop    chan struct{}
	running sync.WaitGroup

	block []byte // being read out
	rest  []byte
	err   error
}

func (a *ahead) run() {
	for {
		var b []byte
		select {
		case b = <-a.free:
		case <-a.stop:
			return
		}
		n, err := 0, error(nil)
		if crashed := Contain(a.name, func() { n, err = fill(a.r, b[:lines.BlockSize]) }); crashed != nil {
			err = crashed
		}
		select {
		case a.full <- aheadBlock{b[:n], err}:
		case <-a.stop:
			return
		}
		if err != nil {
			return
		}
	}
}

// fill reads until b is full or r says why not; unlike io.ReadFull it leaves
// that error as it is.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var m int
		m, err = r.Read(b[n:])
		n += m
	}
	return n, err
}

func (a *ahead) Read(b []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.err != nil {
			return 0, a.err
		}
		if a.block != nil {
			a.free <- a.block
			a.block = nil
		}
		select {
		case next := <-a.full:
			a.block, a.rest, a.err = next.data, next.data, next.err
		case <-a.ctx.Done():
			return 0, a.ctx.Err()
		}
	}
	n := copy(b, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

func (a *ahead) Close() error {
	close(a.stop)
	if a.ctx.Err() != nil {
		return nil // it may be blocked in a read that nothing can end
	}
	a.running.Wait()
	return a.r.Close()
}
