package syslog

import "unsafe"

// mark marks the lines of a window, which end at ends.
func (h *heading) mark(window []byte, ends []uint16, marks []mark) {
	last := len(window) - h.length - markReach
	markTags(unsafe.SliceData(window), last, &ends[0], len(ends), h, &marks[0])
}

// markTags marks n lines, which end at ends; those that begin behind last get
// no mark.
//
//go:noescape
func markTags(b *byte, last int, ends *uint16, n int, h *heading, marks *mark)
