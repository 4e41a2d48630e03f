//go:build !linux

package audit

// adviseHuge does nothing: these systems choose the size of pages themselves.
func adviseHuge([]byte) {}
