//go:build !unix

package main

import "os"

// noFollow is nothing here.
const noFollow = 0

// keepOwner leaves the owner to the system.
func keepOwner(*os.File, os.FileInfo) error { return nil }

// lockFile locks nothing: a file that is open cannot be removed here.
func lockFile(*os.File) bool { return true }

// isLeft is true: see lockFile.
func isLeft(*os.File) bool { return true }

// hasName is true: see lockFile.
func hasName(*os.File) bool { return true }

// closeBeforeRename closes a file, which can have no other name while it is open.
func closeBeforeRename(f *os.File) error { return f.Close() }

// othersMay is false: the mode says nothing here.
func othersMay(os.FileInfo, os.FileMode) bool { return false }
