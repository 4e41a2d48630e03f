//go:build unix

package main

import (
	"os"
	"syscall"
)

// keepOwner gives a file the owner that another had. Whoever may not change it is the owner.
func keepOwner(path string, of os.FileInfo) error {
	s, ok := of.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(path, int(s.Uid), int(s.Gid))
}
