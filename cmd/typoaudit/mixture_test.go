package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A mixedMail is one of the mails of a mixture.
type mixedMail struct {
	n       int
	when    time.Time
	from    string
	to      string
	bounced bool
}

// Of the mails, one in strayEvery goes to army.ml, and of those one in
// bounceEvery comes back.
const (
	strayEvery  = 50
	bounceEvery = 5
)

func mailOf(format, n int) mixedMail {
	m := mixedMail{
		n: n, when: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * 2 * time.Second),
		from: fmt.Sprintf("user%d@corp.example", (n+format)%40), to: fmt.Sprintf("p%d@%s.example", n%977, [...]string{"globex", "initech", "umbrella"}[n%3]),
	}
	if n%strayEvery == 0 {
		m.to, m.bounced = fmt.Sprintf("jane%d@army.ml", n%31), n/strayEvery%bounceEvery == 0
	} else if n%3 == 0 {
		m.to = fmt.Sprintf("jane%d@army.mil", n%31)
	}
	return m
}

// status chooses the word for what became of m.
func (m mixedMail) status(delivered, bounced string) string {
	if m.bounced {
		return bounced
	}
	return delivered
}

// mx names a mail server of the recipient's domain: one that takes the mail for all
// would be a smarthost.
func (m mixedMail) mx() string { return "mx." + m.to[strings.LastIndexByte(m.to, '@')+1:] }

func (m mixedMail) syslog(program string) string {
	return m.when.Format(time.Stamp) + " mail " + program + ": "
}

// A mixed is a format of the mixture: a file with a header and the lines of
// each mail, whose message ids are told apart by its name.
type mixed struct {
	file, header string
	lines        func(w *text, m mixedMail)
}

// A text counts what is written.
type text struct {
	*bufio.Writer
	size int
}

func (t *text) add(format string, values ...any) {
	n, _ := fmt.Fprintf(t, format, values...) // Flush returns what went wrong
	t.size += n
}

func mixture() []mixed {
	return append(mailServers(), services()...)
}

func mailServers() []mixed {
	return []mixed{
		{"postfix/mail.log", "", func(w *text, m mixedMail) {
			id := fmt.Sprintf("A%09X", m.n)
			w.add("%s%s: client=ws[198.51.100.7], sasl_method=PLAIN, sasl_username=%s\n", m.syslog("postfix/submission/smtpd[1]"), id, m.from)
			w.add("%s%s: message-id=<pf%d@corp.example>\n", m.syslog("postfix/cleanup[2]"), id, m.n)
			w.add("%s%s: from=<%s>, size=%d, nrcpt=1 (queue active)\n", m.syslog("postfix/qmgr[3]"), id, m.from, 1000+m.n%9000)
			w.add("%s%s: to=<%s>, relay=%s[203.0.113.9]:25, delay=1, delays=0/0/0/1, %s\n", m.syslog("postfix/smtp[4]"), id, m.to, m.mx(),
				m.status("dsn=2.0.0, status=sent (250 ok)", "dsn=5.1.1, status=bounced (host said: 550 5.1.1 no)"))
			w.add("%s%s: removed\n", m.syslog("postfix/qmgr[3]"), id)
		}},
		{"exim/mainlog", "", func(w *text, m mixedMail) {
			stamp, id := m.when.Format(time.DateTime), fmt.Sprintf("1xV%03d-%06d-2R", m.n/1_000_000, m.n%1_000_000)
			w.add("%s %s <= %s H=(ws) [198.51.100.7]:48794 P=esmtpsa A=plain:%s S=448 id=ex%d@corp.example\n", stamp, id, m.from, m.from, m.n)
			w.add("%s %s %s\n", stamp, id, m.status("=> "+m.to+` R=dnslookup T=remote_smtp H=`+m.mx()+` [203.0.113.9] C="250 Ok"`,
				"** "+m.to+" R=dnslookup T=remote_smtp H="+m.mx()+" [203.0.113.9]: SMTP error from remote mail server after RCPT TO:<"+m.to+">: 550 5.1.1 unknown"))
			w.add("%s %s Completed\n", stamp, id)
		}},
		{"sendmail/maillog", "", func(w *text, m mixedMail) {
			id := fmt.Sprintf("4AK%011d", m.n)
			w.add("%s%s: from=<%s>, size=512, class=0, nrcpts=1, msgid=<sm%d@corp.example>, proto=ESMTP, daemon=MSA, relay=ws [198.51.100.7]\n", m.syslog("sendmail[1]"), id, m.from, m.n)
			w.add("%s%s: to=<%s>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30239, relay=%s. [203.0.113.9], %s\n", m.syslog("sendmail[2]"), id, m.to, m.mx(),
				m.status("dsn=2.0.0, stat=Sent (Ok)", "dsn=5.1.1, stat=User unknown"))
		}},
		{"opensmtpd/smtpd.log", "", func(w *text, m mixedMail) {
			session, id := m.syslog("smtpd[1]")+fmt.Sprintf("%016x", m.n), fmt.Sprintf("%08x", m.n)
			w.add("%s smtp connected address=198.51.100.7 host=ws\n%s smtp authentication user=%s address=198.51.100.7 host=ws result=ok\n", session, session, m.from)
			w.add("%s smtp message msgid=%s size=413 nrcpt=1 proto=ESMTP\n%s smtp envelope evpid=%sbd2cb5b1 from=<%s> to=<%s>\n%s smtp disconnected reason=quit\n", session, id, session, id, m.from, m.to, session)
			w.add("%s mta delivery evpid=%sbd2cb5b1 from=<%s> to=<%s> rcpt=<-> source=\"192.0.2.1\" relay=\"203.0.113.9 (%s)\" delay=1s %s\n",
				session, id, m.from, m.to, m.mx(), m.status(`result="Ok" stat="250 ok"`, `result="PermFail" stat="550 5.1.1 no"`))
		}},
		{"chasquid/mail.log", "", func(w *text, m mixedMail) {
			stamp, id := m.when.Format(time.DateTime)+".000000", fmt.Sprintf("cq%09d", m.n)
			w.add("%s %s from=%s queued ip=198.51.100.7:%d to=[%s]\n", stamp, id, m.from, 1024+m.n%60000, m.to)
			w.add("%s %s from=%s to=%s %s\n%s %s from=%s all done\n", stamp, id, m.from, m.to, m.status("sent", "failed (permanent): MAIL+RCPT 550 5.1.1 no"), stamp, id, m.from)
		}},
		{"esa/mail_logs", "", func(w *text, m mixedMail) {
			stamp := m.when.Format(time.ANSIC) + " Info: "
			w.add("%sStart MID %d ICID 7\n%sMID %d ICID 7 From: <%s>\n%sMID %d ICID 7 RID 0 To: <%s>\n", stamp, m.n, stamp, m.n, m.from, stamp, m.n, m.to)
			w.add("%sMID %d Message-ID '<es%d@corp.example>'\n%sMID %d matched all recipients for per-recipient policy DEFAULT in the outbound table\n", stamp, m.n, m.n, stamp, m.n)
			w.add("%s%s\n%sMessage finished MID %d done\n", stamp, m.status(fmt.Sprintf("Message done DCID 7 MID %d to RID [0]", m.n),
				fmt.Sprintf("Bounced: DCID 7 MID %d to RID 0 - 5.1.0 - Unknown address error ('550', ['5.1.1 no']) []", m.n)), stamp, m.n)
		}},
	}
}

func services() []mixed {
	const stamp = "2006-01-02T15:04:05Z"
	return []mixed{
		{"exchange/MSGTRK1.LOG", "#Software: Microsoft Exchange Server\r\n#Log-type: Message Tracking Log\r\n#Fields: date-time,server-hostname,connector-id,source,event-id,message-id,recipient-address,recipient-status,total-bytes,message-subject,sender-address,return-path,directionality\r\n",
			func(w *text, m mixedMail) {
				w.add("%s,EX1,Internet,SMTP,%s,<xc%d@corp.example>,%s,,2048,\"Plan, %d\",%s,%s,Originating\r\n", m.when.Format(stamp), m.status("SEND", "FAIL"), m.n, m.to, m.n, m.from, m.from)
			}},
		{"m365/trace.csv", "\ufeff\"Received\",\"SenderAddress\",\"RecipientAddress\",\"Subject\",\"Status\",\"Size\",\"MessageId\"\r\n", func(w *text, m mixedMail) {
			w.add("\"%s\",\"%s\",\"%s\",\"Plan; \"\"%d\"\"\",\"%s\",\"4821\",\"<mt%d@corp.example>\"\r\n", m.when.Format("1/2/2006 3:04:05 PM"), m.from, m.to, m.n, m.status("Delivered", "Failed"), m.n)
		}},
		{"google/els.csv", "Message ID,Start date,End date,Sender,Message size,Subject,Direction,Attachments,Recipient address,Event target,Event date,Event status,Event target IP address,Has encryption,Event SMTP reply code,Event description,Client Type,Device User Session ID\n",
			func(w *text, m mixedMail) {
				at := m.when.Format("2006/01/02 15:04:05 UTC")
				w.add("<ga%d@mail.gmail.com>,%s,%s,%s,4821,\"Plan, %d\",Sent,0,%s,SMTP_OUT,%s,%s,203.0.113.9,Yes,250,x,,\n", m.n, at, at, m.from, m.n, m.to, at, m.status("Delivered", "Bounced"))
			}},
		{"ses/events.jsonl", "", func(w *text, m mixedMail) {
			at := m.when.Format(stamp)
			w.add(`{"eventType":"%s","mail":{"timestamp":"%s","source":"%s","messageId":"se%d","destination":["%s"]},%s}`+"\n", m.status("Delivery", "Bounce"), at, m.from, m.n, m.to,
				m.status(fmt.Sprintf(`"delivery":{"timestamp":"%s","recipients":["%s"],"smtpResponse":"250 2.0.0 ok"}`, at, m.to),
					fmt.Sprintf(`"bounce":{"timestamp":"%s","bouncedRecipients":[{"emailAddress":"%s"}]}`, at, m.to)))
		}},
		{"proofpoint/pod.jsonl", "", func(w *text, m mixedMail) {
			at := m.when.Format(stamp)
			w.add(`{"envelope":{"from":"%s","rcpts":["%s"]},"filter":{"disposition":"continue","msgSizeBytes":9635,"qid":"pp%d","routeDirection":"outbound"},"msg":{"header":{"message-id":["<pp%d@corp.example>"]}},"ts":"%s"}`+"\n", m.from, m.to, m.n, m.n, at)
			w.add(`{"sm":{"dsn":"%s","qid":"pp%d","relay":"%s. [203.0.113.9]","to":["<%s>"]},"ts":"%s"}`+"\n", m.status("2.0.0", "5.1.1"), m.n, m.mx(), m.to, at)
		}},
		{"own/export.csv", "time;sender;recipient;status;message_id\n", func(w *text, m mixedMail) {
			w.add("%s;%s;%s;%s;<cv%d@corp.example>\n", m.when.Format(stamp), m.from, m.to, m.status("delivered", "bounced"), m.n)
		}},
	}
}

// writeMixture writes files of about size bytes in all into dir, and returns
// what there is to find in them: mails that arrived at the lookalike, and mails
// that came back.
func writeMixture(t *testing.T, dir string, size int) (arrived, bounced, files int) {
	t.Helper()
	all := mixture()
	for i, f := range all {
		path := filepath.Join(dir, f.file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w := &text{Writer: bufio.NewWriter(out)}
		w.add("%s", f.header)
		for n := 0; w.size < size/len(all); n++ {
			m := mailOf(i, n)
			f.lines(w, m)
			switch {
			case n%strayEvery != 0:
			case m.bounced:
				bounced++
			default:
				arrived++
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return arrived, bounced, len(all)
}

// TestMixture reads a folder of logs of many kinds by one command. With
// TYPOAUDIT_MIXTURE_BYTES it is of that size, in TYPOAUDIT_MIXTURE_DIR if that
// is given: it stays there.
func TestMixture(t *testing.T) {
	t.Parallel()
	size := rounds(rounds(3 << 20))
	if s := os.Getenv("TYPOAUDIT_MIXTURE_BYTES"); s != "" {
		var err error
		if size, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	dir := os.Getenv("TYPOAUDIT_MIXTURE_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	arrived, bounced, files := writeMixture(t, dir, size)
	var out, complaints bytes.Buffer
	e := &env{stdout: &out, stderr: &complaints, getenv: func(string) string { return "" }, now: time.Now, location: time.UTC}
	args := []string{"scan", "-f", "json", "--year", "2026", "--internal", "corp.example", "--protect", "army.mil", "--progress", "never", dir}
	if status := run(context.Background(), args, e); status != exitOK || complaints.Len() > 0 {
		t.Fatalf("exit %d: %s", status, complaints.String())
	}
	var got struct {
		Coverage struct {
			Sources []struct {
				Name, Format          string
				Malformed, Deliveries int
			}
		}
		Totals struct {
			Messages int
			Arrived  map[string]int
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Totals.Messages != arrived+bounced || got.Totals.Arrived["yes"] != arrived || got.Totals.Arrived["no"] != bounced {
		t.Errorf("%+v, not %d arrived and %d bounced", got.Totals, arrived, bounced)
	}
	if len(got.Coverage.Sources) != files {
		t.Errorf("%d sources of %d", len(got.Coverage.Sources), files)
	}
	for _, s := range got.Coverage.Sources {
		if s.Format == "" || s.Malformed > 0 || s.Deliveries == 0 {
			t.Errorf("%+v", s)
		}
	}
}
