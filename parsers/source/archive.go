package source

import (
	"bytes"
	"cmp"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// An archive is a kind of several files in one. None is read: what is in it may be
// mail, logs or anything else, so that its user unpacks it and says what to read.
type archive uint8

const (
	noArchive archive = iota
	zipArchive
	sevenZip
	rarArchive
	tarArchive // in whatever compression
	olmArchive // of Outlook for Mac
	spreadsheet
)

// sniffArchive recognises an archive by its magic number, and a tar by the sum of its
// first header, which tars of before 1988 have as well.
func sniffArchive(b []byte) archive {
	for _, m := range [...]struct {
		magic string
		kind  archive
	}{
		{"PK\x03\x04", zipArchive}, {"PK\x05\x06", zipArchive}, {"PK\x07\x08", zipArchive}, {"7z\xbc\xaf\x27\x1c", sevenZip}, {"Rar!\x1a\x07", rarArchive},
	} {
		if bytes.HasPrefix(b, []byte(m.magic)) {
			return m.kind
		}
	}
	if isTar(b) {
		return tarArchive
	}
	return noArchive
}

// isTar reports whether b begins with the header of a file in a tar: the sum of its
// bytes is in it, where spaces stand while it is formed (POSIX pax, "ustar Interchange
// Format").
func isTar(b []byte) bool {
	const size, from, to = 512, 148, 156
	if len(b) < size || b[0] == 0 {
		return false
	}
	want, err := strconv.ParseUint(string(bytes.Trim(b[from:to], " \x00")), 8, 32)
	if err != nil {
		return false
	}
	sum := uint64(to-from) * ' '
	for i, c := range b[:size] {
		if i < from || i >= to {
			sum += uint64(c)
		}
	}
	return sum == want
}

// An ArchiveError is the error of an input that is an archive of several files.
type ArchiveError struct {
	kind archive
	name string // as a shell reads it
}

func (in *Input) archiveError(kind archive) error {
	if kind == zipArchive {
		switch strings.ToLower(filepath.Ext(in.name)) {
		case ".olm":
			kind = olmArchive
		case ".xlsx", ".xlsm", ".xlsb", ".ods":
			kind = spreadsheet
		}
	}
	name := "FILE"
	if in.name != Stdin {
		name = shellWord(cmp.Or(in.name, name))
	}
	return &ArchiveError{kind, name}
}

func (e *ArchiveError) Error() string {
	const text = "an archive of several files: unpack it first, and read the folder: "
	switch e.kind {
	case zipArchive:
		return text + fmt.Sprintf("unzip -d unpacked %s", e.name)
	case sevenZip:
		return text + fmt.Sprintf("7z x -ounpacked %s", e.name)
	case rarArchive:
		return text + fmt.Sprintf("unrar x %s unpacked/", e.name)
	case spreadsheet:
		return "a spreadsheet: save its sheet as CSV (UTF-8)"
	case olmArchive:
		return "an archive of Outlook for Mac (OLM), which does not hold messages as they were sent: drag its folders from Outlook to the desktop, which makes an mbox of each"
	}
	return text + fmt.Sprintf("mkdir unpacked && tar -C unpacked -xf %s", e.name)
}

// shellWord returns a word that a shell reads as s.
func shellWord(s string) string {
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-+=:@%,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
