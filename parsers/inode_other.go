//go:build !unix

package parsers

// inode returns 0: files have no number here.
func (in *Input) inode() uint64 { return 0 }
