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
)

// A Dovecot is an instance of Debian's IMAP server on loopback, with mailboxes
// in a folder of its own. Every user's password is Password; the master user
// "audit" has MasterPassword and may log in as "name*audit".
type Dovecot struct {
	Port    int    // plain, or STARTTLS
	TLSPort int    // TLS from the first byte
	CAFile  string // of the authority that signed its certificate
	dir     string
}

// The passwords of a Dovecot.
const (
	Password       = "correct-horse-battery"
	MasterPassword = "staple-of-masters"
)

const mailUser = "nobody" // owns the mail

// StartDovecot starts a server until the test ends. settings are put into its
// configuration.
func StartDovecot(t *testing.T, settings string) *Dovecot {
	t.Helper()
	const program = "/usr/sbin/dovecot"
	Need(t, program)
	dir, err := os.MkdirTemp("", "dovecot") // short: it holds sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	d := &Dovecot{dir: dir, Port: atoi(FreePort(t)), TLSPort: atoi(FreePort(t)), CAFile: filepath.Join(dir, "ca.pem")}
	WriteCertificates(t, dir)
	d.write(t, "masters", "audit:{PLAIN}"+MasterPassword+"\n")
	d.write(t, "dovecot.conf", fmt.Sprintf(dovecotConf, dir, d.Port, d.TLSPort, mailUser, Password, settings))
	cmd := exec.Command(program, "-F", "-c", filepath.Join(dir, "dovecot.conf"))
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	Listens(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(d.Port)))
	return d
}

const dovecotConf = `base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_master_user_separator = *
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 20
service imap-login {
  inet_listener imap {
    port = %[2]d
  }
  inet_listener imaps {
    port = %[3]d
    ssl = yes
  }
}
passdb {
  driver = passwd-file
  args = %[1]s/masters
  master = yes
}
passdb {
  driver = static
  args = password=%[5]s
}
userdb {
  driver = static
  args = uid=%[4]s gid=nogroup home=%[1]s/mail/%%u allow_all_users=yes
}
%[6]s
`

// Maildir returns the folder of a user's mailbox, named as on disk (".Sent").
func (d *Dovecot) Maildir(user, folder string) string {
	return filepath.Join(d.dir, "mail", user, "Maildir", folder)
}

// Deliver puts messages into a user's mailbox, as ones that were seen and
// without the server knowing of it.
func (d *Dovecot) Deliver(t *testing.T, user, folder string, messages []string) {
	t.Helper()
	cur := filepath.Join(d.Maildir(user, folder), "cur")
	for _, sub := range []string{"cur", "new", "tmp"} {
		must(t, os.MkdirAll(filepath.Join(d.Maildir(user, folder), sub), 0o700))
	}
	old, err := os.ReadDir(cur)
	must(t, err)
	for i, m := range messages {
		n := len(old) + i + 1
		name := fmt.Sprintf("%d.M%dP1.test:2,S", 1700000000+n, n)
		must(t, os.WriteFile(filepath.Join(cur, name), []byte(m), 0o600))
	}
	chown(t, filepath.Join(d.dir, "mail"), mailUser)
}

// chown gives all files below root to a user.
func chown(t *testing.T, root, user string) {
	t.Helper()
	uid, gid := ids(t, user)
	must(t, filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, uid, gid)
	}))
}

// ids returns the numbers of a user and of the user's group.
func ids(t *testing.T, user string) (uid, gid int) {
	t.Helper()
	out, err := exec.Command("id", "-u", user).Output()
	must(t, err)
	group, err := exec.Command("id", "-g", user).Output()
	must(t, err)
	return atoi(strings.TrimSpace(string(out))), atoi(strings.TrimSpace(string(group)))
}

// Log returns the end of the server's log.
func (d *Dovecot) Log() string {
	b, _ := os.ReadFile(filepath.Join(d.dir, "log"))
	return string(b[max(0, len(b)-2000):])
}

func (d *Dovecot) write(t *testing.T, name, text string) {
	must(t, os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o644))
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
