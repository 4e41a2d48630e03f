//go:build unix

package history

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// noFollow keeps a link from being opened: it may be another's.
const noFollow = syscall.O_NOFOLLOW

// checkFolder refuses a folder into which everybody can write: what lies there may be
// anybody's. It warns of one that belongs to somebody else.
func checkFolder(info os.FileInfo) (warning string, err error) {
	const everybody = 0o002
	if info.Mode().Perm()&everybody != 0 {
		return "", fmt.Errorf("everybody can write into it (mode %04o)", info.Mode().Perm())
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Uid != 0 && int(s.Uid) != os.Geteuid() {
		return fmt.Sprintf("it belongs to user %d, who can change it", s.Uid), nil
	}
	return "", nil
}

func unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

func tryLock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errHeld
	}
	return err
}
