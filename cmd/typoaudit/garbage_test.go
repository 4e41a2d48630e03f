package main

import (
	"runtime/debug"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/read"
)

// TestGarbage: mailboxes have a tight bound, logs a wider one, and none is set
// where the environment has one.
func TestGarbage(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	t.Setenv("GOGC", "100")
	if g := newGarbage(); g != nil || percent() != 100 {
		t.Errorf("%d with GOGC=100", percent())
	}
	var g *garbage
	g.limit(nil, false)
	if percent() != 100 {
		t.Errorf("%d where it is left alone", percent())
	}
	t.Setenv("GOGC", "")
	g = newGarbage()
	log, mailbox := &read.Source{}, &read.Source{Mailbox: true}
	g.limit([]*read.Source{log}, true)
	if percent() <= garbageReading {
		t.Errorf("%d for a log", percent())
	}
	g.limit([]*read.Source{log, mailbox}, false)
	if percent() != garbageReading {
		t.Errorf("%d for a mailbox", percent())
	}
	g.limit([]*read.Source{log, mailbox}, true)
	if percent() != garbageVerdict {
		t.Errorf("%d for its verdict", percent())
	}
}
