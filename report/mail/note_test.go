package mail

import (
	"bytes"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

func notices(r *result.Result) []result.Notice {
	all, _ := r.Notices(func(uint64) bool { return false })
	return all
}

func note(t *testing.T, tmpl *NoteTemplate, n *result.Notice) string {
	t.Helper()
	o := Options{From: "typoaudit@corp.example", Date: reporttest.Now(), MessageID: NoteID(n, "typoaudit@corp.example", reporttest.Now())}
	m, err := tmpl.Compose(n, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNote(t *testing.T) {
	t.Parallel()
	tmpl, err := ParseNote("note", "")
	if err != nil {
		t.Fatal(err)
	}
	all := notices(reporttest.Weekly())
	if len(all) != 2 || all[0].Sender != "j.okafor@corp.example" || all[1].Messages != 1 {
		t.Fatalf("got %+v, want notes to two senders", all)
	}
	reporttest.Golden(t, *update, "note.eml", strings.ReplaceAll(note(t, tmpl, &all[0]), "\r\n", "\n"))
	all[1].Deliveries = append(all[1].Deliveries, all[1].Deliveries[0])
	all[1].Messages, all[1].Deliveries[1].Count = 1201, 1200
	reporttest.Golden(t, *update, "note-many.eml", strings.ReplaceAll(note(t, tmpl, &all[1]), "\r\n", "\n"))
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
	tmpl, err := ParseNote("note", "")
	if err != nil {
		t.Fatal(err)
	}
	n := notices(reporttest.Weekly())[0]
	h := reporttest.Hostile().Deliveries[0]
	n.Deliveries = []result.Delivery{h}
	m, parts := readMail(t, note(t, tmpl, &n))
	reporttest.CheckHarmless(t, "note", strings.ReplaceAll(parts["text/plain"], "\r\n", "\n"))
	if m.Header.Get("To") != "<j.okafor@corp.example>" || len(m.Header) > 12 {
		t.Errorf("got the header %v, want one recipient and no field of the log", m.Header)
	}
	if all := notices(reporttest.Hostile()); len(all) != 0 {
		t.Errorf("got notes to %+v, want none", all)
	}
	stranger := reporttest.Weekly()
	for i := range stranger.Deliveries {
		stranger.Deliveries[i].Person = "x@corp.example.evil.example"
	}
	if all, skipped := stranger.Notices(func(uint64) bool { return false }); len(all) != 0 || skipped != 1 {
		t.Errorf("got notes to strangers: %+v, want none", all)
	}
}

func TestNoteTemplate(t *testing.T) {
	t.Parallel()
	tmpl, err := ParseNote("mine", "{{.Sender}} {{number .Messages}}{{range .Deliveries}} {{.Meant}}{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	_, parts := readMail(t, note(t, tmpl, &notices(reporttest.Weekly())[0]))
	if got := strings.TrimSpace(parts["text/plain"]); got != "j.okafor@corp.example 1 t.mori@bigcustomer.example" {
		t.Errorf("got %q", got)
	}
	if _, err := ParseNote("bad", "{{"); err == nil {
		t.Error("no error")
	}
}
