package mbox_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/maildir"
	"github.com/typoaudit/typoaudit/parsers/format/mbox"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// trap is a body that looks like messages.
const trap = "Dear all,\n\nFrom the start: we\nFrom x Mon Nov 23 09:12:44 2026\nTo: phantom@army.ml\n\nFrom y Mon Nov 23 09:12:44 2026\nTo: phantom@army.ml\n\nend\n\n"

func letter(to string) string {
	return "From: Alice <alice@corp.example>\nTo: " + to + "@army.ml\nMessage-ID: <" + to + "@corp.example>\nDate: Mon, 23 Nov 2026 10:00:00 +0000\nSubject: x\n\n" + trap
}

type collector struct{ all []parsers.Delivery }

// Add implements parsers.Sink.
func (c *collector) Bounce(*parsers.Bounce) {}

func (c *collector) Add(d *parsers.Delivery) { c.all = append(c.all, d.Clone()) }

// recipients reads the mailbox of a program, and returns who was written to.
func recipients(t *testing.T, path string) string {
	t.Helper()
	inputs, errs := source.Expand([]string{path}, nil, time.Now())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	sink := &collector{}
	r, err := read.Read(context.Background(), inputs, read.Options{
		Formats: []parsers.Format{mbox.Format{}, maildir.Format{}, maildir.EML{}}, Location: time.UTC, Jobs: 1, NewSink: func(read.Role) parsers.Sink { return sink },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Sources {
		if s.Err != nil || s.Malformed > 0 {
			t.Errorf("%s: %d malformed, %v", s.Name, s.Malformed, s.Err)
		}
	}
	var to []string
	for _, d := range sink.all {
		local, _, _ := strings.Cut(d.Recipient, "@")
		to = append(to, local)
	}
	slices.Sort(to)
	return strings.Join(to, " ")
}

// A writer is a program that writes mailboxes: how it is called to add a
// message, which it is given as standard input, or to send one.
type writer struct {
	name, program string
	files         map[string]string // configuration
	once          []string
	args          func(to string) []string
	sends         bool // it writes the header itself
	drops         bool // it is started as root, and writes as nobody
	mailbox       string
}

func writers(dir string) []writer {
	mutt := func(kind string) writer {
		return writer{
			name: "mutt, " + kind, program: "mutt", mailbox: "Sent", sends: true,
			files: map[string]string{"rc": "set sendmail=/bin/true record=" + dir + "/Sent mbox_type=" + kind + " from=alice@corp.example hostname=corp.example use_from=yes confirmcreate=no\n"},
			args:  func(to string) []string { return []string{"-F", dir + "/rc", "-s", "x", to + "@army.ml"} },
		}
	}
	dovecot := func(location, mailbox string) writer {
		conf := []string{"-c", dir + "/conf"}
		return writer{
			name: "Dovecot, " + mailbox, program: "doveadm", mailbox: mailbox, drops: true,
			files: map[string]string{"conf": "base_dir = " + dir + "/run\nlog_path = " + dir + "/log\nmail_uid = nobody\nmail_gid = nogroup\nfirst_valid_uid = 0\nssl = no\nmail_location = " + location + "\nnamespace inbox {\n  inbox = yes\n}\n"},
			once:  append(slices.Clone(conf), "mailbox", "create", "Sent"),
			args:  func(string) []string { return append(slices.Clone(conf), "save", "-m", "Sent") },
		}
	}
	python := func(kind, class string) writer {
		return writer{
			name: "Python, " + kind, program: "python3", mailbox: kind,
			args: func(string) []string {
				return []string{"-c", "import mailbox,sys,email; b=mailbox." + class + "(sys.argv[1]); b.add(email.message_from_bytes(sys.stdin.buffer.read())); b.flush()", dir + "/" + kind}
			},
		}
	}
	return []writer{
		mutt("mbox"), mutt("MMDF"), mutt("Maildir"), python("mbox", "mbox"), python("mmdf", "MMDF"), python("Maildir", "Maildir"), python("MH", "MH"),
		dovecot("mbox:"+dir+"/mail:INBOX="+dir+"/INBOX", "mail/Sent"), dovecot("maildir:"+dir+"/Maildir", "Maildir"),
		{
			name: "s-nail", program: "s-nail", mailbox: "Sent", sends: true,
			args: func(to string) []string {
				return []string{"-:/", "-S", "record=" + dir + "/Sent", "-S", "mta=/bin/true", "-S", "from=alice@corp.example", "-s", "x", to + "@army.ml"}
			},
		},
		{
			name: "procmail", program: "procmail", mailbox: "Sent", files: map[string]string{"rc": "MAILDIR=" + dir + "\nDEFAULT=" + dir + "/Sent\nLOGFILE=" + dir + "/log\n"},
			args: func(string) []string { return []string{"-f", "alice@corp.example", "-m", dir + "/rc"} },
		},
		{
			name: "maildrop", program: "maildrop", mailbox: "Sent", files: map[string]string{"rc": "to \"" + dir + "/Sent\"\n"},
			args: func(string) []string { return []string{dir + "/rc"} },
		},
	}
}

// TestPrograms reads the mailboxes that other programs write, with bodies that
// look like messages in them.
func TestPrograms(t *testing.T) {
	for i, w := range writers("DIR") {
		t.Run(w.name, func(t *testing.T) {
			program := servers.Program(t, w.program)
			dir, err := os.MkdirTemp("", "mailbox") // its name is short
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(dir) })
			if w.drops {
				servers.Need(t, program)
				if err := os.Chmod(dir, 0o777); err != nil {
					t.Fatal(err)
				}
			}
			w := writers(dir)[i]
			for name, text := range w.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run := func(args []string, in string) {
				t.Helper()
				cmd := exec.Command(program, args...)
				cmd.Env = append(os.Environ(), "HOME="+dir, "USER=nobody", "MAILDIR=", "MAIL=")
				cmd.Dir, cmd.Stdin = dir, strings.NewReader(in)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%s %q: got %v\n%s, want no error", w.program, args, err, bytes.TrimSpace(out))
				}
			}
			if w.once != nil {
				run(w.once, "")
			}
			for n := range 3 {
				to := fmt.Sprintf("u%d", n)
				in := letter(to)
				if w.sends {
					in = trap
				}
				run(w.args(to), in)
			}
			if got := recipients(t, filepath.Join(dir, w.mailbox)); got != "u0 u1 u2" {
				t.Errorf("recipients: got %q, want u0 u1 u2", got)
			}
		})
	}
}
