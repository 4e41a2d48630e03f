//go:build unix

package main

import (
	"os"
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

// lockFile locks a file or folder until it is closed. It is false while somebody else
// holds it, and where nothing can be locked.
func lockFile(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
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
