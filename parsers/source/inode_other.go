//go:build !unix

package source

// Inode returns 0: files have no number here.
func (in *Input) Inode() uint64 { return 0 }

// Device returns 0: disks have no number here.
func (in *Input) Device() uint64 { return 0 }
