package servers

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A Courier is Debian's Courier IMAP server on loopback, with mailboxes in a folder of its
// own, without TLS. Every user's password is Password.
type Courier struct {
	Port int
	dir  string
}

// StartCourier starts a server until the test ends. Its programs are real: the test stands
// in for the daemons that take connections and that know the users. The socket of the
// latter is where the programs look for it, of which a machine has one.
func StartCourier(t *testing.T) *Courier {
	t.Helper()
	const login, program = "/usr/lib/courier/courier/imaplogin", "/usr/bin/imapd"
	Need(t, login)
	Need(t, program)
	Alone(t, "courier")
	dir, err := os.MkdirTemp("", "courier")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	c := &Courier{dir: dir}
	c.startUsers(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	c.Port = l.Addr().(*net.TCPAddr).Port
	go serve(l, func(conn net.Conn) {
		f, err := conn.(*net.TCPConn).File()
		if err != nil {
			return
		}
		defer f.Close()
		cmd := exec.Command(login, program, "Maildir")
		cmd.Dir, cmd.Stdin, cmd.Stdout = "/", f, f
		cmd.Env = []string{
			"PATH=/usr/bin:/bin", "TCPREMOTEIP=127.0.0.1", "TCPREMOTEPORT=1", "TCPLOCALIP=127.0.0.1", "TCPLOCALPORT=143", "IMAP_MAXFETCH=0",
			"IMAP_CAPABILITY=IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE AUTH=PLAIN",
		}
		_ = cmd.Run() // until the client hangs up
	})
	return c
}

// serve calls f for each connection, at the same time, and closes it then.
func serve(l net.Listener, f func(net.Conn)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			f(conn)
		}()
	}
}

// startUsers answers who a user is, as Courier's authdaemond does: a request is "AUTH",
// the length of the rest, and lines with the service, the kind, the user and the password.
func (c *Courier) startUsers(t *testing.T) {
	t.Helper()
	const socket = "/run/courier/authdaemon/socket"
	if conn, err := net.Dial("unix", socket); err == nil {
		conn.Close()
		t.Skip("a Courier of this machine is at work")
	}
	must(t, os.MkdirAll(filepath.Dir(socket), 0o755))
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	must(t, err)
	t.Cleanup(func() { l.Close() })
	uid, gid := ids(t, mailUser)
	go serve(l, func(conn net.Conn) {
		b := make([]byte, 4096)
		n, _ := conn.Read(b)
		lines := strings.Split(string(b[:n]), "\n")
		i := len(lines) - 3 // the user, the password, and nothing
		if i < 0 || lines[i+1] != Password {
			fmt.Fprint(conn, "FAIL\n")
			return
		}
		home := filepath.Join(c.dir, lines[i])
		fmt.Fprintf(conn, "UID=%d\nGID=%d\nHOME=%s\nADDRESS=%s\nMAILDIR=%s/Maildir\n.\n", uid, gid, home, lines[i], home)
	})
}

// Deliver puts messages into a folder of a user's mailbox, named as on disk (".Sent"),
// without the server knowing of it: no client has opened the folder.
func (c *Courier) Deliver(t *testing.T, user, folder string, messages []string) {
	t.Helper()
	root := filepath.Join(c.dir, user, "Maildir")
	for _, f := range []string{"", folder} {
		for _, sub := range []string{"cur", "new", "tmp"} {
			must(t, os.MkdirAll(filepath.Join(root, f, sub), 0o700))
		}
	}
	for i, m := range messages { // Courier keeps the last file open by its name alone, whatever the folder: names are unique
		must(t, os.WriteFile(filepath.Join(root, folder, "cur", fmt.Sprintf("%d.M%dP1.%x:2,S", 1700000000+i, i, folder)), []byte(m), 0o600))
	}
	chown(t, filepath.Join(c.dir, user), mailUser)
}
