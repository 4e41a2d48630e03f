package source

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// isHelper recognises the files that mail programs and servers keep beside mailboxes, in
// which no mail is: indexes, caches, settings.
func isHelper(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".msf", ".cmeta", ".ibex", ".sqlite", ".sqlite-shm", ".sqlite-wal", ".sqlite-journal", ".emlxpart", ".fld", ".mrk",
		".sieve", ".svbin": // rules of Pigeonhole's, and what it makes of them
		return true
	}
	switch name {
	case "msgFilterRules.dat", "popstate.dat", "virtualFolders.dat", "panacea.dat", "filterlog.html", "feeditems.rss", "folderTree.json", // Thunderbird
		"table_of_contents", "content_index", "Info.plist", // Apple Mail
		"subscriptions", "maildirfolder", "maildirsize", "courierimapuiddb", "courierimapsubscribed", "courierimapacl", // Courier, Dovecot
		"cyrus.header", "cyrus.index", "cyrus.cache", "cyrus.squat", "cyrus.annotations", "cyrus.expunge", "cyrus.dav", "cyrus.indexheader", // Cyrus
		"archive_browser.html",                    // Takeout
		"winmail.fol", "desktop.ini", "Thumbs.db": // Windows
		return true
	}
	return strings.Contains(name, ".ibex.index") || strings.Contains(name, ".ev-summary") || isDovecotIndex(name)
}

// isDovecotIndex recognises what Dovecot keeps in the folder of a mailbox.
func isDovecotIndex(name string) bool {
	for _, prefix := range [...]string{"dovecot.index", "dovecot.list.index", "dovecot.mailbox.log", "dovecot-uidlist", "dovecot-uidvalidity", "dovecot-keywords", "dovecot-acl"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// isHelperFolder recognises folders of such files.
func isHelperFolder(path string) bool {
	switch filepath.Base(path) {
	case "courierimapkeywords", "courierimaphieracl":
		return true
	case "Attachments":
		return isOfApple(filepath.Dir(path))
	case "User Settings": // of Takeout
		return filepath.Base(filepath.Dir(path)) == "Mail"
	}
	return false
}

// isOfApple recognises a folder in which Apple Mail keeps messages and, beside them, their
// attachments: Sent.mbox, Sent.mbox/UUID/Data and Sent.mbox/UUID/Data/1/2.
func isOfApple(folder string) bool {
	messages, _ := filepath.Glob(filepath.Join(escapeGlob(folder), "Messages", "*.emlx"))
	for len(filepath.Base(folder)) == 1 && filepath.Dir(folder) != folder {
		folder = filepath.Dir(folder)
	}
	base := filepath.Base(folder)
	return len(messages) > 0 && (strings.HasSuffix(base, ".mbox") || base == "Data" || len(base) == len("00000000-0000-0000-0000-000000000000"))
}

// beginsMbox reports whether a file begins as an mbox does, whatever its name.
func beginsMbox(path string) bool {
	if !isFile(path) {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	head := make([]byte, 64)
	n, _ := io.ReadFull(f, head) // what cannot be read begins with nothing
	_ = f.Close()                // it was only read
	return bytes.HasPrefix(bytes.TrimLeft(head[:n], "\r\n"), []byte("From "))
}

// isLock recognises the link by which Thunderbird locks its profile: it leads to no file
// and names a host and a process, as in 127.0.1.1:+4711.
func isLock(path string) bool {
	target, err := os.Readlink(path)
	return err == nil && filepath.Base(path) == "lock" && strings.Contains(target, ":+")
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// isBesideMessages recognises what an export says of the message beside it, or of its
// labels: those of Proton (x.metadata.json, labels.json) and Gmvault (x.meta).
func isBesideMessages(path string) bool {
	folder, name := filepath.Split(path)
	for _, suffix := range [...]string{".metadata.json", ".meta"} {
		if bare, ok := strings.CutSuffix(path, suffix); ok && (isFile(bare+".eml") || isFile(bare+".eml.gz")) {
			return true
		}
	}
	if name != "labels.json" {
		return false
	}
	matches, _ := filepath.Glob(escapeGlob(folder) + "*.metadata.json")
	return len(matches) > 0
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
