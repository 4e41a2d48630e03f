//go:build !amd64

package syslog

// mark marks the lines of a window, which end at ends.
func (h *heading) mark(window []byte, ends []uint16, marks []mark) {
	h.markSlow(window, ends, marks)
}
