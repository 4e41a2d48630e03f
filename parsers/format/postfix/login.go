package postfix

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
)

// maxLogins bounds the processes whose login is remembered: Postfix runs a
// hundred by default (postconf(5) default_process_limit).
const maxLogins = 10_000

// noQueue reads a line about a message that has no queue id here: it was refused,
// or a filter before the queue takes it.
func (p *piece) noQueue(rec *syslog.Record, text []byte) {
	switch at := p.place(rec); {
	case begins(text, "client="):
		p.logIn(rec, cutClient(text[len("client="):]).login)
	case begins(text, "proxy-accept: "):
		p.accept(rec, text, at)
	case begins(text, "proxy-"):
		p.refuse(text, at, p.loggedIn(rec))
	default: // of the session before, for all that is known
		p.refuse(text, at, "")
	}
}

// logIn notes who logged in to a process, or that nobody did.
func (p *piece) logIn(rec *syslog.Record, login []byte) {
	if len(rec.PID()) == 0 {
		return
	}
	if p.logins == nil || len(p.logins) >= maxLogins {
		p.logins = map[string]string{}
	}
	p.logins[process(rec)] = string(login)
}

func (p *piece) loggedIn(rec *syslog.Record) string {
	if p.logins == nil {
		return ""
	}
	return p.logins[process(rec)]
}

func process(rec *syslog.Record) string { return string(rec.Host) + " " + string(rec.PID()) }

// accept reads what smtpd logs when the filter before the queue has answered, with
// the id under which it submitted the message.
func (p *piece) accept(rec *syslog.Record, text []byte, at *queue.Place) {
	r, ok := cutRefusal(text)
	if !ok {
		p.Table.Tally.Bad(at.Origin, "answer of a filter without an end")
		return
	}
	p.Table.Tally.Records++
	login := r.login
	if len(login) == 0 {
		login = []byte(p.loggedIn(rec))
	}
	p.named(rec, r.reply, login, at)
}

// dovecotRelayed reads "submission(alice)<388><x>: Successfully relayed message:
// …, reply=`250 2.0.0 Ok: 469 bytes queued as 44032A6606D'".
func (p *piece) dovecotRelayed(rec *syslog.Record) {
	session, rest, ok := bytes.Cut(rec.Text, []byte(">: Successfully relayed message: "))
	if !ok {
		return
	}
	user, _, ok := bytes.Cut(bytes.TrimPrefix(session, []byte("submission(")), []byte(")<"))
	_, reply, _ := lastCut(rest, []byte(", reply=`"))
	if !ok {
		return
	}
	p.Table.Tally.Passed.Add("dovecot", 1) // it does not say to whom
	p.named(rec, bytes.TrimSuffix(reply, []byte("'")), user, p.place(rec))
}

// named notes the login of the message whose id a reply names.
func (p *piece) named(rec *syslog.Record, reply, login []byte, at *queue.Place) {
	if id := nextID(reply); len(id) > 0 && len(login) > 0 {
		p.Table.Login(rec.Host, id, login, at)
	}
}

// lastCut cuts b at the last sep.
func lastCut(b, sep []byte) (before, after []byte, ok bool) {
	i := bytes.LastIndex(b, sep)
	if i < 0 {
		return b, nil, false
	}
	return b[:i], b[i+len(sep):], true
}
