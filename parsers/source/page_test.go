package source

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

const loggedLine = `Nov 23 09:18:31 mail postfix/smtp[305]: 3F2A11E0C5: to=<jane@army.ml>, relay=mx.army.ml[192.0.2.20]:25, delay=1, status=sent (250 Ok)`

// restored returns what is read of a text that a page has.
func restored(text string) string {
	p := sniffPage([]byte(text))
	if p == nil {
		return text
	}
	b, _ := io.ReadAll(p.reader(strings.NewReader(text))) // memory has no errors
	return string(b)
}

func TestPage(t *testing.T) {
	t.Parallel()
	const to = "<jane@army.ml>"
	for name, shown := range map[string]string{
		"colours of grep":           strings.ReplaceAll(loggedLine, "jane@army.ml", "\x1b[01;31m\x1b[Kjane@army.ml\x1b[m\x1b[K"),
		"colours of a viewer":       "\x1b[36mNov 23 09:18:31\x1b[0m " + strings.ReplaceAll(loggedLine[len("Nov 23 09:18:31 "):], "sent", "\x1b[1;32msent\x1b[0m"),
		"the source of a page":      strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(loggedLine),
		"a link of Markdown":        strings.ReplaceAll(loggedLine, to, "<[jane@army.ml](mailto:jane@army.ml)>"),
		"a link of a chat":          strings.ReplaceAll(loggedLine, to, "<mailto:jane@army.ml|jane@army.ml>"),
		"marks for a dot":           strings.NewReplacer("army.ml", "army[.]ml", "192.0.2.20", "192[.]0[.]2[.]20").Replace(loggedLine),
		"marks in words":            strings.NewReplacer("jane@army.ml", "jane[at]army[dot]ml", "mx.army.ml", "mx[dot]army[dot]ml").Replace(loggedLine),
		"other marks":               strings.NewReplacer("jane@army.ml", "jane(AT)army(DOT)ml", "mx.army.ml", "mx{.}army(.)ml").Replace(loggedLine),
		"a link without a text":     strings.ReplaceAll(loggedLine, to, "<mailto:jane@army.ml>"),
		"an address in bold":        strings.ReplaceAll(loggedLine, to, "<**jane@army.ml**>"),
		"a line in bold":            "**" + loggedLine + "**",
		"a table of one column":     "| " + loggedLine + "   |",
		"a line as code":            "`" + loggedLine + "`",
		"carriage returns and bold": "**" + loggedLine + "**\r",
	} {
		want := loggedLine + "\n"
		if strings.HasSuffix(shown, "\r") {
			want = loggedLine + "\r\n"
		}
		if got := restored(shown + "\n"); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestPageLines: what stands for the end of a line ends none.
func TestPageLines(t *testing.T) {
	t.Parallel()
	shown := strings.NewReplacer("<", "&lt;", ">", "&gt;", "250 Ok", "250&#10;Ok&NewLine;").Replace(loggedLine) + "\r\n"
	if got, want := restored(shown), strings.ReplaceAll(loggedLine, "250 Ok", "250 Ok ")+"\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// stays fails t where a text does not stay as it is.
func stays(t *testing.T, name, text string) {
	t.Helper()
	if got := restored(text); got != text {
		t.Errorf("%s: got %q, want %q", name, got, text)
	}
}

// TestNoPage: what a log says itself stays as it is.
func TestNoPage(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a subject that poses as a page": loggedLine + "\n2026-11-23 09:18:31 1tABcd-0001Xy-2R <= ann@corp.example P=esmtp S=9 T=\"&quot; to=&lt;x@y.example&gt;\"\n",
		"text of a page in a subject":    "2026-11-23 09:18:31,ann@corp.example,jane@army.ml,\"a &lt;b&gt; of &quot;c&quot;\",sent\n",
		"failures of Exim":               "2026-11-23 09:18:31 1tABcd-0001Xy-2R ** joe@void.example R=dnslookup: unknown ** joe@void.example\n",
		"columns with bars":              "| 2026-11-23 09:18:31 | ann@corp.example | jane@army.ml |\n",
		"masked addresses":               strings.ReplaceAll(loggedLine, "jane@army.ml", "**@army.ml") + "\n" + strings.ReplaceAll(loggedLine, "jane@army.ml", "***@army.ml***") + "\n",
		"ids that are masked":            "2018-03-13 14:27:40 *************** => jane@army.ml R=dnslookup T=remote_smtp\n",
		"one who writes of marks":        loggedLine + "\n" + loggedLine + "\n" + strings.ReplaceAll(loggedLine, "250 Ok", "450 ask help[at]army[dot]ml") + "\n",
		"brackets of a server":           strings.ReplaceAll(loggedLine, "jane@army.ml", "jane@[192.0.2.20]") + "(at) [at] x (dot)\n",
		"objects":                        `{"time":"09:18:31","text":"to=&lt;jane@army.ml&gt;"}` + "\n",
		"a mailbox":                      "From ann@corp.example Mon Nov 23 09:18:31 2026\nTo: jane@army.ml\n\n\x1b[31m" + loggedLine + "\n",
		"a message":                      "Received: from mail; Mon, 23 Nov 2026 09:18:31 +0000\nTo: jane@army.ml\n\n\x1b[31m" + loggedLine + "\n",
		"a message of Apple's":           "1234      \nReceived: from mail; Mon, 23 Nov 2026 09:18:31 +0000\n\n\x1b[31m" + loggedLine + "\n",
		"a quote of whole lines":         "> " + loggedLine + "\n> " + loggedLine + "\n",
		"nothing":                        "",
	} {
		stays(t, name, text)
	}
}

// broken writes lines at a width, and in front of each part a quote.
func broken(text string, width int, atBlanks bool, quote string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for len(line) > width {
			n, next := width, width
			if atBlanks {
				n = strings.LastIndexByte(line[:width+1], ' ')
				next = n + 1
			}
			out.WriteString(quote + strings.TrimRight(line[:n], " ") + "\n")
			line = line[next:]
		}
		out.WriteString(quote + line + "\n")
	}
	return out.String()
}

func TestWrap(t *testing.T) {
	t.Parallel()
	log := "Nov 23 09:18:30 mail postfix/qmgr[279]: 3F2A11E0C5: from=<ann@corp.example>, size=1089, nrcpt=2 (queue active)\n" +
		loggedLine + "\n" + strings.ReplaceAll(loggedLine, "jane@army.ml", "joe.of.the.void@void.example") + "\n" +
		"Nov 23 09:18:32 mail sm-mta[1541]: uANEIU1r001541: to=<kim@army.ml>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=154468, dsn=2.0.0, stat=Sent (OK 1)\n" +
		"Nov 23 09:18:32 mail postfix/qmgr[279]: 3F2A11E0C5: removed\n"
	for _, width := range []int{72, 78, 80, 100, 120} {
		for _, atBlanks := range []bool{false, true} {
			for _, quote := range []string{"", "> ", ">> "} {
				text := broken(log, width, atBlanks, quote)
				got := restored(text)
				if lines := strings.Count(text, "\n"); strings.Count(got, "\n") != lines {
					t.Errorf("at %d, at blanks %v, quoted by %q: %d lines, want %d", width, atBlanks, quote, strings.Count(got, "\n"), lines)
				}
				if got = strings.Join(strings.FieldsFunc(got, func(c rune) bool { return c == '\n' }), "\n") + "\n"; got != log {
					t.Errorf("at %d, at blanks %v, quoted by %q: got %s, want %s", width, atBlanks, quote, got, log)
				}
				p := sniffPage([]byte(text))
				if b, err := io.ReadAll(p.reader(iotest.OneByteReader(strings.NewReader(text)))); err != nil || string(b) != restored(text) {
					t.Errorf("byte by byte: got %q, %v, want %q", b, err, restored(text))
				}
			}
		}
	}
}

// TestNoWrap: lines of other kinds than those of a log, and lines that are as long as they are.
func TestNoWrap(t *testing.T) {
	t.Parallel()
	property := func(name, value string) string { return name + strings.Repeat(" ", 20-len(name)) + ": " + value + "\n" }
	for name, text := range map[string]string{
		"a log and what a shell said": "root@mail:~# grep army /var/log/mail.log\n" + loggedLine + "\nroot@mail:~# cat /etc/postfix/main.cf\nsmtpd_banner = $myhostname\n" + loggedLine + "\n",
		"properties":                  property("MessageTraceId", "ae5c1219-4c90-41bf-fef5-08d837917e7c") + property("MessageId", "<20261123@corp.example>") + property("Received", "23.11.2026 09:18:31") + property("SenderAddress", "ann@corp.example") + property("RecipientAddress", "jane@army.ml") + property("Subject", "Plan of all that is to be done in the next y"),
		"a table":                     "Received             SenderAddress     RecipientAddress\n--------             -------------     ----------------\n23.11.2026 09:18:31  ann@corp.example  jane@army.ml and others\n23.11.2026 09:18:32  ann@corp.example  kim@army.ml\n",
		"separated values":            "time,program,message of the mail server\n2026-11-23T09:18:31Z,postfix/smtp,a\nx,y,z of the mail server and others at\nx,y,z of the mail server and others too\n",
		"objects":                     loggedLine + "\n" + strings.Repeat("{\"event\":\"delivered\",\"email\":\"jane@army.ml\", \"response\":\"250 2.0.0 OK of the server at army.ml\"}\n", 3),
		"one part alone":              loggedLine[:80] + "\n" + loggedLine[80:] + "\n",
	} {
		stays(t, name, text)
	}
}

// TestNoWrapOfRows: rows of an export, whose times stand in few of them where those of a log do.
func TestNoWrapOfRows(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]string{
		"a time before a name":  "2026-11-23T09:18:31,%s@corp.example,jane@army.ml,the plan,sent",
		"a subject with a time": "1795425511;%s@corp.example;the plan;jane@army.ml;sent;250 Ok",
		"a time in the middle":  "%s@corp.example\t192.0.2.20\tsent\tjane@army.ml\t2026-11-23 09:18:31\tA1",
		"values between blanks": "%s@corp.example jane@army.ml 192.0.2.20 2026-11-23T09:18:31Z A1",
	} {
		text := strings.NewReplacer("%s", "7", "the plan", "at 10:00:00").Replace(row) + "\n"
		for _, sender := range []string{"ann.of.corp", "christine", "joe.of.corp", "ann.of.corp", "kim.kimberly", "ann.of.corp"} {
			text += strings.Replace(row, "%s", sender, 1) + "\n"
		}
		stays(t, name, text)
	}
}

// TestNoWrapOfLists: the line of a time is the longest of each record.
func TestNoWrapOfLists(t *testing.T) {
	t.Parallel()
	for name, record := range map[string]string{
		"Format-List":     "Received         : 2026-11-23T09:18:31.1234567Z\nSenderAddress    : al@corp.example\nRecipientAddress : jane@army.ml\nStatus           : Delivered\n\n",
		"rows of a shell": "received_at: 2026-11-23 09:18:31.123456 +0000\nsender: al@corp.example\nrecipient: jane@army.ml\nstatus: delivered\n",
		"an object":       "  \"received\": \"2026-11-23 09:18:31.123456 +0000\",\n  \"sender\": \"al@corp.example\",\n  \"recipient\": \"jane@army.ml\"\n",
	} {
		text := strings.Repeat(record, 4)
		stays(t, name, text)
	}
}

// TestLongPage: a line that is longer than what is read at once goes on as it is.
func TestLongPage(t *testing.T) {
	t.Parallel()
	text := "\x1b[31m" + loggedLine + "\n" + strings.Repeat("x", 3*HeadSize) + "\n" + loggedLine
	if got, want := restored(text), strings.TrimPrefix(text, "\x1b[31m"); got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
}

// TestInputPage: a file and a pipe are read as they were, from the head on.
func TestInputPage(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("\x1b[31m"+loggedLine+"\x1b[0m\n", 1000)
	want := strings.Repeat(loggedLine+"\n", 1000)
	path := filepath.Join(t.TempDir(), "mail.log")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	inputs, errs := Expand([]string{path, Stdin}, strings.NewReader(text), time.Time{})
	if len(inputs) != 2 || len(errs) > 0 {
		t.Fatalf("got %d inputs, errors %v", len(inputs), errs)
	}
	for _, in := range inputs {
		head, err := in.Head()
		if err != nil || string(head) != want[:HeadSize] {
			t.Errorf("%s: %d bytes of head, error %v, want %d", in.Name(), len(head), err, HeadSize)
		}
		if f, err := in.OpenFile(); f != nil || err != nil {
			t.Errorf("%s: opened at any place, error %v", in.Name(), err)
		}
		r, err := in.Open()
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); err != nil || string(b) != want {
			t.Errorf("%s: %d bytes, error %v, want %d", in.Name(), len(b), err, len(want))
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// FuzzPage: no text panics, and none loses a line.
func FuzzPage(f *testing.F) {
	f.Add([]byte("\x1b[" + loggedLine + "\n**" + loggedLine + "**\n[x](mailto:" + "`"))
	f.Add([]byte(broken(loggedLine+"\n"+loggedLine, 60, true, "> ")))
	f.Fuzz(func(t *testing.T, text []byte) {
		p := sniffPage(text)
		if p == nil {
			return
		}
		b, err := io.ReadAll(p.reader(bytes.NewReader(text)))
		if err != nil || bytes.Count(b, []byte("\n")) != bytes.Count(text, []byte("\n")) {
			t.Errorf("%q: %d lines, error %v, want %d", text, bytes.Count(b, []byte("\n")), err, bytes.Count(text, []byte("\n")))
		}
	})
}
