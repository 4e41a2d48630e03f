package mail

import (
	"bytes"
	"errors"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

func notices(r *result.Result) []result.Notice {
	all, _ := r.Notices(func(uint64) bool { return false })
	return all
}

func note(t *testing.T, tmpl *NoteTemplate, n *result.Notice) string {
	t.Helper()
	o := Options{From: "typoaudit@corp.example", To: []string{"security@corp.example"}, Contact: "security@corp.example", Date: reporttest.Now(), MessageID: NoteID(n, "typoaudit@corp.example", reporttest.Now())}
	return sent(t)(tmpl.Compose(n, o))
}

// sent returns a mail as it is sent.
func sent(t *testing.T) func(*gomail.Msg, error) string {
	return func(m *gomail.Msg, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Write(&b, m); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
}

func TestNote(t *testing.T) {
	t.Parallel()
	tmpl, err := ParseNote("note", "", "en")
	if err != nil {
		t.Fatal(err)
	}
	all := notices(reporttest.Weekly())
	if len(all) != 2 || all[0].Sender != "kim.larsen@corp.example" || all[1].Sender != "" || all[1].Messages != 1 {
		t.Fatalf("got %+v, want notes to a sender and to the owners", all)
	}
	reporttest.Golden(t, *update, "note.eml", strings.ReplaceAll(note(t, tmpl, &all[0]), "\r\n", "\n"))
	reporttest.Golden(t, *update, "note-owners.eml", strings.ReplaceAll(note(t, tmpl, &all[1]), "\r\n", "\n"))
	many := all[0]
	for _, cause := range []result.Cause{result.CauseAddressBook, result.CauseReplyAll} {
		d := many.Deliveries[0]
		d.Cause, d.Count, d.Subject, d.Arrived = cause, 1200, "travel", parsers.ArrivedNo
		many.Deliveries = append(many.Deliveries, d)
	}
	many.Messages = 2401
	reporttest.Golden(t, *update, "note-many.eml", strings.ReplaceAll(note(t, tmpl, &many), "\r\n", "\n"))
	for _, language := range Languages() {
		tmpl, err := ParseNote("note", "", language)
		if err != nil {
			t.Fatal(err)
		}
		_, parts := readMail(t, note(t, tmpl, &many))
		plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(parts["text/plain"])))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(plain), "\r\n", "\n")
		reporttest.Golden(t, *update, "note-"+language+".txt", text)
		for _, fact := range []string{"jane.doe@army[.]ml", "jane.doe@army.mil", "2026-11-20 09:04 UTC", "travel", "security@corp.example"} {
			if !strings.Contains(text, fact) {
				t.Errorf("%s: want %q in\n%s", language, fact, text)
			}
		}
	}
	if _, err := ParseNote("note", "", "tlh"); err == nil {
		t.Error("a language that there is not: no error")
	}
	if all := notices(reporttest.Empty()); len(all) != 0 {
		t.Errorf("of nothing: got %+v, want none", all)
	}
	reported := map[uint64]bool{all[0].Deliveries[0].Key(): true}
	if again, _ := reporttest.Weekly().Notices(func(key uint64) bool { return reported[key] }); len(again) != 1 {
		t.Errorf("got %+v, want no note about what was reported", again)
	}
}

// A hostile log gets into the text only, where it is harmless; and nobody but
// our own people is written to.
func TestNoteHostile(t *testing.T) {
	t.Parallel()
	tmpl, err := ParseNote("note", "", "en")
	if err != nil {
		t.Fatal(err)
	}
	n := notices(reporttest.Weekly())[0]
	h := reporttest.Hostile().Deliveries[0]
	n.Deliveries = []result.Delivery{h}
	m, parts := readMail(t, note(t, tmpl, &n))
	reporttest.CheckHarmless(t, "note", strings.ReplaceAll(parts["text/plain"], "\r\n", "\n"))
	if m.Header.Get("To") != "<kim.larsen@corp.example>" || len(m.Header) > 12 {
		t.Errorf("got the header %v, want one recipient and no field of the log", m.Header)
	}
	if all := notices(reporttest.Hostile()); len(all) != 0 {
		t.Errorf("got notes to %+v, want none", all)
	}
	stranger := reporttest.Weekly()
	for i := range stranger.Deliveries {
		stranger.Deliveries[i].Person, stranger.Deliveries[i].Cause, stranger.Deliveries[i].Orig = "x@corp.example.evil.example", result.CauseTyped, ""
	}
	if all, skipped := stranger.Notices(func(uint64) bool { return false }); len(all) != 0 || skipped != 1 {
		t.Errorf("got notes to strangers: %+v, want none", all)
	}
}

func TestNoteTemplate(t *testing.T) {
	t.Parallel()
	tmpl, err := ParseNote("mine", "{{.Sender}} {{number .Messages}}{{range .Deliveries}} {{.Meant}}{{end}}", "en")
	if err != nil {
		t.Fatal(err)
	}
	_, parts := readMail(t, note(t, tmpl, &notices(reporttest.Weekly())[0]))
	if got := strings.TrimSpace(parts["text/plain"]); got != "kim.larsen@corp.example 1 jane.doe@army.mil" {
		t.Errorf("got %q", got)
	}
	if _, err := ParseNote("bad", "{{", "en"); err == nil {
		t.Error("no error")
	}
}

// TestNoteAddress: an odd address is quoted, and one that cannot be written to is an error
// of its own.
func TestNoteAddress(t *testing.T) {
	t.Parallel()
	for sender, want := range map[string]string{
		"kim@corp.example": "kim@corp.example", "a..b@corp.example": `"a..b"@corp.example`, "a,b@corp.example": `"a,b"@corp.example`, "a b@corp.example": `"a b"@corp.example`,
		`"a..b"@corp.example`: `"a..b"@corp.example`, ".x@corp.example": `".x"@corp.example`,
	} {
		if got, err := addressOf(sender); got != want || err != nil {
			t.Errorf("%s: got %s, %v, want %s", sender, got, err, want)
		}
	}
	for _, sender := range []string{"kim", "a\x00b@corp.example", "@corp.example", "a@b c"} {
		if got, err := addressOf(sender); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: got %s, %v, want ErrAddress", sender, got, err)
		}
	}
}
