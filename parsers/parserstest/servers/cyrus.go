package servers

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
)

// A Cyrus is an instance of Debian's Cyrus IMAP server on loopback, in a folder of its
// own, without TLS. Kim's password is Password.
type Cyrus struct {
	Port int
	dir  string
}

const cyrusUser = "cyrus" // as it was compiled

// StartCyrus starts a server until the test ends, with these ways to log in besides
// what it needs itself, such as "PLAIN SCRAM-SHA-256".
func StartCyrus(t *testing.T, mechanisms string) *Cyrus {
	t.Helper()
	const program = "/usr/lib/cyrus/bin/master"
	Need(t, program)
	passwd := Program(t, "saslpasswd2")
	dir, err := os.MkdirTemp("", "cyrus")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	c := &Cyrus{Port: atoi(FreePort(t)), dir: dir}
	for _, sub := range []string{"conf", "spool", "run"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o755))
	}
	must(t, os.WriteFile(filepath.Join(dir, "imapd.conf"), fmt.Appendf(nil, cyrusIMAPConf, dir, mechanisms), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "cyrus.conf"), fmt.Appendf(nil, cyrusConf, dir, c.Port), 0o644))
	for _, user := range []string{"kim", "admin"} {
		cmd := exec.Command(passwd, "-p", "-f", filepath.Join(dir, "sasldb"), "-c", user)
		cmd.Stdin = strings.NewReader(Password)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	chown(t, dir, cyrusUser)
	cmd := exec.Command(program, "-C", filepath.Join(dir, "imapd.conf"), "-M", filepath.Join(dir, "cyrus.conf"), "-p", filepath.Join(dir, "pid"))
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	Listens(t, c.address())
	admin := c.client(t, "admin")
	must(t, admin.Create("user/kim", nil).Wait())
	must(t, admin.Logout().Wait())
	return c
}

const cyrusIMAPConf = `configdirectory: %[1]s/conf
partition-default: %[1]s/spool
defaultpartition: default
proc_path: %[1]s/run/proc
mboxname_lockpath: %[1]s/run/lock
admins: admin
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: %[1]s/sasldb
sasl_mech_list: %[2]s
allowplaintext: yes
unixhierarchysep: yes
altnamespace: yes
mailnotifier: log
`

const cyrusConf = `START {
}
SERVICES {
  imap cmd="imapd -C %s/imapd.conf" listen="127.0.0.1:%d" prefork=0
}
EVENTS {
}
`

func (c *Cyrus) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)) }

func (c *Cyrus) client(t *testing.T, user string) *imapclient.Client {
	t.Helper()
	client, err := imapclient.DialInsecure(c.address(), nil)
	must(t, err)
	must(t, client.Login(user, Password).Wait())
	return client
}

// Deliver puts messages into a folder of kim's, which is made if it is not there.
func (c *Cyrus) Deliver(t *testing.T, folder string, messages []string) {
	t.Helper()
	client := c.client(t, "kim")
	_ = client.Create(folder, nil).Wait() // it may be there
	for _, m := range messages {
		cmd := client.Append(folder, int64(len(m)), nil)
		_, err := cmd.Write([]byte(m))
		must(t, err)
		must(t, cmd.Close())
		_, err = cmd.Wait()
		must(t, err)
	}
	must(t, client.Logout().Wait())
}
