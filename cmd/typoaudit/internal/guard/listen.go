package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Bounds of what who connects may cost.
const (
	// maxConnections is how many are served at the same time on one listener; more are
	// closed at once, so that a mail server does without.
	maxConnections = 512
	// idle is how long a connection may be silent between two requests. Postfix closes its
	// own after 300 seconds (smtpd_policy_service_max_idle).
	idle = 10 * time.Minute
	// patience is how long a request may take to come, and its answer to go.
	patience = 10 * time.Second
)

// socketMode is that of a unix socket: for its owner, and the group of the mail server.
const socketMode = 0o660

// ListenOptions say who may connect.
type ListenOptions struct {
	Group  int  // number of the group of a unix socket, below 0 for that of this process
	Remote bool // let others than this machine connect
}

// Listen listens at unix:PATH or HOST:PORT. A socket that a dead process left is replaced.
func Listen(address string, o ListenOptions) (net.Listener, error) {
	path, isUnix := strings.CutPrefix(address, "unix:")
	if isUnix {
		return listenUnix(path, o.Group)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%s: unix:PATH or HOST:PORT", address)
	}
	if ip := net.ParseIP(host); !o.Remote && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s: %w", address, errRemote)
	}
	return net.Listen("tcp", address)
}

// Allows returns an error for the address of a listener at which others than this machine may
// connect, unless they may. Listen knows it of its own; of a socket that was handed over it has
// to be asked.
func (o ListenOptions) Allows(a net.Addr) error {
	if tcp, isTCP := a.(*net.TCPAddr); isTCP && !o.Remote && !tcp.IP.IsLoopback() {
		return fmt.Errorf("%s: %w", a, errRemote)
	}
	return nil
}

var errRemote = errors.New("not an address of this machine alone; --allow-remote if that is meant")

// listenUnix listens at a path. The socket gets its name when its mode and group are set:
// before that nobody can connect.
func listenUnix(path string, group int) (net.Listener, error) {
	if err := removeStale(path); err != nil {
		return nil, err
	}
	unnamed := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d", filepath.Base(path), os.Getpid()))
	if err := os.Remove(unnamed); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: unnamed, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("unix:%s: %w", path, err)
	}
	l.SetUnlinkOnClose(false) // it has another name then
	err = os.Chmod(unnamed, socketMode)
	if err == nil && group >= 0 {
		err = os.Chown(unnamed, -1, group)
	}
	if err == nil {
		err = os.Rename(unnamed, path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("unix:%s: %w", path, err), l.Close(), os.Remove(unnamed))
	}
	return &namedListener{l, path}, nil
}

// A namedListener removes its socket when it is closed.
type namedListener struct {
	net.Listener
	path string
}

// Close implements net.Listener.
func (l *namedListener) Close() error {
	err := l.Listener.Close()
	if !errors.Is(err, net.ErrClosed) {
		err = errors.Join(err, os.Remove(l.path))
	}
	return err
}

// removeStale makes room for a socket where a process that ended left one.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("unix:%s: it is there and no socket", path)
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		return errors.Join(fmt.Errorf("unix:%s: somebody listens there already", path), conn.Close())
	}
	return os.Remove(path)
}

// Bound returns a listener that accepts no more connections at a time than there may be:
// others are closed at once. It ends with ctx.
func (g *Guard) Bound(ctx context.Context, l net.Listener) net.Listener {
	b := &boundListener{Listener: l, guard: g, ctx: ctx, open: map[*boundConn]bool{}}
	context.AfterFunc(ctx, b.closeAll)
	return b
}

// Serve lets handle talk to each who connects, until ctx ends. handle closes nothing.
func (g *Guard) Serve(ctx context.Context, l net.Listener, handle func(net.Conn)) error {
	bound := g.Bound(ctx, l)
	for {
		conn, err := bound.Accept()
		if err != nil {
			return unlessEnded(ctx, err)
		}
		go func() {
			defer conn.Close()
			defer func() { _ = recover() }() // a fault of the program costs a connection
			handle(conn)
		}()
	}
}

// unlessEnded returns the error of who listened, nil if that was to end.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// acceptPause is how long nobody is accepted after that failed.
const acceptPause = 50 * time.Millisecond

// A boundListener has a bounded number of connections.
type boundListener struct {
	net.Listener
	guard *Guard
	ctx   context.Context
	mu    sync.Mutex
	open  map[*boundConn]bool
}

// Accept implements net.Listener. It fails only when the listener is closed.
func (l *boundListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		switch {
		case errors.Is(err, net.ErrClosed) || l.ctx.Err() != nil:
			return nil, net.ErrClosed
		case err != nil: // no file descriptor is left, or who connected has gone: that passes
			time.Sleep(acceptPause)
		default:
			if c := l.add(conn); c != nil {
				return c, nil
			}
			l.guard.Counters.Refusals.Add(1)
			_ = conn.Close()
		}
	}
}

// add notes a connection, nil if there are too many.
func (l *boundListener) add(conn net.Conn) *boundConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= maxConnections || l.ctx.Err() != nil {
		return nil
	}
	c := &boundConn{conn, l}
	l.open[c] = true
	return c
}

func (l *boundListener) closeAll() {
	_ = l.Listener.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = c.Conn.Close()
	}
}

// A boundConn is a connection of a boundListener.
type boundConn struct {
	net.Conn
	of *boundListener
}

// Close implements net.Conn.
func (c *boundConn) Close() error {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	delete(c.of.open, c)
	return c.Conn.Close()
}

// A patient reads from a connection that may be silent before a request, and has a time for all
// of one: who sends a byte now and then would keep the connection from others.
type patient struct {
	net.Conn
	until time.Time // by when the request is to be there that has begun; zero before it
}

// Read implements io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	until := p.until
	if until.IsZero() {
		until = time.Now().Add(idle)
	}
	if err := p.SetReadDeadline(until); err != nil {
		return 0, err
	}
	n, err := p.Conn.Read(b)
	if n > 0 && p.until.IsZero() {
		p.until = time.Now().Add(patience)
	}
	return n, err
}

// Write implements io.Writer.
func (p *patient) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	p.until = time.Time{}
	return p.Conn.Write(b)
}

var _ io.ReadWriter = (*patient)(nil)
