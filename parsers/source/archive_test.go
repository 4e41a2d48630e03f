package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// aTar returns a tar of one message, in the form of before 1988 if it is old.
func aTar(t *testing.T, old bool) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	const text = "From: alice@corp.example\n"
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: "mail/1.eml", Mode: 0o600, Size: int64(len(text)), Format: tar.FormatUSTAR})); err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(text))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !old {
		return b.Bytes()
	}
	data := b.Bytes()
	for i := 257; i < 265; i++ { // the mark of ustar, whose bytes the sum loses
		data[i] = 0
	}
	sum := 0
	for i, c := range data[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int(c)
	}
	octal := []byte("000000\x00 ")
	for i := 5; i >= 0; i, sum = i-1, sum/8 {
		octal[i] = byte('0' + sum%8)
	}
	copy(data[148:], octal)
	return data
}

func aGzip(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aZip(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("mail/1.eml")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte("From: alice@corp.example\n"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestArchives: an archive is refused, with the one command that unpacks it. Where the
// program is there, the command is run.
func TestArchives(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"mail.tar":         {aTar(t, false), "mkdir unpacked && tar -C unpacked -xf mail.tar"},
		"old.tar":          {aTar(t, true), "mkdir unpacked && tar -C unpacked -xf old.tar"},
		"my takeout-1.tgz": {aGzip(t, aTar(t, false)), "mkdir unpacked && tar -C unpacked -xf 'my takeout-1.tgz'"},
		"it's.zip":         {aZip(t), `unzip -d unpacked 'it'\''s.zip'`},
		"-x.zip":           {aZip(t), "unzip -d unpacked ./-x.zip"},
		"a.7z":             {[]byte("7z\xbc\xaf\x27\x1c..."), "7z x -ounpacked a.7z"},
		"a.rar":            {[]byte("Rar!\x1a\x07\x01\x00"), "unrar x a.rar unpacked/"},
		"a.olm":            {aZip(t), "drag its folders"},
		"trace.xlsx":       {aZip(t), "save its sheet as CSV"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			in := &Input{name: name, path: path, size: info.Size()}
			_, err = in.Head()
			var archive *ArchiveError
			if !errors.As(err, &archive) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q in it", err, test.want)
			}
			_, command, _ := strings.Cut(archive.Error(), "read the folder: ")
			program := strings.Fields(strings.TrimPrefix(command, "mkdir unpacked && ") + " none")[0]
			if _, err := exec.LookPath(program); err != nil || program != "tar" && program != "unzip" {
				return
			}
			cmd := exec.Command("sh", "-c", command)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", command, err, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "unpacked", "mail", "1.eml")); err != nil {
				t.Errorf("%s: %v", command, err)
			}
		})
	}
	in := &Input{name: Stdin, stream: bytes.NewReader(aTar(t, false)), size: -1}
	if _, err := in.Head(); err == nil || !strings.Contains(err.Error(), "-xf FILE") {
		t.Errorf("standard input: %v", err)
	}
}

// TestHelpers: what mail programs keep beside mailboxes is no input, and what is mail
// stays one whatever its name is and whatever lies beside it.
func TestHelpers(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{
		"proton/AA==.eml", "proton/AA==.metadata.json", "proton/labels.json", "gmvault/1.eml.gz", "gmvault/1.meta",
		"cyrus/1.", "cyrus/cyrus.header", "cyrus/cyrus.index", "cyrus/cyrus.cache",
		"apple/Sent.mbox/Messages/1.emlx", "apple/Sent.mbox/Messages/1.2.emlxpart", "apple/Sent.mbox/Attachments/1/2/a.pdf", "apple/Sent.mbox/table_of_contents",
		"evolution/Sent", "evolution/Sent.ibex.index.data", "evolution/Sent.cmeta", "evolution/Sent.ev-summary-meta",
		"courier/cur/1", "courier/new/2", "courier/courierimapkeywords/:list", "courier/dovecot.index.log",
		"kmail/sent-mail", "kmail/.sent-mail.index", "kmail/.sent-mail.directory/2025", "kmail/.sent-mail.directory/.2025.directory/q1/cur/1", "kmail/.sent-mail.directory/.2025.directory/q1/new/2",
		"Takeout/archive_browser.html", "Takeout/Mail/Sent.mbox", "Takeout/Mail/User Settings/Filters.json",
		"other/labels.json", "other/notes.metadata.json", "other/x.meta", "other/Attachments/y", ".hidden/z",
		"sorted/Attachments/mail", "sorted/Messages/mail", "sorted/Data/Attachments/a.pdf", "sorted/Data/Messages/b.emlx",
		"box/subscriptions", "box/a.fld", "box/cur/1", "box/new/2", "box/dovecot-list", "box/b.mrk",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		text := "x"
		if base := filepath.Base(name); base == "subscriptions" || base == "a.fld" || base == "dovecot-list" {
			text = "\nFrom alice@corp.example Mon Nov 23 09:12:44 2026\n"
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	inputs, errs := Expand([]string{root}, nil, time.Now())
	var got []string
	for _, in := range inputs {
		name := strings.TrimPrefix(in.Name(), root+"/")
		for i := range in.Messages() {
			name += " " + in.MessageName(i)
		}
		got = append(got, name)
	}
	want := []string{
		"Takeout/Mail/Sent.mbox", "apple/Sent.mbox/Messages 1.emlx", "box cur/1 new/2", "box/a.fld", "box/dovecot-list", "box/subscriptions", "courier cur/1 new/2", "cyrus/1.", "evolution/Sent", "gmvault/1.eml.gz",
		"kmail/.sent-mail.directory/.2025.directory/q1 cur/1 new/2", "kmail/.sent-mail.directory/2025", "kmail/sent-mail",
		"other/Attachments/y", "other/notes.metadata.json", "other/x.meta", "proton AA==.eml",
		"sorted/Attachments/mail", "sorted/Data/Messages b.emlx", "sorted/Messages/mail",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || len(errs) > 0 {
		t.Errorf("got\n%s\nwant\n%s\n%v", strings.Join(got, "\n"), strings.Join(want, "\n"), errs)
	}
}

// TestFolderShapes: a link is named where it leads to what is not read or is missing, and a
// Maildir whose empty folders were lost on the way is one.
func TestFolderShapes(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	for _, name := range []string{
		"mail/Maildir/cur/1700.M1.host:2,S", "mail/Maildir/.Sent/cur/1701.M1.host:2,S", "mail/Maildir/.Old/new/1702.M1.host", "mail/Maildir/.settings/x", "mail/logs/new/maillog",
		"elsewhere/Sent", "mail/here/Sent", "mail/.kept/Sent",
	} {
		path := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"mail/a": "../elsewhere", "mail/self": ".", "mail/here/again": "../here", "link": "mail", "mail/broken": "none", "mail/kept": ".kept", "mail/lock": "127.0.1.1:+4711"} {
		if err := os.Symlink(target, filepath.Join(top, link)); err != nil {
			t.Skip(err)
		}
	}
	for _, root := range []string{filepath.Join(top, "mail"), filepath.Join(top, "link"), filepath.Join(top, "mail") + "/"} {
		inputs, errs := Expand([]string{root}, nil, time.Now())
		var got []string
		for _, in := range inputs {
			got = append(got, strings.TrimPrefix(in.Name(), filepath.Clean(root)+"/"))
		}
		const want = "Maildir Maildir/.Old Maildir/.Sent here/Sent logs/new/maillog"
		wantErrs := strings.ReplaceAll("open R/broken: no such file or directory\nR/a: a link to a folder, which is not followed: name it as well\nR/kept: a link to a folder, which is not followed: name it as well", "R", filepath.Clean(root))
		if strings.Join(got, " ") != want || len(errs) != 1 || errs[0].Error() != wantErrs {
			t.Errorf("%s\n got %s, %v\nwant %s, %s", root, strings.Join(got, " "), errs, want, wantErrs)
		}
	}
}
