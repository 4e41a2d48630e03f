package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
)

// Listening says where a guard is asked.
type listening struct {
	policy, milter, http, exim []string
	opensmtpd                  bool
	socketGroup                string
	allowRemote                bool
}

func (o *listening) addFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.policy, "policy", nil, "answer Postfix at `ADDRESS`: unix:PATH or HOST:PORT (repeat)")
	f.StringArrayVar(&o.milter, "milter", nil, "answer Sendmail or Postfix by the milter protocol at `ADDRESS` (repeat)")
	f.StringArrayVar(&o.http, "http", nil, "answer POST /check, and GET /metrics for Prometheus, by HTTP at `ADDRESS` (repeat)")
	f.StringArrayVar(&o.exim, "exim", nil, "answer Exim's readsocket at `ADDRESS` (repeat)")
	f.BoolVar(&o.opensmtpd, "opensmtpd", false, "answer OpenSMTPD, which runs this as a filter, on standard input and output")
	f.StringVar(&o.socketGroup, "socket-group", "", "the `GROUP` that may connect to unix sockets, such as postfix")
	f.BoolVar(&o.allowRemote, "allow-remote", false, "let other machines connect, by HOST:PORT")
}

// listens says whether there is anywhere to be asked.
func (o *listening) listens() bool {
	return len(o.policy)+len(o.milter)+len(o.http)+len(o.exim) > 0 || o.opensmtpd
}

// options says who may connect.
func (o *listening) options() (l guard.ListenOptions, err error) {
	l = guard.ListenOptions{Group: -1, Remote: o.allowRemote}
	if o.socketGroup == "" {
		return l, nil
	}
	g, err := user.LookupGroup(o.socketGroup)
	if err != nil {
		return l, fmt.Errorf("--socket-group %s: %w", o.socketGroup, err)
	}
	l.Group, err = strconv.Atoi(g.Gid)
	return l, err
}

// A protocol is one that a guard speaks, and where.
type protocol struct {
	name      string // of its flag, and of its socket in a systemd unit
	addresses []string
	serve     func(net.Listener) error
}

// protocols are those that a guard speaks.
func (s *guardService) protocols(ctx context.Context, l guard.ListenOptions) []protocol {
	lines := func(handle func(net.Conn)) func(net.Listener) error {
		return func(l net.Listener) error { return s.guard.Serve(ctx, l, handle) }
	}
	return []protocol{
		{"policy", s.o.policy, lines(s.guard.ServePolicy)},
		{"exim", s.o.exim, lines(s.guard.ServeExim)},
		{"milter", s.o.milter, func(l net.Listener) error { return s.guard.ServeMilter(ctx, l) }},
		{"http", s.o.http, func(at net.Listener) error {
			return guard.ServeHTTP(s.guard.Bound(ctx, at), guard.NewHTTPServer(guard.Local(s.handler(), l)))
		}},
	}
}

// handler answers by HTTP.
func (s *guardService) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /check", s.guard.Check)
	mux.HandleFunc("GET /metrics", s.guard.Metrics)
	return mux
}

// listen listens at all addresses, and at those that systemd listens at for this process.
// What ends one of them is sent to failed.
func (s *guardService) listen(ctx context.Context, failed chan<- error) error {
	options, err := s.o.options()
	if err != nil {
		return err
	}
	passed, err := passedListeners(s.e.getenv)
	if err != nil {
		return err
	}
	protocols := s.protocols(ctx, options)
	if err := checkPassed(passed, protocols); err != nil {
		return err
	}
	var start []func() error
	for _, p := range protocols {
		all := passed[p.name]
		for _, l := range all {
			if err := options.Allows(l.Addr()); err != nil {
				return fmt.Errorf("socket %s of systemd: %w", p.name, err)
			}
		}
		for _, a := range p.addresses {
			l, err := guard.Listen(a, options)
			if err != nil {
				return fmt.Errorf("--%s %w", p.name, err)
			}
			all = append(all, l)
		}
		for _, l := range all {
			start = append(start, func() error { return p.serve(l) })
		}
	}
	for _, serve := range start {
		go func() {
			err := serve()
			select {
			case failed <- err:
			default: // another one ended before
			}
		}()
	}
	return nil
}

// firstPassed is the first file descriptor that systemd passes on: see sd_listen_fds(3).
const firstPassed = 3

// passedSockets is how many sockets systemd passes on to this process: what it passed on to a
// parent may be in the environment as well.
func passedSockets(getenv func(string) string) int {
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	if err != nil || getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return 0
	}
	return n
}

// passedListeners returns the sockets that systemd listens at, by their names: those of
// FileDescriptorName=.
func passedListeners(getenv func(string) string) (map[string][]net.Listener, error) {
	all := map[string][]net.Listener{}
	names := strings.Split(getenv("LISTEN_FDNAMES"), ":")
	for i := range min(passedSockets(getenv), len(names)) {
		f := os.NewFile(uintptr(firstPassed+i), names[i])
		l, err := net.FileListener(f)
		if err != nil {
			return nil, fmt.Errorf("socket %s of systemd: %w", names[i], err)
		}
		_ = f.Close() // the listener has its own
		all[names[i]] = append(all[names[i]], l)
	}
	return all, nil
}

// checkPassed returns an error for a socket of systemd whose name is that of no protocol.
func checkPassed(passed map[string][]net.Listener, protocols []protocol) error {
	var names []string
	for _, p := range protocols {
		names = append(names, p.name)
	}
	for name := range passed {
		if !slices.Contains(names, name) {
			return fmt.Errorf("socket %s of systemd: FileDescriptorName= is one of %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}
