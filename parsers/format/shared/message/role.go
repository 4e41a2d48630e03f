package message

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/typoaudit/typoaudit/parsers/format/shared/parts"
)

// A Role says how the messages of a folder concern its owner.
type Role uint8

// The roles. The zero value means that the folder does not say: an archive, an
// export.
const (
	RoleUnknown  Role = iota
	RoleSent          // the owner sent them
	RoleReceived      // they came in
	RoleDraft         // they were not sent, or not yet
	RoleJunk          // they came in, and their senders may be forged
	RoleTrash         // they were removed: sent and received ones
)

//go:embed folders.txt
var folderNames string

// A roleTable knows the roles of folder names in the form of fold.
type roleTable struct {
	roles map[string]Role
	// unspaced are the names of sent mail in scripts that put no blanks between
	// words.
	unspaced []string
}

// roleNames are the roles of the words with which lines of folders.txt begin.
func roleNames() map[string]Role {
	return map[string]Role{
		"sent": RoleSent, "inbox": RoleReceived, "junk": RoleJunk, "trash": RoleTrash,
		"drafts": RoleDraft, "outbox": RoleDraft, "templates": RoleDraft,
	}
}

// theRoles reads the embedded table, once.
var theRoles = sync.OnceValue(func() *roleTable {
	t := &roleTable{roles: map[string]Role{}}
	uses := roleNames()
	for line := range strings.Lines(folderNames) {
		use, rest, _ := strings.Cut(line, "\t")
		name, _, ok := strings.Cut(rest, "\t")
		if !ok || strings.HasPrefix(use, "#") {
			continue
		}
		name = fold(name)
		t.roles[name] = uses[use]
		if uses[use] == RoleSent && strings.ContainsFunc(name, isUnspaced) {
			t.unspaced = append(t.unspaced, name)
		}
	}
	return t
})

// isUnspaced reports whether c is of a script without blanks between words.
func isUnspaced(c rune) bool {
	return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Khmer)
}

// RoleOf returns the role of a folder by its name, in the languages in which mail
// programs name folders (folders.txt). Of a path the last part counts that names
// one: "INBOX.Sent", "Mail/Sent.sbd/2024", "[Gmail]/Gesendet".
func RoleOf(folder string) Role {
	folder = parts.DecodeWords(folder)
	if r := roleOf(folder); r != RoleUnknown {
		return r
	}
	names := pathParts(folder)
	for _, part := range slices.Backward(names) {
		if r := roleOf(part); r != RoleUnknown {
			return r
		}
	}
	return RoleUnknown
}

// MayBeSent reports whether a folder that is not named as one of sent mail may hold
// some: a name for sent mail is among the words of its own, as in "Old Sent" or
// "2019年已发送邮件".
func MayBeSent(folder string) bool {
	names := pathParts(parts.DecodeWords(folder))
	for _, part := range slices.Backward(names) {
		switch r := roleOf(part); {
		case r != RoleUnknown && r != RoleReceived:
			return false
		case hasSentWords(part):
			return true
		}
	}
	return false
}

func pathParts(folder string) []string {
	return strings.FieldsFunc(folder, func(c rune) bool { return c == '/' || c == '\\' || c == '.' || c == '^' })
}

// hasSentWords reports whether words in a row of a name are a name for sent mail.
func hasSentWords(name string) bool {
	const longest = 4 // words of a name for sent mail
	name = fold(name)
	words := strings.FieldsFunc(name, func(c rune) bool { return !isPartOfWord(c) && c != '\'' })
	for i := range words {
		for j := i + 1; j <= min(i+longest, len(words)); j++ {
			if theRoles().roles[strings.Join(words[i:j], " ")] == RoleSent {
				return true
			}
		}
	}
	return slices.ContainsFunc(theRoles().unspaced, func(sent string) bool { return strings.Contains(name, sent) })
}

// roleOf returns the role of one name.
func roleOf(name string) Role { return theRoles().roles[fold(name)] }

// fold brings a name into the form of the table: letters in lower case and composed
// (macOS takes them apart), blanks for what stands between words, and nothing that
// is no letter at the ends: Sent-1, "Sent (2)", sent_2024.
func fold(name string) string {
	name = strings.ToLower(norm.NFKC.String(name))
	name = strings.Map(func(c rune) rune {
		switch {
		case c == '’', c == '‘', c == '`':
			return '\''
		case c == 'ς': // what the capital letter becomes is the same in any place
			return 'σ'
		case c == '-', c == '_', unicode.IsSpace(c):
			return ' '
		case unicode.Is(unicode.Cf, c): // writing direction, joiners
			return -1
		}
		return c
	}, name)
	return strings.TrimFunc(name, func(c rune) bool { return !isPartOfWord(c) || unicode.IsNumber(c) })
}

// isPartOfWord reports whether c is a letter, or a sign on or beside one.
func isPartOfWord(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsMark(c) || unicode.IsNumber(c)
}
