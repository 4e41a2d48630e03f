package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A mailFile is one message of a folder of messages.
type mailFile struct {
	name string // below the folder
	size int64  // on disk
}

// The kinds of folders of messages; each is the name of the format that reads
// them.
const (
	kindMaildir = "maildir"
	kindEML     = "eml"
)

// addFolder adds what is below a folder: its regular files without hidden ones,
// and mailboxes that are folders themselves. The folder may be a link to one.
func (e *expander) addFolder(folder string) error {
	root := filepath.Clean(folder)
	w := folderWalk{e: e, root: root, eml: map[string]*Input{}}
	if info, err := os.Lstat(root); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		root += string(filepath.Separator) // else the link itself is visited
	}
	before := len(e.inputs)
	err := filepath.WalkDir(root, w.visit)
	w.nameLinks()
	if len(e.inputs) == before && len(w.errs) == 0 && !w.found {
		w.errs = append(w.errs, fmt.Errorf("%s: no files in this folder", folder))
	}
	return errors.Join(append(w.errs, err)...)
}

type folderWalk struct {
	e     *expander
	root  string
	found bool
	eml   map[string]*Input // of each folder with single messages
	links []string          // to folders
	left  []string          // folders that are left out
	errs  []error
}

func (w *folderWalk) visit(path string, d fs.DirEntry, err error) error {
	path = filepath.Clean(path)
	switch {
	case err != nil:
		w.errs = append(w.errs, fmt.Errorf("open %s: %w", path, PlainError(err)))
		return nil
	case d.IsDir():
		return w.visitFolder(path, d.Name())
	case path != w.root && d.Name()[0] == '.', (isHelper(d.Name()) || inMaildir(path) || isBesideMessages(path)) && !beginsMbox(path):
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil && isLock(path):
		return nil
	case err != nil:
		w.errs = append(w.errs, fmt.Errorf("open %s: %w", path, PlainError(err)))
		return nil
	case info.IsDir():
		w.links = append(w.links, path)
		return nil
	case !info.Mode().IsRegular():
		return nil
	}
	w.found = true
	if isMessageName(path) {
		w.addMessage(path, info)
		return nil
	}
	w.e.addFile(path, info)
	return nil
}

// nameLinks says of each link to a folder that it is not followed, unless the folder is
// read anyway. The audit runs as an administrator, and who owns a mailbox may link to
// anything.
func (w *folderWalk) nameLinks() {
	for _, link := range w.links {
		target, err := filepath.EvalSymlinks(link)
		if err != nil {
			w.errs = append(w.errs, fmt.Errorf("open %s: %w", link, PlainError(err)))
		} else if !w.reads(target) {
			w.errs = append(w.errs, fmt.Errorf("%s: a link to a folder, which is not followed: name it as well", link))
		}
	}
}

// reads reports whether the walk comes to a folder, whose path has no links in it.
func (w *folderWalk) reads(folder string) bool {
	root, err := filepath.EvalSymlinks(w.root)
	if err != nil || !isWithin(folder, root) {
		return false
	}
	path := filepath.Join(w.root, strings.TrimPrefix(folder, root))
	return !slices.ContainsFunc(w.left, func(left string) bool { return isWithin(path, left) })
}

// isWithin reports whether path is folder, or below it.
func isWithin(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, folder)
	return ok && (rest == "" || rest[0] == filepath.Separator)
}

// visitFolder takes a Maildir (qmail's maildir(5), Maildir++), and goes on to
// its subfolders, which are hidden, as are those of KMail.
func (w *folderWalk) visitFolder(path, name string) error {
	switch {
	case isMaildir(path):
		w.found = true
		if err := w.e.addMaildir(path); err != nil {
			w.errs = append(w.errs, err)
		}
		return nil
	case (name == "cur" || name == "new" || name == "tmp") && isMaildir(filepath.Dir(path)) && path != w.root:
		return filepath.SkipDir
	case name == "dbox-Mails":
		w.errs = append(w.errs, fmt.Errorf("%s: Dovecot's own dbox is not read: make a Maildir of it by doveadm sync", path))
		return filepath.SkipDir
	case path != w.root && (name[0] == '.' && !holdsSubfolders(name) || isHelperFolder(path)):
		w.left = append(w.left, path)
		return filepath.SkipDir
	}
	return nil
}

// isMaildir recognises a Maildir by two of its three folders: archives and copies leave
// out empty ones. Where only one is there, the names in it must be those of messages.
func isMaildir(path string) bool {
	var found []string
	for _, sub := range [...]string{"cur", "new", "tmp"} {
		if isFolder(filepath.Join(path, sub)) {
			found = append(found, sub)
		}
	}
	switch {
	case len(found) == 0 || found[0] == "tmp":
		return false
	case len(found) > 1:
		return true
	}
	names, _ := filepath.Glob(filepath.Join(escapeGlob(path), found[0], "[0-9]*.*"))
	return len(names) > 0
}

// inMaildir reports whether path is a file that a mail server keeps beside the messages.
func inMaildir(path string) bool {
	return strings.HasPrefix(filepath.Base(path), "dovecot") && isMaildir(filepath.Dir(path))
}

// holdsSubfolders recognises a folder in which KMail keeps the subfolders of another:
// those of sent-mail are in .sent-mail.directory.
func holdsSubfolders(name string) bool { return strings.HasSuffix(name, ".directory") }

// isMessageName recognises a single message by its name.
func isMessageName(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".eml" || ext == ".emlx"
}

// addMaildir adds the messages of a Maildir as one source.
func (e *expander) addMaildir(path string) error {
	in := &Input{name: path, path: path, folder: kindMaildir}
	if e.isKnown(path) {
		return nil
	}
	for _, sub := range [...]string{"cur", "new"} {
		entries, err := os.ReadDir(filepath.Join(path, sub))
		if errors.Is(err, fs.ErrNotExist) {
			continue // an archive left it out, for it was empty
		}
		if err != nil {
			return fmt.Errorf("open %s: %w", filepath.Join(path, sub), PlainError(err))
		}
		for _, d := range entries {
			if d.Name()[0] != '.' && !d.IsDir() {
				in.addMail(filepath.Join(sub, d.Name()), d)
			}
		}
	}
	slices.SortFunc(in.files, func(a, b mailFile) int { return CompareNames(filepath.Base(a.name), filepath.Base(b.name)) })
	e.inputs = append(e.inputs, in)
	return nil
}

// isKnown reports whether a folder was given before, under whatever name.
func (e *expander) isKnown(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	for _, seen := range e.folders {
		if os.SameFile(seen, info) {
			return true
		}
	}
	e.folders = append(e.folders, info)
	return false
}

// addMail adds a file. One that is missing by now was moved by a mail program.
func (in *Input) addMail(name string, d fs.DirEntry) {
	info, err := d.Info()
	if err != nil {
		return
	}
	in.files = append(in.files, mailFile{name, info.Size()})
	in.size += info.Size()
	if info.ModTime().After(in.modTime) {
		in.modTime = info.ModTime()
	}
}

// addMessage adds a single message; those of one folder are one source.
func (w *folderWalk) addMessage(path string, info os.FileInfo) {
	folder := filepath.Dir(path)
	in := w.eml[folder]
	if in == nil {
		in = &Input{name: folder, path: folder, folder: kindEML}
		w.eml[folder] = in
		w.e.inputs = append(w.e.inputs, in)
	}
	in.files = append(in.files, mailFile{filepath.Base(path), info.Size()})
	in.size += info.Size()
}

// Folder names the kind of a folder of messages, which is the name of the format
// that reads it, "" for a file.
func (in *Input) Folder() string { return in.folder }

// Messages returns the number of messages of a folder, each of them a file.
func (in *Input) Messages() int { return len(in.files) }

// MessageName returns the name of a message of a folder, below the folder.
func (in *Input) MessageName(i int) string { return in.files[i].name }

// MessagePath returns the path of a message of a folder.
func (in *Input) MessagePath(i int) string { return filepath.Join(in.path, in.files[i].name) }

// MessageSize returns the size of a message of a folder on disk, in bytes.
func (in *Input) MessageSize(i int) int64 { return in.files[i].size }

// OpenMessage opens one message of a folder, decompressed; an input that is no
// folder is opened from its start. buf is used for the beginning.
func (in *Input) OpenMessage(i int, buf []byte) (io.ReadCloser, error) {
	if in.folder == "" {
		return in.Open()
	}
	if i < 0 || i >= len(in.files) {
		return nil, ErrNoMessage
	}
	return in.openMessage(i, buf[:min(len(buf), messageHead)])
}

// messageHead is how much of a message is read at once, in bytes: most headers,
// and most messages.
const messageHead = 16 << 10

// ErrNoMessage is the error of a source that holds no messages which can be
// opened again, as logs and standard input do not.
var ErrNoMessage = errors.New("no message can be opened again")

func (in *Input) openMessage(i int, buf []byte) (io.ReadCloser, error) {
	path := in.MessagePath(i)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) { // a mail program has moved it since
		path, f, err = reopen(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, PlainError(err))
	}
	n, err := io.ReadFull(f, buf)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, errors.Join(fmt.Errorf("read %s: %w", path, PlainError(err)), f.Close())
	}
	head := &prefixed{Reader: io.MultiReader(bytes.NewReader(buf[:n]), f), closer: f}
	if sniffCompression(buf[:n]) == plain {
		return head, nil
	}
	r, err := new(Input).decode(head)
	if err != nil {
		return nil, errors.Join(NewError(path, err), f.Close())
	}
	return r, nil
}

// reopen finds a message of a Maildir again whose flags have changed: the
// part before ":2," is unchanged.
func reopen(path string) (string, *os.File, error) {
	unique, _, ok := strings.Cut(filepath.Base(path), ":")
	folder := filepath.Dir(filepath.Dir(path))
	if ok || filepath.Base(filepath.Dir(path)) == "new" {
		matches, _ := filepath.Glob(filepath.Join(escapeGlob(folder), "cur", escapeGlob(unique)+"*"))
		if len(matches) == 1 {
			path = matches[0]
		}
	}
	f, err := os.Open(path)
	return path, f, err
}

// escapeGlob returns a pattern that matches s alone.
func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(s)
}
