//go:build linux

package chasquid_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// startChasquid starts chasquid on loopback, from a folder of its own, with the
// user alice@corp.example and two aliases, and returns its submission address
// and mail log. It gives mail for 127.0.0.1 to the relay's port there.
func startChasquid(t *testing.T, program, relay string) (address, log string) {
	t.Helper()
	dir := t.TempDir()
	log = filepath.Join(dir, "mail.log")
	certs, domain := filepath.Join(dir, "certs", "mail.corp.example"), filepath.Join(dir, "domains", "corp.example")
	for _, d := range []string{certs, domain, filepath.Join(dir, "data")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	port := servers.FreePort(t)
	for name, text := range map[string]string{
		filepath.Join(dir, "chasquid.conf"): fmt.Sprintf(`hostname: "mail.corp.example"
submission_address: "127.0.0.1:%s"
mail_delivery_agent_bin: "/bin/true"
data_dir: "%s"
mail_log_path: "%s"
`, port, filepath.Join(dir, "data"), log),
		filepath.Join(domain, "aliases"): "team: alice, kim@127.0.0.1\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	servers.Certificate(t, certs)
	if out, err := exec.Command(program+"-util", "-C="+dir, "user-add", "alice@corp.example", "--password=secret").CombinedOutput(); err != nil {
		t.Fatalf("got %v\n%s, want no error", err, out)
	}
	cmd := exec.Command(program, "-config_dir="+dir, "-testing__outgoing_smtp_port="+relay)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	address = "127.0.0.1:" + port
	servers.Listens(t, address)
	return address, log
}

// TestInterop reads a real log of Debian's chasquid.
func TestInterop(t *testing.T) {
	const program = "/usr/bin/chasquid"
	servers.Need(t, program)
	_, relay, _ := net.SplitHostPort(servers.StartSink(t).Addr().String())
	address, log := startChasquid(t, program, relay)
	submit := func(to string) error {
		return servers.Submit(address, "alice@corp.example", "alice@corp.example", to, "From: alice@corp.example\r\nSubject: Plan\r\nMessage-ID: <1@corp.example>\r\n\r\nHello\r\n")
	}
	for _, to := range []string{"jane@127.0.0.1", "nobody@127.0.0.1", "grey@127.0.0.1", "broken@127.0.0.1", "team@corp.example"} {
		if err := submit(to); err != nil {
			t.Fatal(err)
		}
	}
	if err := submit("missing@corp.example"); err == nil {
		t.Fatal("nothing was refused")
	}
	var text []byte
	servers.Wait(t, "every mail was tried", func() bool {
		text, _ = os.ReadFile(log)
		tried := strings.Count(string(text), " all done") + strings.Count(string(text), " completed loop")
		return tried >= 6 && strings.Contains(string(text), "rejected from=") // with a bounce
	})
	deliveries, tally := parserstest.Read(format(), text)
	got := map[string]string{}
	for _, d := range deliveries {
		got[d.Recipient+" of <"+d.Sender+">"] = fmt.Sprintf("(%s) %s %s", d.AuthUser, d.Status, d.Arrived)
	}
	const by = " of <alice@corp.example>"
	want := map[string]string{
		"jane@127.0.0.1" + by:       "(alice@corp.example) delivered yes",
		"nobody@127.0.0.1" + by:     "(alice@corp.example) bounced no",
		"grey@127.0.0.1" + by:       "(alice@corp.example) deferred no",
		"broken@127.0.0.1" + by:     "(alice@corp.example) deferred maybe",
		"kim@127.0.0.1" + by:        "(alice@corp.example) delivered yes",
		"alice@corp.example" + by:   "(alice@corp.example) delivered yes",
		"missing@corp.example" + by: "() rejected no",
		"alice@corp.example of <>":  "() delivered yes",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
	if tally.Malformed > 0 {
		t.Errorf("%+v", tally.Errors)
	}
}
