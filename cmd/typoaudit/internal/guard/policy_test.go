package guard

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// policyRequest is a request as Postfix 3.7 sends it.
const policyRequest = "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=192.0.2.7\nhelo_name=pc7\n" +
	"queue_id=\nsender=bob@corp.example\nrecipient=jane@army.ml\nrecipient_count=0\ninstance=1a2b.6921.0\nsasl_method=plain\nsasl_username=bob\nsize=1200\n\n"

// talk connects a guard to who speaks its protocol.
func talk(t *testing.T, serve func(net.Conn)) net.Conn {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() {
		serve(theirs)
		theirs.Close()
	}()
	t.Cleanup(func() { ours.Close() })
	if err := ours.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return ours
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	g, _, _ := testGuard(t, Confirm)
	conn := talk(t, g.ServePolicy)
	answers := bufio.NewReader(conn)
	for _, c := range []struct{ request, want string }{
		{policyRequest, "action=550 5.7.1 did you mean jane@army.mil? If jane@army.ml is right, send again within 10 minutes. army.ml looks like army.mil\n"},
		{strings.Replace(policyRequest, "jane@army.ml", "jane@army.mil", 1), "action=DUNNO\n"},
		{strings.Replace(policyRequest, "RCPT", "DATA", 1), "action=DUNNO\n"},
		{"request=something_else\n\n", "action=DUNNO\n"},
		{strings.ReplaceAll(policyRequest, "\n", "\r\n"), "action=550 5.7.1 did you mean jane@army.mil? If jane@army.ml is right, wait 20 seconds and send again within 10 minutes. army.ml looks like army.mil\n"},
	} {
		if _, err := io.WriteString(conn, c.request); err != nil {
			t.Fatal(err)
		}
		got, err := answers.ReadString('\n')
		empty, _ := answers.ReadString('\n')
		if err != nil || got != c.want || empty != "\n" {
			t.Errorf("got %q %q, %v, want %q", got, empty, err, c.want)
		}
	}
}

func TestPolicyWarns(t *testing.T) {
	t.Parallel()
	g, _, _ := testGuard(t, Warn)
	conn := talk(t, g.ServePolicy)
	if _, err := io.WriteString(conn, policyRequest); err != nil {
		t.Fatal(err)
	}
	got, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(got, "action=PREPEND X-Typoaudit: army.ml looks like army.mil (confidence 0.") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestMalformedPolicy: what is no request ends the connection, and stops no mail.
func TestMalformedPolicy(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a long line": "sender=" + strings.Repeat("x", 2*maxPolicyLine), "many lines": strings.Repeat("a=b\n", 2*maxPolicyLines), "no attribute": "EHLO pc7\n\n", "nothing": "\n",
	} {
		g, _, _ := testGuard(t, Confirm)
		conn := talk(t, g.ServePolicy)
		go func() { _, _ = io.WriteString(conn, text) }()
		got, err := io.ReadAll(conn)
		if string(got) != dunno || err != nil || g.Counters.Malformed.Load() != 1 {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

// FuzzPolicy: whatever comes, a request is understood or not, in bounded memory, and each
// answer is one of those of the protocol.
func FuzzPolicy(f *testing.F) {
	f.Add([]byte(policyRequest))
	f.Add([]byte(policyRequest + policyRequest))
	f.Add([]byte("request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient=\xff@\x00\n\n"))
	g, _, _ := testGuard(f, Confirm)
	f.Fuzz(func(t *testing.T, b []byte) {
		lines := bufio.NewReaderSize(bytes.NewReader(b), maxPolicyLine)
		for {
			a, err := readPolicy(lines)
			if err != nil {
				if !errors.Is(err, errMalformed) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%v", err)
				}
				return
			}
			answer := g.answerPolicy(a)
			text, ok := strings.CutSuffix(answer, "\n\n")
			if !ok || strings.ContainsAny(text, "\r\n\x00") || !strings.HasPrefix(text, "action=") || len(text) > 2*maxText {
				t.Errorf("answer %q", answer)
			}
		}
	})
}

// TestListen: a socket has its mode, replaces a dead one, and neither a living one nor a file.
func TestListen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "policy")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Skip("no unix sockets here: ", err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	l, err := Listen("unix:"+path, ListenOptions{Group: os.Getgid()})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != socketMode {
		t.Errorf("got %v, %v", info, err)
	}
	if _, err := Listen("unix:"+path, ListenOptions{Group: -1}); err == nil {
		t.Error("somebody listens there: got no error")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"unix:" + path, "0.0.0.0:0", "192.0.2.1:10031", "mail.example:10031", "nonsense", "[::]:0"} {
		if l, err := Listen(address, ListenOptions{Group: -1}); err == nil {
			l.Close()
			t.Errorf("%s: got no error", address)
		}
	}
	l, err = Listen("127.0.0.1:0", ListenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// TestAllows: a socket that was handed over is for this machine alone, as one of our own.
func TestAllows(t *testing.T) {
	t.Parallel()
	for address, want := range map[net.Addr]bool{
		&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}: true, &net.TCPAddr{IP: net.IPv6loopback}: true, &net.UnixAddr{Name: "policy", Net: "unix"}: true,
		&net.TCPAddr{IP: net.IPv6unspecified}: false, &net.TCPAddr{IP: net.IPv4zero}: false, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}: false, &net.TCPAddr{}: false,
	} {
		if err := (ListenOptions{}).Allows(address); (err == nil) != want {
			t.Errorf("%s: got %v, want %v", address, err, want)
		}
		if err := (ListenOptions{Remote: true}).Allows(address); err != nil {
			t.Errorf("%s with --allow-remote: %v", address, err)
		}
	}
}

// TestServe: more connections than there may be are closed, and the end closes all.
func TestServe(t *testing.T) {
	t.Parallel()
	g, _, _ := testGuard(t, Confirm)
	ctx, cancel := context.WithCancel(t.Context())
	l, err := Listen("127.0.0.1:0", ListenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(ctx, l, g.ServePolicy) }()
	var conns []net.Conn
	for range maxConnections + 1 {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	last := conns[maxConnections]
	if _, err := last.Read(make([]byte, 1)); err == nil {
		t.Error("one too many is served")
	}
	if _, err := io.WriteString(conns[0], policyRequest); err != nil {
		t.Fatal(err)
	}
	if got, err := bufio.NewReader(conns[0]).ReadString('\n'); err != nil || !strings.HasPrefix(got, "action=550 ") {
		t.Errorf("got %q, %v", got, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
	if _, err := conns[1].Read(make([]byte, 1)); err == nil {
		t.Error("a connection outlives the guard")
	}
	if g.Counters.Refusals.Load() != 1 {
		t.Errorf("counted %d refusals", g.Counters.Refusals.Load())
	}
}
