package maildir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

type collector struct {
	all     []parsers.Delivery
	bounces []parsers.Bounce
}

// Add implements parsers.Sink.
func (c *collector) Add(d *parsers.Delivery) { c.all = append(c.all, d.Clone()) }

// Bounce implements parsers.Sink.
func (c *collector) Bounce(b *parsers.Bounce) { c.bounces = append(c.bounces, *b) }

func mail(to string) string {
	return "From: alice@corp.example\r\nTo: " + to + "\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <" + to + ">\r\n\r\nbody\r\n"
}

func compressed(t *testing.T, kind, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if kind == "zstd" {
		var err error
		if w, err = zstd.NewWriter(&b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func put(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// readPaths reads paths as scan does, and returns "file: recipient" of each delivery.
func readPaths(t *testing.T, jobs int, paths ...string) (got []string, r *read.Reading) {
	t.Helper()
	inputs, errs := source.Expand(paths, nil, time.Now())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	r, err := read.Read(context.Background(), inputs, read.Options{
		Formats: []parsers.Format{Format{}, EML{}}, Location: time.UTC, Jobs: jobs, NewSink: func(read.Role) parsers.Sink { return &collector{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	opener := r.NewOpener()
	defer opener.Close()
	for _, s := range r.Sinks {
		for _, d := range s.(*collector).all {
			name, line := r.Place(d.Origin)
			how := ""
			if d.Submitted {
				how = " sent"
			}
			got = append(got, fmt.Sprintf("%s:%d %s%s %d", filepath.Base(name), line, d.Recipient, how, d.Bytes))
			m, err := opener.OpenMessage(d.Origin)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(m)
			if want := mail(d.Recipient); string(text) != want || err != nil {
				t.Errorf("%s opens as %q, %v", name, text, err)
			}
		}
	}
	slices.Sort(got)
	return got, r
}

func TestMaildir(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	size := len(mail("a@army.ml"))
	gz, zst := compressed(t, "gz", mail("g@army.ml")), compressed(t, "zstd", mail("z@army.ml"))
	put(t, root, map[string]string{
		"cur/1.a:2,S": mail("a@army.ml"), "new/2.b": mail("b@army.ml"), "tmp/3.c": mail("tmp@army.ml"), "cur/4.d:2,DS": mail("draft@army.ml"),
		".Sent/cur/5.e:2,S": mail("e@army.ml"), ".Sent/new/.hidden": "x", ".Sent/maildirfolder": "", ".Drafts/cur/6.f:2,S": mail("f@army.ml"), ".Drafts/new/x": mail("n@army.ml"),
		".Archive.2024/cur/7,S=200:2,SZ": gz, ".Archive.2024/new/8": zst, "dovecot.index": "\x01\x02", "dovecot-uidlist": "3 V1 N2\n", "subscriptions": "Sent\n",
		"cur/9.g:2,S": "no mail at all",
	})
	for _, empty := range []string{".Sent/new", ".Drafts/new", "tmp"} {
		if err := os.MkdirAll(filepath.Join(root, empty), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		fmt.Sprintf("1.a:2,S:1 a@army.ml %d", size), fmt.Sprintf("2.b:1 b@army.ml %d", size), fmt.Sprintf("5.e:2,S:1 e@army.ml sent %d", size),
		fmt.Sprintf("7,S=200:2,SZ:1 g@army.ml %d", len(gz)), fmt.Sprintf("8:1 z@army.ml %d", len(zst)),
	}
	for _, jobs := range []int{1, 3} {
		got, r := readPaths(t, jobs, root, filepath.Join(root, ".Sent")) // which is given twice
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		malformed := int64(0)
		for _, s := range r.Sources {
			malformed += s.Malformed
			if s.Err != nil || s.Format != "maildir" {
				t.Errorf("%s: %q, %v", s.Name, s.Format, s.Err)
			}
		}
		if malformed != 1 || len(r.Sources) != 4 {
			t.Errorf("%d sources, %d malformed", len(r.Sources), malformed)
		}
	}
}

func TestManyFiles(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	files := map[string]string{"new/x": mail("x@army.ml")}
	many := 1000
	if testing.Short() {
		many = 200
	}
	for i := range many {
		files[fmt.Sprintf("cur/%d:2,S", i)] = mail(fmt.Sprintf("u%d@army.ml", i))
	}
	put(t, root, files)
	if got, _ := readPaths(t, 2, root); len(got) != many+1 {
		t.Errorf("%d deliveries", len(got))
	}
}

func TestEML(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	emlx := fmt.Sprintf("%d      \n%s<?xml version=\"1.0\"?><plist></plist>\n", len(mail("x@army.ml")), mail("x@army.ml"))
	put(t, root, map[string]string{"Sent Items/1.eml": mail("a@army.ml"), "Sent Items/2.EML": mail("b@army.ml"), "Sent.mbox/0/Messages/7.emlx": emlx, "Inbox/plain": mail("p@army.ml")})
	size := len(mail("a@army.ml"))
	want := []string{
		fmt.Sprintf("1.eml:1 a@army.ml sent %d", size), fmt.Sprintf("2.EML:1 b@army.ml sent %d", size),
		fmt.Sprintf("7.emlx:1 x@army.ml sent %d", size), fmt.Sprintf("plain:1 p@army.ml %d", size),
	}
	got, r := readPaths(t, 2, root)
	if diff := cmp.Diff(want, got); diff != "" || len(r.Sources) != 3 {
		t.Errorf("%d sources\n%s", len(r.Sources), diff)
	}
	if got, _ := readPaths(t, 1, filepath.Join(root, "Sent.mbox/0/Messages/7.emlx")); len(got) != 1 || !strings.Contains(got[0], "x@army.ml") {
		t.Errorf("%q", got)
	}
}

// TestMailboxAmongMessages: of an mbox that lies among files of one message, the messages
// after the first are not understood.
func TestMailboxAmongMessages(t *testing.T) {
	t.Parallel()
	const from = "From alice@corp.example Mon Nov 23 09:12:44 2026\n"
	box := from + mail("a@army.ml") + "\n" + from + mail("b@army.ml") + strings.Repeat("more\n", 10_000) + "\n" + from + mail("c@army.ml")
	for text, malformed := range map[string]int64{
		box: 2, strings.ReplaceAll(strings.ReplaceAll(box, "\r", ""), "\n", "\r"): 2, "\n" + box: 2,
		from + mail("a@army.ml"): 0, mail("a@army.ml") + "\n" + strings.Repeat("From now on\n", 100): 0,
	} {
		sink := &collector{}
		f := Format{}.NewFolder(parsers.Piece{Name: "Maildir", Location: time.UTC}, sink)
		if err := f.ReadFile("cur/1", int64(len(text)), strings.NewReader(text), parsers.Origin{}); err != nil {
			t.Fatal(err)
		}
		if tally := f.Close(); tally.Malformed != malformed || len(sink.all) != 1 {
			t.Errorf("%.60q: %d deliveries, %d not understood, want %d", text, len(sink.all), tally.Malformed, malformed)
		}
	}
}

// TestUnreadable: a file that is missing or cannot be opened is reported, and the
// others are read.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, root, map[string]string{"cur/1:2,": mail("a@army.ml"), "cur/2:2,": mail("b@army.ml"), "new/3": mail("c@army.ml")})
	if err := os.Symlink("nowhere", filepath.Join(root, "cur/4:2,")); err != nil {
		t.Fatal(err)
	}
	inputs, _ := source.Expand([]string{root}, nil, time.Now())
	if err := os.Rename(filepath.Join(root, "new/3"), filepath.Join(root, "cur/3:2,S")); err != nil { // as a mail program does
		t.Fatal(err)
	}
	sink := &collector{}
	r, err := read.Read(context.Background(), inputs, read.Options{Formats: []parsers.Format{Format{}}, Location: time.UTC, Jobs: 1, NewSink: func(read.Role) parsers.Sink { return sink }})
	if err != nil || len(sink.all) != 3 || r.Sources[0].Err == nil || !strings.Contains(r.Sources[0].Err.Error(), "4:2,") {
		t.Errorf("%d deliveries, %v, %v", len(sink.all), err, r.Sources[0].Err)
	}
}

// TestOtherStores: what other programs keep mail in is refused by its magic number,
// whatever its name and whatever looks like mail within, and the error says what
// converts it.
func TestOtherStores(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	stores := map[string]string{
		"!BDN and more": "readpst", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more": "msgconvert", "\xcf\xad\x12\xfe\xc5\xfd\x74\x6f": "undbx", "JMF6": "Thunderbird",
		"\x00\x00\x00\x00\xef\xcd\xab\x89": "ESE", "\x1a\x00\x00\x04\x00\x00": "Notes", "\x21\x09\x70\x19": "Bat", "SQLite format 3\x00": "SQLite", "AOLVM100": "AOL",
		"\x10\x10\x10\x10\x10\x10\x11\x11\x11\x11\x11\x11S": "Foxmail", "*mbx*\r\n": "mailutil", "BABYL OPTIONS:\n": "unrmail", "\x78\x9f\x3e\x22": "ytnef",
		"2 M1e C4d5a6b7c\n\x01\x02N": "doveadm", "\x04\x22\x4d\x18": "lz4 -dc", "LZIP": "lzip -dc", "-----BEGIN PGP MESSAGE-----\n": "gpg",
	}
	files, wants, n := map[string]string{}, map[string]string{}, 0
	for magic, want := range stores {
		name := fmt.Sprintf("%d.bin", n)
		n++
		files[name], wants[name] = magic+strings.Repeat("\x00", 600)+"\n"+strings.Repeat(mail("jane@army.ml"), 2000), want
	}
	put(t, root, files)
	inputs, _ := source.Expand([]string{root}, nil, time.Now())
	sink := &collector{}
	r, err := read.Read(context.Background(), inputs, read.Options{Formats: []parsers.Format{Format{}, EML{}}, Location: time.UTC, Jobs: 1, NewSink: func(read.Role) parsers.Sink { return sink }})
	if err != nil || len(sink.all) > 0 || len(r.Sources) != len(stores) {
		t.Fatalf("%d deliveries of %d sources, %v", len(sink.all), len(r.Sources), err)
	}
	for _, s := range r.Sources {
		name := filepath.Base(s.Name)
		if !errors.Is(s.Err, read.ErrNotRecognised) || !strings.Contains(s.Err.Error(), wants[name]) {
			t.Errorf("%.20q: %v, want %s", files[name], s.Err, wants[name])
		}
	}
	put(t, root, map[string]string{"box/dbox-Mails/u.1": "x"})
	if _, errs := source.Expand([]string{filepath.Join(root, "box")}, nil, time.Now()); len(errs) != 1 || !strings.Contains(errs[0].Error(), "dbox") {
		t.Errorf("%v", errs)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	text := mail("a@army.ml") + strings.Repeat("more\n", 10_000)
	for _, in := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
		sink := &collector{}
		tally, err := EML{}.Read(context.Background(), parsers.Piece{Name: "-", Location: time.UTC}, in, sink)
		if err != nil || len(sink.all) != 1 || sink.all[0].Bytes != int64(len(text)) || tally.Lines != int64(strings.Count(text, "\n")) {
			t.Errorf("%+v, %d lines, %v", sink.all, tally.Lines, err)
		}
	}
	broken := errors.New("broken")
	if _, err := (EML{}).Read(context.Background(), parsers.Piece{Name: "-"}, io.MultiReader(strings.NewReader("From: a@b"), iotest.ErrReader(broken)), &collector{}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"From: a@b\nTo: c@d\n\nx\n": true, "Return-Path: <>\nDelivered-To: a@b\nContent-Type: multipart/report\n\n": true, "Date: x\nContent-Type: text/plain\nMIME-Version: 1.0\n\n": false, "\r\n" + mail("a@b"): true,
		mail("a@b"): true, "120\n" + mail("a@b"): true, "": false, "Nov 23 09:12:44 mx postfix/qmgr[1]: x\n": false, "key: value\nother: x\n": false, "From: x\n\nTo: y\nDate: z\nSubject: x\n": false,
	} {
		if got := (EML{}).Sniff([]byte(text)) > 0; got != want {
			t.Errorf("%.40q: %v", text, got)
		}
	}
}

func FuzzEML(f *testing.F) {
	f.Add([]byte(mail("a@army.ml")))
	f.Add([]byte("30\n" + mail("a@army.ml")))
	f.Add([]byte("Return-Path: <>\nX-Failed-Recipients: a@b\nMessage-ID: <x>\n\nfailed\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		EML{}.Sniff(data)
		sink := &collector{}
		if _, err := (EML{}).Read(context.Background(), parsers.Piece{Name: "x", Location: time.UTC}, bytes.NewReader(data), sink); err != nil {
			t.Fatal(err)
		}
		if len(sink.all) > header.MaxAddresses {
			t.Fatalf("%d deliveries", len(sink.all))
		}
	})
}

// TestForms: the forms that single messages have in the wild are read, and of what is
// damaged something is said.
func TestForms(t *testing.T) {
	t.Parallel()
	plain := strings.ReplaceAll(mail("a@army.ml"), "\r", "")
	long := "X: " + strings.Repeat("y", 70) + "\r\n"
	for _, test := range []struct {
		name, text, want    string
		malformed, problems int
	}{
		{"plain", plain, "a@army.ml", 0, 0},
		{"CRLF", mail("a@army.ml"), "a@army.ml", 0, 0},
		{"CR", strings.ReplaceAll(plain, "\n", "\r"), "a@army.ml", 0, 0},
		{"CR CR LF", strings.ReplaceAll(plain, "\n", "\r\r\n") + "To: phantom@army.ml\r\r\n", "a@army.ml", 0, 0},
		{"empty lines before", "\r\n\n" + plain, "a@army.ml", 0, 0},
		{"empty lines before, CR", "\r\r" + strings.ReplaceAll(plain, "\n", "\r"), "a@army.ml", 0, 0},
		{"a From_ line before", "From alice@corp.example Mon Nov 23 09:12:44 2026\n" + plain, "a@army.ml", 0, 0},
		{"long", strings.Repeat(long, 100) + mail("a@army.ml") + strings.Repeat(long, 1000), "a@army.ml", 0, 0},
		{"cut in the header", plain[:strings.Index(plain, "Message-ID")+20], "a@army.ml", 1, 0},
		{"cut at the end of the header", plain[:strings.Index(plain, "\n\n")+1], "a@army.ml", 0, 1},
		{"a header that is too long", "To: a@army.ml\r\n" + strings.Repeat(long, 4000) + "Cc: lost@army.ml\r\n\r\n", "a@army.ml", 0, 1},
		{"no header", "\n\n\n", "", 1, 0},
		{"nobody", "Subject: x\n\n", "", 1, 0},
		{"messages of an mbox after it", plain + "\nFrom a@b.example Mon Nov 23 09:12:44 2026\nFrom: a@b.example\nTo: lost@army.ml\n\n" + strings.Repeat(long, 500) + "From - \nFrom: a@b.example\nTo: lost@army.ml\n\n", "a@army.ml", 2, 0},
		{"messages of an mbox after it, CR", strings.ReplaceAll(plain+"\nFrom a@b.example Mon Nov 23 09:12:44 2026\nFrom: a@b.example\nTo: lost@army.ml\n\nhi\n"+strings.Repeat("more\n", 2000)+"\nFrom - \nFrom: a@b.example\nTo: lost@army.ml\n\n", "\n", "\r"), "a@army.ml", 2, 0},
		{"a line with From in it", plain + "\nFrom a@b.example Mon Nov 23 09:12:44 2026\nhi\nFrom now on: x\n", "a@army.ml", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for i, in := range []io.Reader{strings.NewReader(test.text), iotest.OneByteReader(strings.NewReader(test.text)), iotest.DataErrReader(strings.NewReader(test.text))} {
				sink := &collector{}
				tally, err := EML{}.Read(context.Background(), parsers.Piece{Name: "Sent/1", Location: time.UTC}, in, sink)
				var got []string
				for _, d := range sink.all {
					got = append(got, d.Recipient)
				}
				if strings.Join(got, " ") != test.want || err != nil || tally.Malformed != int64(test.malformed) || len(tally.Problems) != test.problems {
					t.Errorf("in way %d: got %v, %d not understood, problems %q, %v", i, got, tally.Malformed, tally.Problems, err)
				}
			}
		})
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"cur/1700.M1.host:2,DS": true, "cur/1700.M1.host;2,D": true, "cur/1700.M1.host!2,D": true, "cur/1700.M1.host_2,SD": true, "cur/1700.M1.host:2,S": false, "new/1700.M2,D": false, "1.eml": false, "2,D": false,
		"cur/x:2,DS": true, "1700.M1.host:2,DSa": true, "Angebot-2,5 Prozent Dienstag.eml": false, "1-2,D.eml": false, "cur/1-2,5 D": false, "Vertrag-2,D": false,
	} {
		if got := isDraft(name); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

// TestPutTogether: a message after another one without a line between them is seen; one that the
// first holds as a part or quotes is not.
func TestPutTogether(t *testing.T) {
	t.Parallel()
	const head = "From: alice@corp.example\nTo: jane@army.ml\nDate: Mon, 23 Nov 2026 09:12:44 +0000\nMessage-ID: <1@corp.example>\n"
	for text, want := range map[string]int64{
		head + "\nHello\n" + head + "\nHello\n" + head + "\nHello\n":                2,
		head + "\n--x\n\n" + head + "\nHello\n--x--\n":                              0,
		head + "\nShe wrote\nFrom: jane@army.ml\nDate: today\nTo: alice\n\nHello\n": 0,
		head + "\n--x\nContent-Type: message/rfc822\n\nReceived: from a.example by b.example; Mon, 23 Nov 2026 09:12:44 +0000\n" + head + "\nHello\n--x--\n": 0,
		head + "\n> " + strings.ReplaceAll(head, "\n", "\n> ") + "\n":                                                                                        0,
		head + "\nText\nNote: that\nDate: was good\n":                                                                                                        0,
		"Auto-Submitted: auto-replied\n" + head + "\nThis came back:\n" + head + "\n" + "Hello\n":                                                            0,
		"Auto-Submitted: auto-replied\n" + head + "\nThis came back:\n" + head + "\nHello\n" + head:                                                          1,
		head + "\n<p>This came back:<br>\n" + strings.ReplaceAll(head, "<1@", "&lt;1@"):                                                                      0,
	} {
		tally, err := EML{}.Read(t.Context(), parsers.Piece{Location: time.UTC}, strings.NewReader(text), &collector{})
		if err != nil || tally.Malformed != want || tally.Deliveries != 1 {
			t.Errorf("%q: got %d malformed, %d deliveries, %v; want %d, 1", text, tally.Malformed, tally.Deliveries, err, want)
		}
	}
}
