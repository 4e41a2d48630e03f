package lines

import "unsafe"

// Borrow returns b as a string that shares its memory, which saves a copy of each
// field of a record. The string is valid for as long as b is not changed.
func Borrow(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// BorrowBytes returns s as bytes that share its memory. They must not be changed.
func BorrowBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Shares reports whether s shares the memory of b, up to its capacity.
func Shares(s string, b []byte) bool {
	at, begin := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return at >= begin && at < begin+uintptr(cap(b))
}
