package mbox

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/source"
)

func TestMain(m *testing.M) { parserstest.Main(m) }

type collector struct {
	all     []parsers.Delivery
	bounces []parsers.Bounce
}

// Add implements parsers.Sink.
func (c *collector) Add(d *parsers.Delivery) { c.all = append(c.all, d.Clone()) }

// Bounce implements parsers.Sink.
func (c *collector) Bounce(b *parsers.Bounce) { c.bounces = append(c.bounces, *b) }

func readFrom(in io.Reader) ([]parsers.Delivery, parsers.Tally, error) {
	var c collector
	tally, err := Format{}.Read(context.Background(), parsers.Piece{Name: "Sent", Location: time.UTC}, in, &c)
	return c.all, tally, err
}

// recipients reads a mailbox in every way that there is, and returns who was
// written to, and how many messages were dropped.
func recipients(t *testing.T, data string) (string, int64) {
	t.Helper()
	var first string
	var dropped int64
	for i, in := range []io.Reader{strings.NewReader(data), struct{ io.Reader }{strings.NewReader(data)}, iotest.OneByteReader(strings.NewReader(data)), iotest.DataErrReader(strings.NewReader(data))} {
		all, tally, err := readFrom(in)
		var to []string
		for _, d := range all {
			local, _, _ := strings.Cut(d.Recipient, "@")
			to = append(to, local)
		}
		got := strings.Join(to, " ")
		if i == 0 {
			first, dropped = got, tally.Malformed
		}
		if got != first || err != nil || tally.Malformed != dropped {
			t.Errorf("read in way %d: got %q and %d dropped, want %q and %d; error %v", i, got, tally.Malformed, first, dropped, err)
		}
	}
	return first, dropped
}

const line = "From alice@corp.example Mon Nov 23 09:12:44 2026\n"

// mail returns a message to somebody, with a body.
func mail(to, body string) string {
	return line + "From: alice@corp.example\nTo: " + to + "@army.ml\n\n" + body + "\n"
}

// TestTorture holds the reader to what mailboxes hold in the wild, and to what
// somebody may put into one.
func TestTorture(t *testing.T) {
	t.Parallel()
	length := func(to, body string) string {
		return line + "From: alice@corp.example\nTo: " + to + fmt.Sprintf("@army.ml\nContent-Length: %d\n\n", len(body)) + body + "\n"
	}
	huge := strings.Repeat("x", 2*windowSize)
	for _, test := range []struct {
		name, data, want string
		dropped          int64
	}{
		{"mboxrd", mail("a", ">From here\n>>From there\n") + mail("b", ""), "a b", 0},
		{"no line end at the end", strings.TrimRight(mail("a", "")+mail("b", "x"), "\n"), "a b", 0},
		{"header alone", line + "To: a@army.ml", "a", 1},
		{"body line that begins with From", mail("a", "Dear all,\nFrom now on\n\nFrom the start: we\nwrite To: x@army.ml\n") + mail("b", ""), "a b", 0},
		{"body line that looks like a From_ line", mail("a", "see\nFrom x Mon Nov 23 09:12:44 2026\nTo: phantom@army.ml\n") + mail("b", ""), "a b", 1},
		{"paragraph that begins with From", mail("a", "\n\nFrom Bob I have: this\nTo: phantom@army.ml\n") + mail("b", ""), "a b", 0},
		{"bare From", mail("a", "\nFrom \n\nTo: phantom@army.ml\n") + mail("b", ""), "a b", 0},
		{"a separator in the wrong place", mail("a", "\n"+line+"\nno header\n") + mail("b", ""), "a b", 0},
		{"a separator before a line that is no mail", mail("a", "\n"+line+"Note: 1\n\nrest\n") + mail("b", ""), "a b", 1},
		{"bare From lines", "From \nFrom: a@corp.example\nTo: a@army.ml\n\nx\nFrom \nX-Mozilla-Status: 0001\nFrom: a@corp.example\nTo: b@army.ml\n\nx\n\nFrom \r\nFrom: a@corp.example\r\nTo: c@army.ml\r\n\r\n", "a b c", 0},
		{"bare From lines of Netscape", "From - \nFrom: a@corp.example\nTo: a@army.ml\n\nx\nFrom -\nMessage-ID: <1@x>\nDate: x\nTo: b@army.ml\n\nx\n", "a b", 0},
		{"no empty line before", mail("a", "x")[:len(mail("a", "x"))-1] + "\n" + mail("b", "y") + mail("c", "last"), "a b c", 0},
		{"an archive of Mailman", "From alice at corp.example  Mon Nov 23 09:12:44 2026\nFrom: alice at corp.example (Alice)\nTo: a@army.ml\nDate: Mon Nov 23 09:12:44 2026\n\nx\n-- \nFrom alice at corp.example  Mon Nov 23 09:12:45 2026\nFrom: alice at corp.example (Alice)\nTo: b@army.ml\n\nx\n", "a b", 0},
		{"zones and words after the date", "From a@b.example Mon Nov 23 09:12:44 MET 2026\nFrom: a@b.example\nTo: a@army.ml\n\nx\nFrom a@b.example Mon Nov 23 09:12:44 2026 remote from mx\nReceived: by x\n\tid y\nSubject: x\nTo: b@army.ml\n\nx\nFrom a@b.example Mon Nov 23 09:12 +0100 2026\nTo: c@army.ml\nFrom: a@b.example\n\n", "a b c", 0},
		{"a forwarded header without a date before", mail("a", "see\nFrom alice\nFrom: x@y.example\nTo: phantom@army.ml\n") + mail("b", ""), "a b", 1},
		{"a patch", mail("a", "see\n\nFrom 3a96760abcdef Mon Sep 17 00:00:00 2001\nFrom: eve@x.example\nTo: phantom@army.ml\nSubject: [PATCH] x\n\n diff\n") + mail("b", ""), "a b", 1},
		{"patches", strings.ReplaceAll(mail("a", "x")+mail("b", ""), "alice@corp.example Mon Nov 23 09:12:44 2026", "3a96760 Mon Sep 17 00:00:00 2001") + mail("c", ""), "a b c", 0},
		{"no From_ line before the first header", strings.TrimPrefix(mail("a", "x\n"), line) + mail("b", ""), "a b", 1},
		{"a length that leads to a later message", line + fmt.Sprintf("To: a@army.ml\nContent-Length: %d\n\n", len(mail("b", "x\n"))) + mail("b", "x\n") + mail("c", ""), "a c", 1},
		{"the last header is cut", mail("a", "") + line + "From: alice@corp.example\nTo: b@ar", "a b", 1},
		{"MMDF without the lines between two messages", strings.Replace(mmdf(mail("a", ""))+mmdf(mail("b", "")), mmdfLine+"\n"+mmdfLine+"\n", "", 1), "a", 1},
		{"MMDF with one line between two messages", strings.Replace(mmdf(mail("a", ""))+mmdf(mail("b", "")), mmdfLine+"\n"+mmdfLine+"\n", mmdfLine+"\n", 1), "a b", 0},
		{"Thunderbird", "From - Mon Nov 23 09:12:44 2026\nX-Mozilla-Status: 0009\nX-Mozilla-Status2: 00000000\nTo: a@army.ml\n\nx\n\nFrom - \nX-Mozilla-Status: 0001\nTo: b@army.ml\n\n", "a b", 0},
		{"quoted From_ line in the header", line + ">From - Mon Nov 23 2026\nFrom: x\nTo: a@army.ml\n\nx\n\n" + mail("b", ""), "a b", 0},
		{"quoted From_ line first in the header", line + "To: a@army.ml\n>From - Mon Nov 23 2026\nCc: c@army.ml\n\nx\n\n" + mail("b", ""), "a c b", 0},
		{"Takeout", strings.ReplaceAll("From 1234@xxx Mon Nov 23 09:12:44 +0000 2026\nX-GM-THRID: 1234\nX-Gmail-Labels: Sent\nTo: a@army.ml\n\nx\n\n", "\n", "\r\n") + strings.ReplaceAll("From 1235@xxx Mon Nov 23 09:12:44 +0000 2026\nX-Gmail-Labels: Drafts\nTo: draft@army.ml\n\nx\n", "\n", "\r\n"), "a", 0},
		{"CRLF", strings.ReplaceAll(mail("a", "")+mail("b", "x\n\n"), "\n", "\r\n"), "a b", 0},
		{"CR", strings.ReplaceAll(mail("a", "x\n")+mail("b", "x\n\n"), "\n", "\r"), "a b", 0},
		{"mixed line ends", strings.ReplaceAll(mail("a", "x\n"), "\n", "\r\n") + mail("b", ""), "a b", 0},
		{"empty lines before", "\n\r\n\n" + mail("a", ""), "a", 0},
		{"garbage before", "garbage\nmore\n\n" + mail("a", "") + mail("b", ""), "a b", 1},
		{"garbage after it", mail("a", "") + "\x00\x00\x00\xff\xfe" + strings.Repeat("\x00", 10_000), "a", 1},
		{"no header", line + "\n" + mail("a", ""), "a", 1},
		{"no sender and recipient", line + "Subject: x\n\nTo: phantom@army.ml\n\n" + mail("a", ""), "a", 1},
		{"a header that does not end", line + "To: a@army.ml\n" + mail("b", ""), "a b", 1},
		{"mboxcl", length("a", "x\n>From y\n") + length("b", ""), "a b", 0},
		{"mboxcl2", length("a", "forwarded:\n\n"+mail("phantom", "")) + length("b", "x"), "a b", 1},
		{"a length beyond the end", line + "To: a@army.ml\nContent-Length: 999999\n\nx\n\n" + mail("b", ""), "a b", 0},
		{"a length that is too short", line + "To: a@army.ml\nContent-Length: 1\n\nxyz\n\n" + mail("b", ""), "a b", 0},
		{"a length that is no number", line + "To: a@army.ml\nContent-Length: -5\n\nxyz\n\n" + mail("b", ""), "a b", 0},
		{"a length alone", line + fmt.Sprintf("Content-Length: %d\n\n", len(mail("a", "x\n"))) + mail("a", "x\n") + mail("b", ""), "a b", 1},
		{"two lengths, the first no number", line + fmt.Sprintf("To: a@army.ml\nContent-Length: x\nContent-Length: %d\n\n", len(mail("b", "x\n"))) + mail("b", "x\n") + mail("c", ""), "a b c", 0},
		{"more of a line that is too long", line + "To: a@army.ml\nX: " + strings.Repeat("y", header.MaxSize) + "\n phantom@army.ml\n\n" + mail("b", ""), "a b", 0},
		{"a length beyond counting", line + "To: a@army.ml\nContent-Length: 99999999999999999999999999\n\nxyz\n\n" + mail("b", ""), "a b", 0},
		{"MMDF", mmdf(mail("a", "\n"+line+"To: phantom@army.ml\n")) + mmdf("To: b@army.ml\n\nx\n") + mmdf(mail("c", "")), "a b c", 0},
		{"a long From_ line", strings.Replace(mail("a", ""), "alice", strings.Repeat("x", 60_000), 1) + strings.Replace(mail("b", ""), "alice", strings.Repeat("x", 60_000), 1) + mail("c", ""), "a b c", 0},
		{"a body of one line", mail("a", huge+"\n") + mail("b", ""), "a b", 0},
		{"many empty lines", mail("a", strings.Repeat("\n", windowSize)) + mail("b", ""), "a b", 0},
		{"a long header", line + "To: a@army.ml\nX: " + strings.Repeat("y", header.MaxSize) + "\nCc: b@army.ml\n\n" + mail("c", ""), "a b c", 0},
		{"a header without end", line + "To: a@army.ml\n" + strings.Repeat("X: y\n", header.MaxSize) + "Cc: lost@army.ml\n\n" + mail("c", ""), "a c", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, dropped := recipients(t, test.data)
			if got != test.want || dropped != test.dropped {
				t.Errorf("got %q and %d dropped, want %q and %d", got, dropped, test.want, test.dropped)
			}
		})
	}
}

func mmdf(m string) string { return "\x01\x01\x01\x01\n" + m + "\x01\x01\x01\x01\n" }

// TestLargeLengths: in a file the length of a body is believed however large it
// is.
func TestLargeLengths(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", 2*windowSize) + "\n\n" + mail("phantom", "")
	data := line + fmt.Sprintf("To: a@army.ml\nContent-Length: %d\n\n", len(body)) + body + "\n" + mail("b", "")
	if all, _, _ := readFrom(strings.NewReader(data)); len(all) != 2 || all[0].Recipient != "a@army.ml" || all[1].Recipient != "b@army.ml" {
		t.Errorf("%+v", all)
	}
}

// TestEmptyReport: a report without a body takes nothing of the message after
// it.
func TestEmptyReport(t *testing.T) {
	t.Parallel()
	var c collector
	data := line + "Return-Path: <>\nFrom: mailer-daemon@x.example\nTo: alice@corp.example\n\n" + mail("a", "qmail-send program\n<joe@army.ml>:\nno such user\n--- Below this line is a copy of the message.\n\nMessage-ID: <1@x>\n")
	if _, err := (Format{}).Read(context.Background(), parsers.Piece{Name: "INBOX", Location: time.UTC}, strings.NewReader(data), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.all) != 1 || len(c.bounces) != 0 || c.all[0].Recipient != "a@army.ml" {
		t.Errorf("%+v", c.all)
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	all, _, err := readFrom(io.MultiReader(strings.NewReader(mail("a", "x\n")+mail("b", "x\n")), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || len(all) != 2 {
		t.Errorf("%d deliveries, %v", len(all), err)
	}
}

func TestPlacesAndEnvelopes(t *testing.T) {
	t.Parallel()
	data := "\n" + mail("a", "one\ntwo\n") + line + "To: b@army.ml\n\nx\n\n"
	all, tally, _ := readFrom(strings.NewReader(data))
	if len(all) != 2 || all[0].Origin.Line != 2 || all[0].Origin.Offset != 1 || all[1].Sender != "alice@corp.example" || tally.Lines != int64(strings.Count(data, "\n")) {
		t.Fatalf("%+v, %d lines", all, tally.Lines)
	}
	if at := all[1].Origin; !strings.HasPrefix(data[at.Offset:], line+"To: b") || strings.Count(data[:at.Offset], "\n") != int(at.Line)-1 {
		t.Errorf("%+v", at)
	}
	if want := time.Date(2026, 11, 23, 9, 12, 44, 0, time.UTC); !all[1].Time.Equal(want) {
		t.Errorf("at %v", all[1].Time)
	}
}

// box is a mailbox of many messages, some with traps in them.
func box(n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	var b bytes.Buffer
	for i := range n {
		body := strings.Repeat(strings.Repeat("words ", r.IntN(12))+"\n", r.IntN(30))
		if r.IntN(4) == 0 {
			body += "\n\nFrom the start: x\n\n>From y\nFrom z\n"
		}
		b.WriteString(mail(fmt.Sprintf("m%d", i), body))
	}
	return b.Bytes()
}

// TestCut: wherever a mailbox is cut, each message is read once, and found
// again.
func TestCut(t *testing.T) {
	t.Parallel()
	messages := 4000
	if testing.Short() {
		messages = 500
	}
	data := box(messages, 1)
	path := filepath.Join(t.TempDir(), "Sent")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	in := bytes.NewReader(data)
	whole, _, _ := readFrom(bytes.NewReader(data))
	if len(whole) != messages {
		t.Fatalf("got %d messages, want %d", len(whole), messages)
	}
	for _, step := range []int64{1 << 10, 5_000, 100_000, 1 << 20} {
		var got []parsers.Delivery
		for from := int64(0); from < int64(len(data)); {
			to := Format{}.Cuts(in, int64(len(data)))(min(from+step, int64(len(data))))
			var c collector
			if _, err := (Format{}).Read(context.Background(), parsers.Piece{Number: 1, Name: "Sent", Offset: from, Location: time.UTC}, io.NewSectionReader(in, from, to-from), &c); err != nil {
				t.Fatal(err)
			}
			got = append(got, c.all...)
			if from = to; len(got) > 400 && step < 5000 {
				break
			}
		}
		for i := range got {
			got[i].Origin.Piece, got[i].Origin.Line = 0, whole[i].Origin.Line
		}
		if diff := cmp.Diff(whole[:len(got)], got); diff != "" || len(got) < 400 {
			t.Fatalf("cut every %d bytes: %d messages\n%s", step, len(got), diff)
		}
	}
}

// TestOpenMessage: messages are opened unchanged from the mailbox, in whatever
// order and however much was read of the one before.
func TestOpenMessage(t *testing.T) {
	t.Parallel()
	length := line + "From: alice@corp.example\nTo: l@army.ml\nContent-Length: 300000\n\n" + strings.Repeat("x", 299_000) + strings.Repeat("\n\n"+line+"To: phantom@army.ml\n", 1000)[:1000] + "\n"
	messages := []string{mail("a", "see\n\nFrom the start: x\n\n"), mail("b", ""), mail("c", strings.Repeat("long\n", 100_000)), line + "To: d@army.ml\n\n", mail("e", strings.Repeat("z", 600_000)), mail("f", "end")}
	plain := strings.Join(messages, "")
	for name, data := range map[string]string{
		"mbox": plain, "CRLF": strings.ReplaceAll(plain, "\n", "\r\n"), "CR": strings.ReplaceAll(plain, "\n", "\r"), "MMDF": mmdf(messages[0]) + mmdf(messages[1]) + mmdf(messages[2]) + mmdf(messages[3]),
		"mboxcl": length + plain, "BOM": "\ufeff" + plain,
	} {
		t.Run(name, func(t *testing.T) {
			all, _, _ := readFrom(strings.NewReader(strings.TrimPrefix(data, "\ufeff")))
			openAll(t, []byte(data), data, all)
			if name == "mboxcl" { // nobody can look ahead in a stream
				return
			}
			if name == "mbox" || !testing.Short() {
				openAll(t, compressed(data), data, all)
			}
		})
	}
}

func compressed(data string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, data)
	_ = z.Close()
	return b.Bytes()
}

// openAll opens the messages of a file that deliveries were read from.
func openAll(t *testing.T, file []byte, data string, all []parsers.Delivery) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "Sent")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	inputs, _ := source.Expand([]string{path}, nil, time.Now())
	p, err := Format{}.NewOpener(inputs[0], make([]byte, parsers.OpenerBuffer))
	if err != nil || len(all) < 4 {
		t.Fatal(len(all), err)
	}
	defer p.Close()
	data = strings.TrimPrefix(data, "\ufeff")
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 3, 1, 2}, {2, 0, len(all) - 1}} {
		for _, i := range order {
			for _, limit := range []int64{7, 1 << 30} {
				m, err := p.OpenMessage(all[i].Origin)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(iotest.HalfReader(io.LimitReader(m, limit)))
				if err != nil || int64(len(text)) != min(limit, all[i].Bytes) {
					t.Errorf("message %d: %d bytes of %d, %v", i, len(text), all[i].Bytes, err)
				}
				from := data[all[i].Origin.Offset:]
				for strings.HasPrefix(from, "\x01") || strings.HasPrefix(from, "From ") {
					from = from[strings.IndexAny(from, "\r\n")+1:]
					from = strings.TrimPrefix(from, "\n")
				}
				if want := strings.ReplaceAll(from[:len(text)], "\r", "\n"); strings.ReplaceAll(string(text), "\r", "\n") != want {
					t.Errorf("message %d: got %.80q, want %.80q", i, text, want)
				}
			}
		}
	}
	if _, err := p.OpenMessage(parsers.Origin{Offset: 3}); !errors.Is(err, errMoved) {
		t.Errorf("%v", err)
	}
	if _, err := p.OpenMessage(parsers.Origin{Offset: int64(len(data)) + 9}); !errors.Is(err, errMoved) {
		t.Errorf("beyond the end: got %v, want errMoved", err)
	}
}

func TestRoleOf(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]message.Role{
		"Sent": message.RoleSent, "/home/a/mail/Sent": message.RoleSent, "Sent.mbox/mbox": message.RoleSent, "p/Sent.sbd/2026": message.RoleSent, "drafts/2026/export.mbox": message.RoleUnknown, "-": message.RoleUnknown, "sent/INBOX": message.RoleReceived,
	} {
		if got := roleOf(path); got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		mail("a", ""): true, "\n\n" + mail("a", ""): true, mmdf("To: a@b\n"): true, "From - \nX-Mozilla-Status: 1\n": true, strings.ReplaceAll(mail("a", ""), "\n", "\r"): true,
		"From: a@b\nTo: c@d\n": false, "": false, "From here on\nit is a text\n": false, "Nov 23 09:12:44 mx postfix/qmgr[1]: x\n": false,
	} {
		if got := (Format{}).Sniff([]byte(text)) > 0; got != want {
			t.Errorf("%.40q: got %v, want %v", text, got, want)
		}
	}
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte(mail("a", ">From x\n")+mail("b", "")), uint16(100))
	f.Add([]byte(mmdf(mail("a", ""))+mmdf("To: b@army.ml\n")), uint16(10))
	f.Add([]byte(strings.ReplaceAll(mail("a", ""), "\n", "\r")), uint16(1))
	f.Add([]byte(line+"To: a@army.ml\nContent-Length: 3\n\nabc\n"+mail("b", "")), uint16(70))
	f.Add([]byte(line+"Return-Path: <>\nTo: a@b\n\nqmail-send program\n<x@army.ml>:\nno\n--- Below this line is a copy of the message.\n\nMessage-ID: <1@x>\n"), uint16(3))
	f.Fuzz(func(t *testing.T, data []byte, cut uint16) {
		Format{}.Sniff(data)
		all, tally, err := readFrom(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if d.Origin.Offset < 0 || d.Origin.Offset >= int64(len(data)) || d.Origin.Line < 1 || d.Origin.Line > tally.Lines+1 || d.Bytes > int64(len(data)) {
				t.Fatalf("%+v of %d bytes", d.Origin, len(data))
			}
		}
		size := int64(len(data))
		at := Format{}.Cuts(bytes.NewReader(data), size)(min(int64(cut), size))
		if at < min(int64(cut), size) || at > size {
			t.Fatalf("cut at %d of %d, from %d on", at, size, cut)
		}
	})
}

// BenchmarkRead reads the mailbox named by TYPOAUDIT_BENCH_MBOX, else one of
// its own.
func BenchmarkRead(b *testing.B) {
	data := box(4000, 2)
	if path := os.Getenv("TYPOAUDIT_BENCH_MBOX"); path != "" {
		var err error
		if data, err = os.ReadFile(path); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Format{}).Read(context.Background(), parsers.Piece{Name: "Sent", Location: time.UTC}, bytes.NewReader(data), nowhere{}); err != nil {
			b.Fatal(err)
		}
	}
}

type nowhere struct{}

// Add implements parsers.Sink.
func (nowhere) Add(*parsers.Delivery)  {}
func (nowhere) Bounce(*parsers.Bounce) {}
