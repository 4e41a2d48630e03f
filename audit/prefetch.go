//go:build amd64 || arm64

package audit

import "unsafe"

// prefetch asks the processor for the memory at p, and does not wait for it. A
// load that nobody needs would do as well, but the processor stops when a few
// hundred instructions behind one have been done.
//
//go:noescape
func prefetch(p unsafe.Pointer)
