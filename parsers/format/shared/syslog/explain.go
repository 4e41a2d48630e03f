package syslog

import (
	"bytes"
	"fmt"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// Explain implements parsers.Explainer. A line that shows a delivery says most, and
// else the first one stands for all.
func (f Format) Explain(head []byte) (line []byte, reason string) {
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, ""
	}
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	n := 0
	for all := range bytes.Lines(head) {
		l := bytes.TrimSpace(all)
		if len(l) == 0 {
			continue
		}
		if n++; n > sniffLines {
			break
		}
		if !isAccess(l) && ShowsOutcome(l) {
			return l, "looks like a delivery in a wrapper that is not known: it " + d.lacks(l)
		}
		if line == nil {
			line, reason = l, d.lacks(l)
		}
	}
	return line, reason
}

// lacks says what is missing in a line of which no body is known.
func (d *Decoder) lacks(line []byte) string {
	var rec Record
	switch ok := d.Decode(line, &rec); {
	case isAccess(line):
		return "is of the access log of a web server, which holds no mail"
	case !ok && (line[0] == '{' || line[0] == '['):
		return "is JSON without a key that is known to hold a line of a log or a field of a mail"
	case !ok || d.Wrapper == WrapperBare && rec.Time.IsZero():
		return "has no time stamp of a form that is known"
	case len(rec.Program) == 0:
		return "has a time stamp, but does not name the program that wrote it"
	}
	return fmt.Sprintf("is of %q, which is no mail server that is known, or does not write such a line", rec.Program)
}

// isAccess reports a line of the access log of a web server, in the common or the
// combined format: it quotes a request, and has the status after it.
func isAccess(line []byte) bool {
	_, after, ok := bytes.Cut(line, []byte(" HTTP/"))
	_, status, quoted := bytes.Cut(after, []byte("\" "))
	return ok && quoted && len(status) >= len("200") && isDigit(status[0]) && isDigit(status[1]) && isDigit(status[2])
}
