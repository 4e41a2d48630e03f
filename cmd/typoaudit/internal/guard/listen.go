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
		return nil, fmt.Errorf("%s: not an address of this machine alone; --allow-remote if that is meant", address)
	}
	return net.Listen("tcp", address)
}

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

// Serve lets handle talk to each who connects, until ctx ends. handle closes nothing.
func (g *Guard) Serve(ctx context.Context, l net.Listener, handle func(net.Conn)) error {
	var conns connections
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	defer conns.closeAll()
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // no file descriptor is left, or who connected has gone: that passes
			time.Sleep(acceptPause)
			continue
		}
		if !conns.add(conn) {
			g.Counters.Refusals.Add(1)
			_ = conn.Close()
			continue
		}
		go func() {
			defer conns.remove(conn)
			defer func() { _ = recover() }() // a fault of the program costs a connection
			handle(conn)
		}()
	}
}

// acceptPause is how long nobody is accepted after that failed.
const acceptPause = 50 * time.Millisecond

// Connections are those that are open.
type connections struct {
	mu   sync.Mutex
	open map[net.Conn]bool
}

// add notes a connection, if there are not too many.
func (c *connections) add(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[net.Conn]bool{}
	}
	if len(c.open) >= maxConnections {
		return false
	}
	c.open[conn] = true
	return true
}

func (c *connections) remove(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, conn)
	_ = conn.Close()
}

func (c *connections) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.open {
		_ = conn.Close()
	}
}

// A patient reads from a connection that may be silent before a request, and not within.
type patient struct {
	net.Conn
	within bool // a request has begun
}

// Read implements io.Reader.
func (p *patient) Read(b []byte) (int, error) {
	wait := idle
	if p.within {
		wait = patience
	}
	if err := p.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return 0, err
	}
	n, err := p.Conn.Read(b)
	p.within = p.within || n > 0
	return n, err
}

// Write implements io.Writer.
func (p *patient) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	p.within = false
	return p.Conn.Write(b)
}

var _ io.ReadWriter = (*patient)(nil)
