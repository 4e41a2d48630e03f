//go:build linux

package exim_test

import (
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/format/exim"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// startExim starts Exim on loopback, from a folder of its own, and returns its
// submission address and main log.
func startExim(t *testing.T, program, relay, selector string) (address, log string) {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "typoaudit-exim-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, d := range []string{dir, filepath.Join(dir, "spool"), filepath.Join(dir, "log")} {
		_ = os.Mkdir(d, 0o755)
		if err := os.Chmod(d, 0o777); err != nil { // Exim writes as another user
			t.Fatal(err)
		}
	}
	port := servers.FreePort(t)
	conf := filepath.Join(dir, "exim.conf")
	if err := os.WriteFile(conf, []byte(fmt.Sprintf(`exim_user = nobody
exim_group = nogroup
primary_hostname = mail.corp.example
spool_directory = %[1]s/spool
log_file_path = %[1]s/log/%%slog
log_selector = %[4]s
daemon_smtp_ports = %[2]s
local_interfaces = 127.0.0.1
tls_advertise_hosts =
deliver_drop_privilege = true
keep_environment =
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny message = relay not permitted
       local_parts = refused
  accept
begin routers
void:
  driver = redirect
  local_parts = void
  data = :blackhole:
aliases:
  driver = redirect
  local_parts = team
  data = kim@army.ml
world:
  driver = manualroute
  domains = ! nx.example
  route_list = * 127.0.0.1 byname
  transport = out
  self = send
begin transports
out:
  driver = smtp
  port = %[3]s
  allow_localhost
begin retry
* * F,2h,2s
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = yes
  server_set_id = $auth2
  server_advertise_condition = yes
`, dir, port, relay, selector)), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-C", conf, "-bdf", "-q1s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	address = "127.0.0.1:" + port
	servers.Listens(t, address)
	return address, filepath.Join(dir, "log", "mainlog")
}

// TestInterop reads real logs of Debian's Exim, with the selectors of its
// default and with all.
func TestInterop(t *testing.T) {
	const program = "/usr/sbin/exim4"
	servers.Need(t, program)
	for _, selector := range []string{"-retry_defer", "+all"} {
		t.Run(selector, func(t *testing.T) {
			_, relay, _ := net.SplitHostPort(servers.StartSink(t).Addr().String())
			address, log := startExim(t, program, relay, selector)
			auth := smtp.PlainAuth("", "alice", "secret", "127.0.0.1")
			all := []string{"jane@army.ml", "nobody@army.ml", "grey@army.ml", "broken@army.ml", "x@nx.example", "void@corp.example", "team@corp.example", `"a>b"@army.ml`}
			for i, to := range all {
				text := fmt.Sprintf("From: alice@corp.example\r\nSubject: Plan \"%d\" => x\r\nMessage-ID: <%d@corp.example>\r\n\r\nHello\r\n", i, i)
				if err := smtp.SendMail(address, auth, "alice@corp.example", []string{to}, []byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			if err := smtp.SendMail(address, auth, "alice@corp.example", []string{"refused@army.ml"}, []byte("x")); err == nil {
				t.Fatal("nothing was refused")
			}
			var text []byte
			servers.Wait(t, "every mail has an end", func() bool {
				text, _ = os.ReadFile(log)
				return strings.Contains(string(text), "=> grey@army.ml") && strings.Contains(string(text), "in response to end of data")
			})
			deliveries, tally := parserstest.Read(exim.Format{}, text)
			got := map[string]string{}
			for _, d := range deliveries {
				if d.Sender != "" {
					got[strings.TrimSuffix(d.Recipient+" <"+d.OrigRecipient, " <")] = fmt.Sprintf("%s(%s) %s %s", d.Sender, d.AuthUser, d.Status, d.Arrived)
				}
			}
			want := map[string]string{
				// The relay is on this host: the log does not say how it went on there.
				"jane@army.ml":                   "alice@corp.example(alice) delivered maybe",
				"nobody@army.ml":                 "alice@corp.example(alice) bounced no",
				"grey@army.ml":                   "alice@corp.example(alice) delivered maybe",
				"broken@army.ml":                 "alice@corp.example(alice) deferred maybe",
				"x@nx.example":                   "alice@corp.example(alice) bounced no",
				"void@corp.example":              "alice@corp.example(alice) discarded no",
				`"a>b"@army.ml`:                  "alice@corp.example(alice) delivered maybe",
				"kim@army.ml <team@corp.example": "alice@corp.example(alice) delivered maybe",
				"refused@army.ml":                "alice@corp.example(alice) rejected no",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%s", diff, text)
			}
			if tally.Malformed > 0 {
				t.Errorf("%+v", tally.Errors)
			}
		})
	}
}
