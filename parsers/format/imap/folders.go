package imap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
)

// A Selection says which folders of an account are read.
type Selection struct {
	Sent    bool     // the folders of sent mail
	Folders []string // others with sent mail, by name
	Context []string // folders with received mail, for what replies and bounces tell
}

// A noFolderError tells that an account has no folder of the kind that was
// asked for. It lists those that there are.
type noFolderError struct {
	what  string
	names []string
}

// maxListed is how many folders such an error names.
const maxListed = 40

func (e *noFolderError) Error() string {
	if len(e.names) == 0 {
		return e.what + ": the account has no folders"
	}
	names, more := e.names, ""
	if len(names) > maxListed {
		names, more = names[:maxListed], fmt.Sprintf(" and %d more", len(names)-maxListed)
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return e.what + "; there are " + strings.Join(quoted, ", ") + more
}

// listFolders returns the folders of the account that can be opened. With some
// it asks for those alone that look like folders of sent mail: a single name
// that cannot be read spoils the whole list.
func (s *session) listFolders(ctx context.Context, some bool) (folders []imap.ListData, err error) {
	err = s.do(ctx, "list folders", s.limits.Answer, usual(), func() error {
		options, err := s.listOptions()
		if err != nil {
			return err
		}
		pattern := "*"
		switch {
		case some && options != nil:
			options.SelectSpecialUse = true
		case some:
			pattern = "*Sent*"
		}
		cmd := s.client.List("", pattern, options)
		for f := cmd.Next(); f != nil; f = cmd.Next() {
			if len(folders) < maxFolders && !slices.Contains(f.Attrs, imap.MailboxAttrNoSelect) && !slices.Contains(f.Attrs, imap.MailboxAttrNonExistent) {
				folders = append(folders, *f)
			}
		}
		return cmd.Close()
	})
	slices.SortFunc(folders, func(x, y imap.ListData) int { return strings.Compare(x.Mailbox, y.Mailbox) })
	return slices.CompactFunc(folders, func(x, y imap.ListData) bool { return x.Mailbox == y.Mailbox }), err
}

// listOptions asks for the uses of folders, if the server can tell them (RFC
// 6154 section 2). What it can before a login is less than behind it, and the
// library may not have heard of the change yet.
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

// A chosen folder is one that is read.
type chosen struct {
	name    string
	context bool // it holds received mail
}

// choose picks the folders of a selection.
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

// sentFolders tells the folders of sent mail: those that the server marks and
// what is below them, else those that have a name for it.
func sentFolders(folders []imap.ListData) (names []string) {
	for _, f := range folders {
		if marked(f) || slices.ContainsFunc(folders, func(above imap.ListData) bool { return marked(above) && isBelow(f, above) }) {
			names = append(names, f.Mailbox)
		}
	}
	if len(names) > 0 {
		return names
	}
	for _, f := range folders {
		if message.RoleOf(f.Mailbox) == message.RoleSent {
			names = append(names, f.Mailbox)
		}
	}
	return names
}

// marked tells whether the server says that a folder is for sent mail (RFC
// 6154 section 2).
func marked(f imap.ListData) bool {
	return slices.ContainsFunc(f.Attrs, func(a imap.MailboxAttr) bool { return strings.EqualFold(string(a), string(imap.MailboxAttrSent)) })
}

func isBelow(f, above imap.ListData) bool {
	return above.Delim != 0 && strings.HasPrefix(f.Mailbox, above.Mailbox+string(above.Delim))
}

// findFolder finds a folder by its name: as it stands, or with "/" for the
// server's separator, or below INBOX.
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
