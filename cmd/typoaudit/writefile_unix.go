//go:build unix

package main

import (
	"os"
	"slices"
	"syscall"
)

// noFollow keeps a link from being opened.
const noFollow = syscall.O_NOFOLLOW

// keepOwner gives a file the owner that another had. Whoever may not change it is the owner.
func keepOwner(f *os.File, of os.FileInfo) error {
	if of == nil || os.Geteuid() != 0 {
		return nil
	}
	s, ok := of.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return f.Chown(int(s.Uid), int(s.Gid))
}

// lockFile locks a file or folder until it is closed. It is false while somebody else holds it.
// A disk without locks, as some network shares are, keeps nobody from writing: there it is true,
// and of what two runs write at once the last one's counts.
func lockFile(f *os.File) bool {
	err := tryLock(f)
	return err == nil || hasNoLocks(err)
}

// isLeft reports whether nobody holds a file, and locks it.
func isLeft(f *os.File) bool { return tryLock(f) == nil }

func tryLock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// hasNoLocks reports an error of flock(2) on a disk that has no locks.
func hasNoLocks(err error) bool {
	return slices.Contains([]error{syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.ENOLCK, syscall.EINVAL}, err)
}

// hasName reports whether an open file was not removed.
func hasName(f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return !ok || s.Nlink > 0
}

// closeBeforeRename leaves the file open: it may have another name while it is.
func closeBeforeRename(*os.File) error { return nil }

// othersMay reports whether everybody has rights to a file.
func othersMay(info os.FileInfo, rights os.FileMode) bool { return info.Mode().Perm()&rights != 0 }
