package audit

import "syscall"

// adviseHuge asks for large pages (madvise(2), MADV_HUGEPAGE). A system that
// has none goes on with small ones.
func adviseHuge(b []byte) {
	_ = syscall.Madvise(b, 14) // syscall lacks the name of MADV_HUGEPAGE
}
