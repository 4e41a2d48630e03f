//go:build unix

package parsers

import "syscall"

// inode returns the number of the file of in, 0 if it is none.
func (in *Input) inode() uint64 {
	if in == nil || in.info == nil {
		return 0
	}
	s, ok := in.info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return uint64(s.Ino)
}
