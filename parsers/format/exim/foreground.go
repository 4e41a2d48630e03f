package exim

import (
	"bytes"
	"strconv"
)

// What Exim writes to the terminal when it stays in the foreground with -v or -d,
// as in a container: the lines of the main log without stamps and ids, each after
// one that names the log, and with -d after the process that wrote it.
//
//	  273 LOG: MAIN
//	  273   <= alice@corp.example H=ws17 [192.0.2.7] P=esmtp S=2162
//	  274 LOG: MAIN
//	  274   => jane@army.ml R=dnslookup T=remote_smtp H=mx1.army.ml [192.0.2.20] C="250 OK"
//	  274   Completed
//
// The process that takes a message in starts the one that delivers it, so that
// this has the next number unless another one began between: the sender of that
// delivery is not known then.

// cutProcess cuts the number of a process, if there is one, and the blank after it.
func cutProcess(line []byte) (pid, rest []byte) {
	text := bytes.TrimLeft(line, " ")
	end := 0
	for end < len(text) && text[end]-'0' < 10 {
		end++
	}
	if end == 0 || end == len(text) || text[end] != ' ' {
		return nil, line
	}
	return text[:end], text[end+1:]
}

// isLogName reports whether a line names the log of the line after it.
func isLogName(line []byte) bool {
	_, rest := cutProcess(line)
	return bytes.HasPrefix(rest, []byte("LOG: ")) && bytes.HasSuffix(rest, []byte("MAIN"))
}

// cutForeground cuts a line into the process and the text of the main log.
func cutForeground(line []byte) (pid, text []byte, ok bool) {
	pid, rest := cutProcess(line)
	text, ok = bytes.CutPrefix(rest, []byte("  "))
	return pid, text, ok && len(text) >= len("<= ") && text[0] != ' '
}

// foreground reads a line without a stamp. In a log with stamps such a line is a
// header of a message that was refused, which anybody may write: none is read after
// the first stamp of a piece.
func (p *lineParser) foreground(line []byte) {
	pid, text, ok := cutForeground(line)
	if !ok || !p.seen.IsZero() {
		return
	}
	at := p.Table.Place(p.seen, p.lines, 1)
	switch string(text[:2]) {
	case "<=", "(=":
		if n, err := strconv.Atoi(string(pid)); err == nil {
			pid = strconv.AppendInt(nil, int64(n)+1, 10)
		}
	case "=>", "->", ">>", "**", "==", "Co":
	default:
		p.refuse(text, at)
		return
	}
	p.message(nil, pid, text, at)
}
