//go:build !unix

package history

import "os"

// noFollow is nothing here.
const noFollow = 0

// checkFolder says nothing: the mode of a folder does not say who may write into it.
func checkFolder(os.FileInfo) (warning string, err error) { return "", nil }

// tryLock relies on the database's own locks: where files cannot be locked, the
// second run fails when it comes to write.
func tryLock(*os.File) error { return nil }

func unlock(*os.File) error { return nil }
