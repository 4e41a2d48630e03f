package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// isQuiet reports an empty source that is a log: one that the configuration names, or
// that has the name of a mail log, or lies beside one. It may have been rotated just
// now.
func (from *Sources) isQuiet(s *read.Source) bool {
	return s.Err == nil && s.Empty && (from.Configured || isLogName(filepath.Base(s.Name)) || liesBesideLog(s.Name))
}

// logNames are how the names of mail logs begin on the systems that are common.
var logNames = [...]string{"mail.log", "maillog", "mail.info", "mail.warn", "mail.err", "mainlog", "exim_mainlog", "exim4-mainlog", "postfix.log", "smtpd.log"}

// isLogName reports the name of a mail log, whatever rotation wrote after it.
func isLogName(name string) bool {
	return slices.ContainsFunc(logNames[:], func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// liesBesideLog reports whether a file with the name of a mail log is in the same folder.
func liesBesideLog(path string) bool {
	entries, err := os.ReadDir(filepath.Dir(path))
	return err == nil && slices.ContainsFunc(entries, func(e os.DirEntry) bool { return isLogName(e.Name()) })
}

// maxShown is how many letters of a line a hint shows.
const maxShown = 120

// withLine adds to the error of sources of which none was recognised what helps: the
// line that was not understood, and what it lacks.
func withLine(err error) error {
	if !errors.Is(err, read.ErrNotRecognised) {
		return err
	}
	var convert *read.ConvertError
	if errors.As(err, &convert) {
		return err
	}
	text := `see "typoaudit formats", or name the format by --input-format or the columns by --map`
	var u *read.UnrecognisedError
	if errors.As(err, &u) {
		text = fmt.Sprintf(`the line "%s" %s; %s`, shortened(u.Line), u.Reason, text)
	}
	return failure.WithHint(err, text)
}

// shortened returns the beginning of a long line.
func shortened(line string) string {
	letters := []rune(line)
	if len(letters) <= maxShown {
		return line
	}
	return string(letters[:maxShown]) + "…"
}
