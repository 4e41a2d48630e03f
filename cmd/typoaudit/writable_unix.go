//go:build unix

package main

import "syscall"

// isWritable reports whether this user may make files in a folder (access(2), W_OK and
// X_OK).
func isWritable(folder string) bool { return syscall.Access(folder, 2|1) == nil }
