package imap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
)

// A Selection says which folders of an account are read.
type Selection struct {
	// Sent chooses the folders of sent mail: those that the server marks so, and those
	// that are named so. One that may be another is not read, and said to be a gap.
	Sent    bool
	Folders []string // others with sent mail, by name; "/" stands for any separator
	Context []string // folders with received mail, as evidence: replies and bounces
	Skip    []string // folders that are no gap, whatever their names
}

// A listed folder is one that the server has.
type listed struct {
	wire.Folder
	name string // as people read it
}

// A noFolderError means that an account has no folder of the kind that was
// asked for. It lists those that there are.
type noFolderError struct {
	missing string // a clause such as `no folder "Archive"`
	names   []string
}

// maxListed is how many folders such an error names.
const maxListed = 40

func (e *noFolderError) Error() string {
	if len(e.names) == 0 {
		return e.missing + ": the account has no folders"
	}
	names, more := e.names, ""
	if len(names) > maxListed {
		names, more = names[:maxListed], fmt.Sprintf(" and %d more", len(names)-maxListed)
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return e.missing + "; there are " + strings.Join(quoted, ", ") + more
}

// maxFolders bounds the list of folders. Beyond it only those are kept that may hold sent
// mail, as many again.
const maxFolders = 10_000

// listFolders returns the folders of the account that can be opened, sorted by name. Of
// those whose answers cannot be read it says how many there are.
func (s *session) listFolders(ctx context.Context) (folders []listed, unreadable int, err error) {
	take := func(f wire.Folder) {
		l := listed{f, decodeName(f.Raw)}
		switch {
		case f.Has(`\NoSelect`), f.Has(`\NonExistent`):
		case f.Raw == "" || len(folders) >= 2*maxFolders:
			unreadable++
		case len(folders) < maxFolders || l.isSent() || message.MayBeSent(l.name):
			folders = append(folders, l)
		}
	}
	for {
		s.conn.DivertFolders(take)
		err = s.do(ctx, "list folders", s.limits.Answer, wire.SmallBudget(), func() error { return s.client.List("", "*", s.listOptions()).Close() })
		if err == nil || !s.marks || endsSession(err) || isHold(err) {
			break
		}
		s.marks = false // it says that it knows the uses of folders, and does not
	}
	slices.SortFunc(folders, func(x, y listed) int { return cmp.Or(strings.Compare(x.name, y.name), strings.Compare(x.Raw, y.Raw)) })
	return slices.CompactFunc(folders, func(x, y listed) bool { return x.Raw == y.Raw }), unreadable, err
}

// listOptions asks for the uses of folders, if the server knows them (RFC 6154
// section 2).
func (s *session) listOptions() *imap.ListOptions {
	if !s.marks {
		return nil
	}
	return &imap.ListOptions{ReturnSpecialUse: true}
}

// isSent reports whether a folder is of sent mail, by its mark or its name.
func (l *listed) isSent() bool { return l.isMarked() || message.RoleOf(l.name) == message.RoleSent }

func (l *listed) isMarked() bool { return l.Has(`\Sent`) }

func (l *listed) isBelow(above *listed) bool {
	return above.Delim != "" && strings.HasPrefix(l.Raw, above.Raw+above.Delim)
}

// A chosen folder is one that is read, or of which it is said why it is not.
type chosen struct {
	name    string
	raw     string   // as the server named it; "" if it did not
	tries   []string // the names by which it is opened, the first that can be, if the server did not list it
	context bool     // it holds received mail
	err     error    // why it is not read
}

var (
	errMayBeSent  = errors.New("it looks like sent mail and was not read: name it by --mailbox, or by --skip-mailbox if it is none")
	errUnreadable = errors.New("the server's answer cannot be read, so that a folder of sent mail may be missing")
)

// choose picks the folders of a selection, each once: those of sent mail first, and last
// those that may be such and are not read.
func (sel *Selection) choose(folders []listed, unreadable int) (picked []chosen, err error) {
	add := func(c chosen) {
		if slices.ContainsFunc(picked, func(p chosen) bool { return c.name == p.name && c.raw == p.raw }) {
			return
		}
		for i := range picked {
			if p := &picked[i]; c.name == p.name { // told apart as they came
				c.name, p.name = cmp.Or(c.raw, c.name), cmp.Or(p.raw, p.name)
			}
		}
		picked = append(picked, c)
	}
	skipped := func(l *listed) bool {
		return slices.ContainsFunc(sel.Skip, func(name string) bool { return l.isNamed(name) })
	}
	if sel.Sent {
		for _, l := range sentFolders(folders) {
			if !skipped(l) {
				add(chosen{name: l.name, raw: l.Raw})
			}
		}
		if len(picked) == 0 && len(sel.Folders) == 0 {
			return nil, &noFolderError{"no folder of sent mail was found (name it by --mailbox)", namesOf(folders)}
		}
	}
	for i, name := range slices.Concat(sel.Folders, sel.Context) {
		c := findFolder(folders, name)
		c.context = i >= len(sel.Folders)
		add(c)
	}
	if !sel.Sent {
		return picked, nil
	}
	for i := range folders {
		if l := &folders[i]; message.MayBeSent(l.name) && !skipped(l) {
			add(chosen{name: l.name, raw: l.Raw, err: errMayBeSent})
		}
	}
	if unreadable > 0 {
		add(chosen{name: fmt.Sprintf("(%d more folders)", unreadable), err: errUnreadable})
	}
	return picked, nil
}

// sentFolders returns the folders of sent mail: those that the server marks so (RFC 6154
// section 2), with those below them, and those that are named so. One mark proves nothing
// of others: each mail program that an account was ever used with made a folder of its
// own, and the server marks one.
func sentFolders(folders []listed) (sent []*listed) {
	var marked []*listed
	for i := range folders {
		if folders[i].isMarked() {
			marked = append(marked, &folders[i])
		}
	}
	for i := range folders {
		l := &folders[i]
		if l.isSent() || slices.ContainsFunc(marked, l.isBelow) {
			sent = append(sent, l)
		}
	}
	return sent
}

// isNamed reports whether a folder is meant by a name: unchanged, or in another case, or
// with "/" for the server's separator, or below INBOX.
func (l *listed) isNamed(name string) bool {
	return slices.ContainsFunc(candidates(name, l.Delim), func(c string) bool { return strings.EqualFold(l.name, c) || l.Raw == c })
}

// candidates returns the names that may be meant by a name.
func candidates(name, delim string) []string {
	names := []string{name}
	if delim != "" {
		separated := strings.ReplaceAll(name, "/", delim)
		names = append(names, separated, "INBOX"+delim+separated)
	}
	return slices.Compact(names)
}

// findFolder finds a folder by its name: unchanged, before all that may be meant. One that
// the server does not list is tried.
func findFolder(folders []listed, name string) chosen {
	delim := ""
	for i, same := range []func(l *listed) bool{
		func(l *listed) bool { return l.name == name || l.Raw == name },
		func(l *listed) bool { return strings.EqualFold(l.name, name) },
		func(l *listed) bool { return l.isNamed(name) },
	} {
		for j := range folders {
			l := &folders[j]
			if same(l) {
				return chosen{name: l.name, raw: l.Raw}
			}
			if i == 0 && delim == "" {
				delim = l.Delim
			}
		}
	}
	return chosen{name: name, tries: candidates(name, delim)}
}

func namesOf(folders []listed) (names []string) {
	for _, f := range folders {
		names = append(names, f.name)
	}
	return names
}

// Folders logs the first account in and returns the names of its folders, in their order.
// No folder is opened.
func Folders(ctx context.Context, o Options) (names []string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	o.Accounts, o.Jobs, o.NewSink = o.Accounts[:1], 1, func() parsers.Sink { return nil }
	c := newReader(o, cancel).accounts[0].connection
	defer c.logOut(ctx)
	err = c.attempt(ctx, func(s *session) error {
		all, _, err := s.listFolders(ctx)
		for _, f := range all {
			names = append(names, f.name)
		}
		return err
	})
	return names, err
}
