//go:build !unix

package history

import "os"

// tryLock relies on the database's own locks: where files cannot be locked, the
// second run fails when it comes to write.
func tryLock(*os.File) error { return nil }
