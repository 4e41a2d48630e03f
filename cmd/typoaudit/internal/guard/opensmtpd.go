package guard

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/audit"
)

// OpenSMTPD runs a filter as a child and talks to it on standard input and output, lines of
// fields between bars (smtpd-filters(7), OpenSMTPD 6.8 and 7). Sessions and mails are
// reported, and the filter is asked about each recipient:
//
//	report|0.7|1576146008.006099|smtp-in|link-auth|7641df9771b4ed00|ok|bob
//	report|0.7|1576147242.200225|smtp-in|tx-mail|7641df9771b4ed00|94d9d1b7|ok|bob@corp.example
//	filter|0.7|1576146008.006099|smtp-in|rcpt-to|7641df9771b4ed00|1ef1c203cc576e5d|jane@army.ml
//	filter-result|7641df9771b4ed00|1ef1c203cc576e5d|reject|550 5.7.1 did you mean jane@army.mil? …

// maxSessions bounds the sessions that are known. Of more the login is not.
const maxSessions = 10_000

// A filter talks to OpenSMTPD.
type filter struct {
	guard    *Guard
	out      io.Writer
	sessions map[string]*audit.Attempt
	mails    map[string]string // the mail of each session, which is the instance
}

// Filter answers OpenSMTPD until it closes in, or until the protocol is another one.
func (g *Guard) Filter(in io.Reader, out io.Writer) error {
	f := &filter{guard: g, out: out, sessions: map[string]*audit.Attempt{}, mails: map[string]string{}}
	lines := bufio.NewReaderSize(in, maxPolicyLine)
	skipping := false // the rest of a line that is too long
	for {
		line, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			skipping = true
			continue
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case skipping:
			skipping = false
			g.Counters.Malformed.Add(1)
			continue
		}
		if err := f.line(strings.TrimSuffix(string(line), "\n")); err != nil {
			return err
		}
	}
}

// line takes one line. Lines of no meaning here are skipped.
func (f *filter) line(line string) error {
	fields := strings.Split(line, "|")
	switch {
	case line == "config|ready":
		_, err := io.WriteString(f.out, "register|report|smtp-in|link-auth\nregister|report|smtp-in|link-disconnect\nregister|report|smtp-in|tx-mail\n"+
			"register|filter|smtp-in|rcpt-to\nregister|ready\n")
		return err
	case len(fields) > 5 && fields[0] == "report":
		f.report(fields[1], fields[4], fields[5], fields[6:])
	case len(fields) > 7 && fields[0] == "filter" && fields[4] == "rcpt-to":
		return f.recipient(fields[5], fields[6], strings.Join(fields[7:], "|"))
	}
	return nil
}

// report notes who logged in and who sends.
func (f *filter) report(version, event, session string, rest []string) {
	if event == "link-disconnect" {
		delete(f.sessions, session)
		delete(f.mails, session)
		return
	}
	if len(rest) < 2 {
		f.guard.Counters.Malformed.Add(1)
		return
	}
	a := f.sessions[session]
	if a == nil {
		if len(f.sessions) >= maxSessions {
			return
		}
		a = &audit.Attempt{}
		f.sessions[session] = a
	}
	switch event {
	case "link-auth":
		// Before version 0.7 the name stood before the result.
		result, name := rest[0], strings.Join(rest[1:], "|")
		if version < "0.7" {
			name, result = strings.Join(rest[:len(rest)-1], "|"), rest[len(rest)-1]
		}
		if result == "ok" || result == "pass" {
			a.Login = name
		}
	case "tx-mail":
		result, address := rest[1], strings.Join(rest[2:], "|")
		if version < "0.6" {
			address, result = strings.Join(rest[1:len(rest)-1], "|"), rest[len(rest)-1]
		}
		if result == "ok" {
			a.Sender, f.mails[session] = address, rest[0]
		}
	}
}

// recipient answers about one.
func (f *filter) recipient(session, token, to string) error {
	r := Request{Instance: f.mails[session]}
	if a := f.sessions[session]; a != nil {
		r.Attempt = *a
	}
	r.Recipient = strings.Trim(to, "<>")
	answer := "proceed"
	if d := f.guard.Decide(r); d.Action == Ask || d.Action == Deny {
		answer = "reject|" + refusal + d.Text
	}
	_, err := io.WriteString(f.out, "filter-result|"+session+"|"+token+"|"+answer+"\n")
	return err
}
