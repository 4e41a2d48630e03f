//go:build unix

package source

import "syscall"

// Inode returns the number of the file on its disk, 0 if it has none.
func (in *Input) Inode() uint64 {
	if s := in.stat(); s != nil {
		return uint64(s.Ino)
	}
	return 0
}

// Device returns the number of the disk that the file is on, 0 if it is not known. The number
// may be another one after the disk was mounted again.
func (in *Input) Device() uint64 {
	if s := in.stat(); s != nil {
		return uint64(s.Dev)
	}
	return 0
}

// stat is what the system says of the file, nil if it says nothing.
func (in *Input) stat() *syscall.Stat_t {
	if in.info == nil {
		return nil
	}
	s, _ := in.info.Sys().(*syscall.Stat_t)
	return s
}
