//go:build unix

package servers

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Alone waits until no other test, of any package, uses a thing that a
// machine has only once, such as the queue and the control socket of OpenSMTPD.
// It is the test's until it ends. Call it before a program that uses it starts.
func Alone(t *testing.T, what string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(os.TempDir(), "typoaudit-test-"+what+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}
