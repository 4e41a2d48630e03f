package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

// How often it is looked whether something changed.
const (
	lookAtLists   = time.Second
	lookAtHistory = 10 * time.Second
)

// learn makes a new snapshot, and gives it to the guard in place of the old one.
func (s *guardService) learn(ctx context.Context) error {
	l, err := pipeline.Learn(ctx, pipeline.Sources{Paths: s.paths, Context: s.o.Context}, s.options, s.e.world("never"))
	if err != nil {
		return err
	}
	s.guard.Learn(l.Snapshot)
	s.learned.Lock()
	s.learned.run = l.Run
	s.learned.Unlock()
	debug.FreeOSMemory() // what learning took, and soon the old snapshot
	return nil
}

// learnBeside is learn while the guard answers by the old snapshot. A second call does
// nothing while the first goes on, be it that it hangs.
func (s *guardService) learnBeside(ctx context.Context) {
	s.learned.Lock()
	defer s.learned.Unlock()
	if s.learned.busy {
		return
	}
	s.learned.busy = true
	go func() {
		if err := s.learn(ctx); err != nil && ctx.Err() == nil {
			s.e.complain(fmt.Errorf("guard: not learned again: %w", err))
		}
		s.learned.Lock()
		s.learned.busy = false
		s.learned.Unlock()
	}()
}

// keepLearning learns again when there is something new, until ctx ends.
func (s *guardService) keepLearning(ctx context.Context, hangup <-chan struct{}) {
	lists, store, paths := time.NewTicker(lookAtLists), time.NewTicker(lookAtHistory), time.NewTicker(s.o.refresh)
	defer lists.Stop()
	defer store.Stop()
	defer paths.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-lists.C:
			s.resumeOthers()
			if s.lists.changed() {
				s.rereadLists()
			}
		case <-store.C:
			if len(s.paths) == 0 && s.hasNewRun(ctx) {
				s.learnBeside(ctx)
			}
		case <-paths.C:
			s.learnBeside(ctx)
		case <-hangup:
			s.rereadLists()
			s.learnBeside(ctx)
		}
	}
}

// hasNewRun says whether a run was added to the history since it was learned.
func (s *guardService) hasNewRun(ctx context.Context) bool {
	h, err := history.Look(ctx, s.o.State)
	if err != nil {
		return false // it was said when that was learned, or is again at the next --refresh
	}
	defer h.Close()
	run, err := h.Run(ctx)
	s.learned.Lock()
	defer s.learned.Unlock()
	return err == nil && run != s.learned.run
}

func (s *guardService) rereadLists() {
	if err := s.readLists(); err != nil {
		s.e.complain(fmt.Errorf("guard: what was read before counts: %w", err))
	}
}

// readLists reads the ignore rules and the domains of --refuse.
func (s *guardService) readLists() error {
	ignore := s.o.IgnoreFile
	if ignore == "" {
		ignore = s.c.IgnorePath(s.e.getenv)
	}
	s.lists = stampsOf(ignore, s.o.refuse)
	rules, err := ignoreRules(s.e, s.c, s.o.IgnoreFile)
	if err != nil {
		return err
	}
	refused, err := readRefused(s.o.refuse)
	if err != nil {
		return err
	}
	s.guard.Ignore(rules)
	s.guard.Refuse(refused)
	return nil
}

func readRefused(path string) (guard.Refused, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--refuse %s: %w", path, failure.Plain(err))
	}
	list, err := guard.ParseRefused(string(text))
	if err != nil {
		return nil, fmt.Errorf("--refuse %s: %w", path, err)
	}
	return list, nil
}

// Stamps say of which files a service read what.
type stamps map[string]stamp

type stamp struct {
	size    int64
	changed time.Time
}

func stampsOf(paths ...string) stamps {
	s := stamps{}
	for _, path := range paths {
		if path != "" {
			s[filepath.Clean(path)] = stampOf(path)
		}
	}
	return s
}

// stampOf returns the stamp of a file, the zero one if there is none.
func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

// changed says whether a file is another one than before.
func (s stamps) changed() bool {
	for path, was := range s {
		if stampOf(path) != was {
			return true
		}
	}
	return false
}
