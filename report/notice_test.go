package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/result"
)

func notices(r *result.Result) []result.Notice {
	all, _ := r.Notices(func(uint64) bool { return false })
	return all
}

func notice(t *testing.T, tmpl *NoticeTemplate, n *result.Notice) string {
	t.Helper()
	o := MailOptions{From: "typoaudit@corp.example", Date: now(), MessageID: NoticeID(n, "typoaudit@corp.example", now())}
	m, err := tmpl.Notice(n, o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteMail(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNotice(t *testing.T) {
	tmpl, err := ParseNotice("note", "")
	if err != nil {
		t.Fatal(err)
	}
	all := notices(weekly())
	if len(all) != 2 || all[0].Sender != "j.okafor@corp.example" || all[1].Messages != 1 {
		t.Fatalf("notices %+v", all)
	}
	golden(t, "notice.eml", strings.ReplaceAll(notice(t, tmpl, &all[0]), "\r\n", "\n"))
	all[1].Deliveries = append(all[1].Deliveries, all[1].Deliveries[0])
	all[1].Messages, all[1].Deliveries[1].Count = 1201, 1200
	golden(t, "notice-many.eml", strings.ReplaceAll(notice(t, tmpl, &all[1]), "\r\n", "\n"))
	if all := notices(empty()); len(all) != 0 {
		t.Errorf("of nothing: %+v", all)
	}
	told := map[uint64]bool{all[0].Deliveries[0].Key(): true}
	if again, _ := weekly().Notices(func(key uint64) bool { return told[key] }); len(again) != 1 {
		t.Errorf("told again: %+v", again)
	}
}

// A hostile log gets into the text only, where it is harmless; and nobody but
// our own people is written to.
func TestNoticeHostile(t *testing.T) {
	tmpl, err := ParseNotice("note", "")
	if err != nil {
		t.Fatal(err)
	}
	n := notices(weekly())[0]
	h := hostile().Deliveries[0]
	n.Deliveries = []result.Delivery{h}
	m, parts := readMail(t, notice(t, tmpl, &n))
	checkHarmless(t, "note", strings.ReplaceAll(parts["text/plain"], "\r\n", "\n"))
	if m.Header.Get("To") != "<j.okafor@corp.example>" || len(m.Header) > 12 {
		t.Errorf("header %v", m.Header)
	}
	if all := notices(hostile()); len(all) != 0 {
		t.Errorf("notes to %+v", all)
	}
	stranger := weekly()
	for i := range stranger.Deliveries {
		stranger.Deliveries[i].Person = "x@corp.example.evil.example"
	}
	if all, untold := stranger.Notices(func(uint64) bool { return false }); len(all) != 0 || untold != 1 {
		t.Errorf("notes to strangers: %+v", all)
	}
}

func TestNoticeTemplate(t *testing.T) {
	tmpl, err := ParseNotice("mine", "{{.Sender}} {{number .Messages}}{{range .Deliveries}} {{.Meant}}{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	_, parts := readMail(t, notice(t, tmpl, &notices(weekly())[0]))
	if got := strings.TrimSpace(parts["text/plain"]); got != "j.okafor@corp.example 1 t.mori@bigcustomer.example" {
		t.Errorf("%q", got)
	}
	if _, err := ParseNotice("bad", "{{"); err == nil {
		t.Error("no error")
	}
}
