//go:build unix

package source

import "syscall"

// Inode returns the number of the file on its disk, 0 if it has none.
func (in *Input) Inode() uint64 {
	if in.info == nil {
		return 0
	}
	s, ok := in.info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return uint64(s.Ino)
}
