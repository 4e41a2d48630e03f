package imap

import (
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
	"github.com/typoaudit/typoaudit/parsers/format/shared/parts"
	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// loaded is a message with a text, an attachment that is none, and a message
// in it.
func loaded() string {
	return "From: kim@corp.example\r\nTo: jane@army.ml\r\nSubject: the plan\r\nMessage-ID: <1@corp.example>\r\nDate: Mon, 16 Nov 2026 09:00:00 +0000\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
		"Gr=C3=BC=C3=9Fe\r\n--b\r\nContent-Type: application/pdf; name=\"plan.pdf\"\r\nContent-Disposition: attachment; filename=\"plan.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		lines(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("canary!", 3000)))) +
		"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: text/plain\r\n\r\ninner words\r\n--b--\r\n"
}

func lines(s string) string {
	out := ""
	for len(s) > 76 {
		out += s[:76] + "\r\n"
		s = s[76:]
	}
	return out + s
}

// TestOpenMessage: the texts of a message come; its attachments are listed and
// do not come.
func TestOpenMessage(t *testing.T) {
	d := servers.StartDovecot(t, inbox("/", "", ""))
	d.Deliver(t, "kim", ".Sent", []string{sent(1)[0], loaded()})
	o := onDovecot(d, Plain)
	r, _ := collect(t, o)
	for _, texts := range []bool{false, true} {
		m := r.Messages(t.Context(), texts)
		in, err := m.OpenMessage(parsers.Origin{Line: 2})
		if err != nil {
			t.Fatal(err, d.Log())
		}
		raw, _ := io.ReadAll(in)
		var found []string
		sum, err := parts.Walk(strings.NewReader(string(raw)), func(p *parts.Part) error {
			if text, ok := p.Text(); ok {
				b, _ := io.ReadAll(text)
				found = append(found, strings.TrimSpace(string(b)))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		found = slices.DeleteFunc(found, func(s string) bool { return s == "" || strings.Trim(s, "A\r\n") == "" })
		want := "the plan|Grüße|inner words"
		if got := strings.Join(found, "|"); texts && got != want || !texts && got != "" {
			t.Errorf("texts %v: %q", texts, got)
		}
		if a := sum.Attachments; a.Number != 2 || a.Bytes < 20_000 || a.Bytes > 22_000 || a.Kinds&parsers.KindPDF == 0 || a.Kinds&parsers.KindMessage == 0 {
			t.Errorf("%+v", a)
		}
		if strings.Contains(string(raw), "Y2FuYXJ5") {
			t.Error("an attachment was fetched")
		}
		if _, err := m.OpenMessage(parsers.Origin{Line: 99}); err == nil || m.Skipped() != 1 {
			t.Errorf("a message that is not there: %v", err)
		}
		if _, err := m.OpenMessage(parsers.Origin{Source: 7, Line: 1}); err == nil {
			t.Error("a folder that is not there")
		}
		m.Close()
	}
}

// TestOpenHostile: structures that lie end in an error or in what is bounded.
func TestOpenHostile(t *testing.T) {
	t.Parallel()
	for name, structure := range map[string]string{
		"deep":     strings.Repeat("(", 3000),
		"none":     "NIL",
		"bare":     "",
		"a bomb":   "(" + strings.Repeat(`("text" "plain" NIL NIL NIL "7bit" 4294967295 1 NIL NIL NIL NIL)`, 2000) + ` "mixed" NIL NIL NIL NIL)`,
		"line end": `("text" "plain" ("charset" "x` + "\\\r\n" + `y") NIL NIL "7bit" 5 1 NIL NIL NIL NIL)`,
	} {
		t.Run(name, func(t *testing.T) {
			s := &fakeimap.Server{Messages: sent(1)}
			s.Before = func(c *fakeimap.Conn, command string) bool {
				if command != "UID FETCH" || !strings.Contains(c.Line, "BODYSTRUCTURE") {
					return false
				}
				c.Say("* 1 FETCH (UID 10 BODYSTRUCTURE %s)", structure)
				c.OK()
				return true
			}
			fakeimap.Start(t, s, false)
			r, all := collect(t, kim(s, Plain))
			if len(all) != 1 {
				t.Fatal(sourceErrors(r))
			}
			m := r.Messages(t.Context(), true)
			defer m.Close()
			in, err := m.OpenMessage(parsers.Origin{Line: 10})
			if err != nil {
				return
			}
			sum, _ := parts.Walk(in, func(*parts.Part) error { return nil })
			if sum.Parts > maxParts+1 {
				t.Errorf("%+v", sum)
			}
		})
	}
}

// TestAssembleIsClean: what a server says of a part does not become a header
// of its own.
func TestAssembleIsClean(t *testing.T) {
	t.Parallel()
	evil := "x\r\nContent-Type: text/html\r\n\r\nboo"
	in := assemble("Subject: s", []leaf{{path: []int{1}, part: &imap.BodyStructureSinglePart{
		Type: "text", Subtype: evil, Params: map[string]string{"charset": evil, evil: "y"}, Encoding: evil,
		Extended: &imap.BodyStructureSinglePartExt{Disposition: &imap.BodyStructureDisposition{Value: evil, Params: map[string]string{"filename": evil}}},
	}}})
	text, err := io.ReadAll(in)
	if err != nil || strings.Contains(string(text), "text/html") || strings.Contains(string(text), "boo") {
		t.Errorf("%v %q", err, text)
	}
	plain, _ := io.ReadAll(assemble("", []leaf{{part: &imap.BodyStructureSinglePart{Type: "TEXT", Subtype: "Plain", Params: map[string]string{"name": "ü \".txt"}, Encoding: "BASE64", Size: 80}}}))
	if want := "Content-Type: text/plain; name*=utf-8''%C3%BC%20%22.txt\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA"; !strings.Contains(string(plain), want) {
		t.Errorf("%s", fmt.Sprintf("%q", plain))
	}
}

// TestSentFields: a server sends of sent mail all fields that its reading needs, so that
// it is read as from a file.
func TestSentFields(t *testing.T) {
	t.Parallel()
	header := "Subject: Re: the plan\r\nIn-Reply-To: <a@partner.example>\r\nReferences: <0@partner.example> <a@partner.example>\r\n" +
		"From: ann@partner.example\r\nTo: kim@corp.example\r\nDate: Mon, 16 Nov 2026 09:00:00 +0000\r\n"
	resent := "Resent-Sender: kim@corp.example\r\nResent-To: jane@army.ml\r\n" + header
	s := &fakeimap.Server{Messages: []string{header + "\r\nbody\r\n", resent + "\r\nbody\r\n"}}
	fakeimap.Start(t, s, false)
	_, got := collect(t, kim(s, Plain))
	var want collector
	r := message.NewReader(&want)
	for _, h := range []string{header, resent} {
		r.Read(&message.Mail{Header: []byte(h), Role: message.RoleSent})
	}
	if len(got) != len(want.all) {
		t.Fatalf("%d deliveries, want %d", len(got), len(want.all))
	}
	for i, w := range want.all {
		if g := got[i]; g.Sender != w.Sender || g.Recipient != w.Recipient || g.SubjectSum != w.SubjectSum || w.SubjectSum == 0 || g.References != w.References || w.References == "" {
			t.Errorf("got %+v\nwant %+v", g, w)
		}
	}
}
