package imap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
)

// A Selection says which folders of an account are read.
type Selection struct {
	Sent    bool     // the folders of sent mail
	Folders []string // others with sent mail, by name; "/" stands for any separator
	Context []string // folders with received mail, as evidence: replies and bounces
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

// maxFolders bounds the list of folders.
const maxFolders = 10_000

// listFolders returns the folders of the account that can be opened, sorted by
// name. With sentOnly it asks for those alone that look like folders of sent
// mail.
func (s *session) listFolders(ctx context.Context, sentOnly bool) (folders []imap.ListData, err error) {
	err = s.do(ctx, "list folders", s.limits.Answer, wire.SmallBudget(), func() error {
		options, err := s.listOptions()
		if err != nil {
			return err
		}
		pattern := "*"
		switch {
		case sentOnly && options != nil:
			options.SelectSpecialUse = true
		case sentOnly:
			pattern = "*Sent*"
		}
		cmd := s.client.List("", pattern, options)
		for f := cmd.Next(); f != nil; f = cmd.Next() {
			if len(folders) < maxFolders && !hasAttr(*f, imap.MailboxAttrNoSelect) && !hasAttr(*f, imap.MailboxAttrNonExistent) {
				folders = append(folders, *f)
			}
		}
		return cmd.Close()
	})
	slices.SortFunc(folders, func(x, y imap.ListData) int { return strings.Compare(x.Mailbox, y.Mailbox) })
	return slices.CompactFunc(folders, func(x, y imap.ListData) bool { return x.Mailbox == y.Mailbox }), err
}

// listOptions asks for the uses of folders, if the server knows them (RFC 6154
// section 2). Its capabilities before a login are fewer than after it, and the
// library may not have noticed the change yet.
func (s *session) listOptions() (*imap.ListOptions, error) {
	marks := func(caps imap.CapSet) bool { return caps.Has(imap.CapSpecialUse) && caps.Has(imap.CapListExtended) }
	if !marks(s.client.Caps()) {
		caps, err := s.client.Capability().Wait()
		if err != nil || !marks(caps) {
			return nil, err
		}
	}
	return &imap.ListOptions{ReturnSpecialUse: true}, nil
}

// hasAttr reports whether the server gave a folder an attribute, in any case.
func hasAttr(f imap.ListData, attr imap.MailboxAttr) bool {
	return slices.ContainsFunc(f.Attrs, func(a imap.MailboxAttr) bool { return strings.EqualFold(string(a), string(attr)) })
}

// A chosen folder is one that is read.
type chosen struct {
	name    string
	context bool // it holds received mail
}

// choose picks the folders of a selection, each once: those of sent mail first.
func (sel *Selection) choose(folders []imap.ListData) (picked []chosen, err error) {
	add := func(name string, context bool) {
		if !slices.ContainsFunc(picked, func(c chosen) bool { return c.name == name }) {
			picked = append(picked, chosen{name, context})
		}
	}
	if sel.Sent {
		sent := sentFolders(folders)
		if len(sent) == 0 {
			return nil, &noFolderError{"no folder of sent mail was found (name it by --mailbox)", namesOf(folders)}
		}
		for _, name := range sent {
			add(name, false)
		}
	}
	for i, name := range slices.Concat(sel.Folders, sel.Context) {
		found, ok := findFolder(folders, name)
		if !ok {
			return nil, &noFolderError{fmt.Sprintf("no folder %q", name), namesOf(folders)}
		}
		add(found, i >= len(sel.Folders))
	}
	return picked, nil
}

// sentFolders returns the folders of sent mail: those that are marked, else
// those that are named so.
func sentFolders(folders []imap.ListData) []string {
	if marked := markedSent(folders); len(marked) > 0 {
		return marked
	}
	return namedSent(folders)
}

// markedSent returns the folders that the server marks as sent mail (RFC 6154
// section 2), and those below them.
func markedSent(folders []imap.ListData) (names []string) {
	for _, f := range folders {
		if isMarked(f) || slices.ContainsFunc(folders, func(above imap.ListData) bool { return isMarked(above) && isBelow(f, above) }) {
			names = append(names, f.Mailbox)
		}
	}
	return names
}

func isMarked(f imap.ListData) bool { return hasAttr(f, imap.MailboxAttrSent) }

func isBelow(f, above imap.ListData) bool {
	return above.Delim != 0 && strings.HasPrefix(f.Mailbox, above.Mailbox+string(above.Delim))
}

// namedSent returns the folders whose name says that they hold sent mail.
func namedSent(folders []imap.ListData) (names []string) {
	for _, f := range folders {
		if message.RoleOf(f.Mailbox) == message.RoleSent {
			names = append(names, f.Mailbox)
		}
	}
	return names
}

// findFolder finds a folder by its name: unchanged, or in another case, or with
// "/" for the server's separator, or below INBOX.
func findFolder(folders []imap.ListData, name string) (string, bool) {
	for _, same := range []func(f imap.ListData) bool{
		func(f imap.ListData) bool { return f.Mailbox == name },
		func(f imap.ListData) bool { return strings.EqualFold(f.Mailbox, name) },
		func(f imap.ListData) bool {
			return f.Delim != 0 && strings.EqualFold(f.Mailbox, strings.ReplaceAll(name, "/", string(f.Delim)))
		},
		func(f imap.ListData) bool {
			return f.Delim != 0 && strings.EqualFold(f.Mailbox, "INBOX"+string(f.Delim)+strings.ReplaceAll(name, "/", string(f.Delim)))
		},
	} {
		if i := slices.IndexFunc(folders, same); i >= 0 {
			return folders[i].Mailbox, true
		}
	}
	return "", false
}

func namesOf(folders []imap.ListData) (names []string) {
	for _, f := range folders {
		names = append(names, f.Mailbox)
	}
	return names
}
