package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/troubles"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A following looks at the files of a Watch: which grew, and whether something was rotated.
// It holds the files open that are written to: one that is renamed to where no path leads
// is read to its end nevertheless.
type following struct {
	paths     []string
	journal   *journal.Follower // nil without
	now       func() time.Time
	troubles  *troubles.Troubles
	last      map[string]seen // by key
	held      map[string]*heldFile
	mailboxes map[string]bool // that the paths lead to, by name: they are not followed
	missing   []string        // what was wrong with the paths when they were looked at last
	unread    map[string]bool // files that could not be read, by name
	rotated   bool            // since the history was saved
}

// A seen is a file as a look found it.
type seen struct {
	name    string
	size    int64
	changed time.Time
}

// A heldFile is one that is held open.
type heldFile struct {
	file *os.File
	name string
	gone time.Time // since when no path leads to it; zero while one does
}

// A look is what was seen at once.
type look struct {
	all, grown    []*source.Input
	seen          map[string]seen
	same, rotated bool
	torn          bool // a file had another name a moment later
	faulty        bool // part of what is followed was not there or could not be looked at
}

func newFollowing(from Sources, j *journal.Follower, w World, t *troubles.Troubles) *following {
	paths := slices.DeleteFunc(slices.Clone(from.Paths), func(p string) bool { return p == journal.Name })
	return &following{
		paths: paths, journal: j, now: w.Now, troubles: t,
		last: map[string]seen{}, held: map[string]*heldFile{}, mailboxes: map[string]bool{}, unread: map[string]bool{},
	}
}

// keyOf is what a file is known by while it is looked at again and again. What it holds is
// known by its content alone.
func keyOf(in *source.Input) string {
	if n := in.Inode(); n != 0 {
		return fmt.Sprintf("%d:%d", in.Device(), n)
	}
	return in.Name()
}

// look looks at the files.
func (f *following) look() (l look) {
	inputs, errs := source.Expand(f.paths, nil, f.now())
	l.torn = slices.ContainsFunc(errs, func(err error) bool {
		return errors.Is(err, fs.ErrNotExist) && !slices.Contains(f.missing, err.Error())
	})
	l.faulty = len(errs) > 0
	f.complainOfMissing(errs)
	inputs = slices.DeleteFunc(inputs, func(in *source.Input) bool {
		isPipe := in.Size() < 0
		if isPipe {
			l.faulty = true
			f.troubles.Complain(fmt.Errorf("%s: a pipe or a device, which is not followed: let the log be written to a file", in.Name()))
		}
		return isPipe || f.mailboxes[in.Name()]
	})
	l.all = append(inputs, f.gone(inputs)...)
	if f.journal != nil {
		in, err := f.journal.Input()
		if err != nil {
			l.faulty = true
			f.troubles.Complain(err)
		}
		if in != nil {
			l.all = append(l.all, in)
		}
	}
	l.compare(f.last)
	return l
}

// isWhole reports whether a look found all that is followed, and all of it could be read.
func (f *following) isWhole(l *look) bool {
	return !l.faulty && !slices.ContainsFunc(l.all, func(in *source.Input) bool { return f.unread[in.Name()] })
}

// complainOfMissing complains of paths that lead nowhere, unless that passes as in rotation.
func (f *following) complainOfMissing(errs []error) {
	var missing []string
	for _, err := range errs {
		f.troubles.ComplainIfItStays(err)
		missing = append(missing, err.Error())
	}
	for _, text := range f.missing {
		if !slices.Contains(missing, text) {
			f.troubles.Passed(text)
		}
	}
	f.missing = missing
}

// gone returns the files that are held and that no path leads to any more.
func (f *following) gone(inputs []*source.Input) (all []*source.Input) {
	for key, h := range f.held {
		if slices.ContainsFunc(inputs, func(in *source.Input) bool { return keyOf(in) == key }) {
			h.gone = time.Time{}
			continue
		}
		if h.gone.IsZero() {
			h.gone = f.now()
		}
		in, err := source.FromFile(h.name+" (moved)", h.file)
		if err != nil {
			f.troubles.Complain(err)
			continue
		}
		all = append(all, in)
	}
	slices.SortFunc(all, func(a, b *source.Input) int { return cmp.Compare(a.Name(), b.Name()) })
	return all
}

// compare finds what changed since the last look.
func (l *look) compare(last map[string]seen) {
	l.seen = map[string]seen{}
	for _, in := range l.all {
		key, is := keyOf(in), seen{in.Name(), in.Size(), in.ModTime()}
		was, known := last[key]
		l.seen[key] = is
		switch {
		case !known, was.name != is.name, was.size > is.size, was.size == is.size && !was.changed.Equal(is.changed):
			l.rotated = true
		case was.size < is.size:
			l.grown = append(l.grown, in)
		}
	}
	for key := range last {
		if _, ok := l.seen[key]; !ok {
			l.rotated = true
		}
	}
	l.same = !l.rotated && len(l.grown) == 0
}

// settle notes that a look was read.
func (f *following) settle(l *look, r *read.Reading) {
	f.last = l.seen
	for _, s := range r.Sources {
		if isReplaced(s) { // it is looked at once more
			for key, was := range f.last {
				if was.name == s.Name {
					delete(f.last, key)
				}
			}
		}
	}
	if l.rotated {
		f.rotated = true
		f.holdOpen(l.all)
	}
}

// How long ago a file was changed that may be written to, and how many of them are held.
const (
	heldAge = time.Hour
	maxHeld = 64
)

// holdOpen opens the files that are written to.
func (f *following) holdOpen(inputs []*source.Input) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		return // a file that is held could not be read
	}
	for _, in := range inputs {
		key := keyOf(in)
		if f.held[key] != nil || in.Folder() != "" || in.Name() == journal.Name || len(f.held) >= maxHeld || f.now().Sub(in.ModTime()) > heldAge {
			continue
		}
		file, err := os.Open(in.Name())
		if err != nil {
			continue // it says so when it is read
		}
		if opened, err := source.FromFile(in.Name(), file); err != nil || keyOf(opened) != key {
			_ = file.Close() // it is another one by now, which the next look finds
			continue
		}
		f.held[key] = &heldFile{file: file, name: in.Name()}
	}
}

// goneFor is how long a file is held that no path leads to any more: mail servers write to
// it until they open their log again.
const goneFor = 10 * time.Minute

// forgetGone gives back the files that nobody writes to any more. It is called when all of
// them was saved.
func (f *following) forgetGone(now time.Time) {
	f.rotated = false
	for key, h := range f.held {
		isGone := !h.gone.IsZero() && now.Sub(h.gone) > goneFor
		isOld := h.gone.IsZero() && now.Sub(f.last[key].changed) > heldAge
		if isGone || isOld {
			_ = h.file.Close() // nothing was written
			delete(f.held, key)
		}
		if isGone {
			delete(f.last, key)
		}
	}
	if f.journal != nil {
		f.journal.Saved()
	}
}

func (f *following) close() {
	for _, h := range f.held {
		_ = h.file.Close() // nothing was written
	}
	if f.journal != nil {
		f.journal.Close()
	}
}

// hold keeps the journal from growing until resume is called.
func (f *following) hold() (resume func()) {
	if f.journal == nil {
		return func() {}
	}
	return f.journal.Hold()
}

// withSiblings adds to inputs the files beside those that the paths name one by one that
// begin as a log that is known: what rotation made of it.
func (f *following) withSiblings(inputs []*source.Input, states []read.State) []*source.Input {
	known := &read.Resumption{Previous: states}
	var found []*source.Input
	for _, in := range f.siblings() {
		at := slices.IndexFunc(inputs, func(x *source.Input) bool { return keyOf(x) == keyOf(in) })
		switch {
		case at >= 0 && strings.HasSuffix(inputs[at].Name(), " (moved)"):
			inputs = slices.Concat(inputs[:at], []*source.Input{in}, inputs[at+1:])
		case at < 0 && !f.mailboxes[in.Name()] && known.Continues(in):
			found = append(found, in)
		}
	}
	return append(slices.Clip(inputs), found...)
}

// siblings returns the files beside those that are named one by one whose names begin alike.
func (f *following) siblings() []*source.Input {
	var paths []string
	for _, path := range f.paths {
		folder, base := filepath.Split(path)
		if strings.ContainsAny(base, "*?[") {
			continue
		}
		stem, _, _ := strings.Cut(base[min(1, len(base)):], ".")
		stem = base[:min(1, len(base))] + stem
		entries, err := os.ReadDir(filepath.Clean(folder + "."))
		if err != nil {
			continue // the look says so
		}
		for _, e := range entries {
			if e.Type().IsRegular() && strings.HasPrefix(e.Name(), stem) && e.Name() != base {
				paths = append(paths, folder+e.Name())
			}
		}
	}
	inputs, _ := source.Expand(paths, nil, f.now()) // one that is not there any more is none
	return inputs
}

// judge complains of a source that could not be read. A mailbox is not followed.
func (f *following) judge(s *read.Source) {
	delete(f.unread, s.Name)
	if s.Err != nil && !s.IsMailbox() && !errors.Is(s.Err, source.ErrReplaced) {
		f.unread[s.Name] = true
	}
	switch {
	case s.IsMailbox():
		f.mailboxes[s.Name] = true
		f.troubles.Complain(fmt.Errorf("%s: a mailbox, which is not followed: run reads it", s.Name))
	case s.Err == nil, errors.Is(s.Err, source.ErrReplaced):
	case errors.Is(s.Err, fs.ErrNotExist), strings.Contains(s.Err.Error(), "unexpected EOF"):
		f.troubles.ComplainIfItStays(s.Err)
	default:
		f.troubles.Complain(s.Err)
	}
}
