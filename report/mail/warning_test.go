package mail

import (
	"errors"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

// warned returns the warning to a sender as it goes out.
func warned(t *testing.T, language string, w Warning, sender string) string {
	t.Helper()
	tmpl, err := ParseWarning(language)
	if err != nil {
		t.Fatal(err)
	}
	const from = "typoaudit@corp.example"
	return sent(t)(tmpl.Compose(w, sender, Options{From: from, Date: reporttest.Now(), MessageID: WarningID(w, sender, from, reporttest.Now())}))
}

// TestWarning: each language says where the mail goes, what may be meant and why; no program
// answers it.
func TestWarning(t *testing.T) {
	t.Parallel()
	slip := Warning{Recipient: "jane.doe@army.ml", Meant: "jane.doe@army.mil", Domain: "army.ml", Intended: "army.mil"}
	reporttest.Golden(t, *update, "warning.eml", strings.ReplaceAll(warned(t, "en", slip, "kim@corp.example"), "\r\n", "\n"))
	listed, alone := slip, Warning{Recipient: "jane@hostile.example", Domain: "hostile.example", Listed: true}
	listed.Listed = true
	for _, language := range Languages() {
		var all strings.Builder
		for _, w := range []Warning{slip, listed, alone} {
			m, parts := readMail(t, warned(t, language, w, "kim@corp.example"))
			if m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("To") != "<kim@corp.example>" || m.Header.Get("Subject") == "" || len(parts) != 1 {
				t.Errorf("%s: %v, %d parts", language, m.Header, len(parts))
			}
			plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(parts["text/plain"])))
			if err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(string(plain), "\r\n", "\n")
			for _, fact := range []string{strings.ReplaceAll(w.Recipient, ".", "[.]")[strings.IndexByte(w.Recipient, '@'):], w.Meant, w.Intended} {
				if !strings.Contains(strings.ReplaceAll(text, "jane[.]doe", "jane.doe"), fact) {
					t.Errorf("%s: want %q in\n%s", language, fact, text)
				}
			}
			all.WriteString(text + "----\n")
		}
		reporttest.Golden(t, *update, "warning-"+language+".txt", all.String())
	}
	if _, err := ParseWarning("tlh"); err == nil {
		t.Error("a language that there is not: no error")
	}
}

// TestWarningHostile: what somebody typed as a recipient is harmless, and in the text alone.
func TestWarningHostile(t *testing.T) {
	t.Parallel()
	h := reporttest.Hostile().Deliveries[0].Recipient + "\r\nBcc: x@hostile.example\r\n\x1b[2J"
	m, parts := readMail(t, warned(t, "en", Warning{Recipient: h, Meant: h, Domain: "army.ml", Intended: "army.mil"}, "kim@corp.example"))
	reporttest.CheckHarmless(t, "warning", strings.ReplaceAll(parts["text/plain"], "\r\n", "\n"))
	if m.Header.Get("Bcc") != "" || len(m.Header) > 12 {
		t.Errorf("got the header %v", m.Header)
	}
	tmpl, err := ParseWarning("en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tmpl.Compose(Warning{}, "kim\r\n@corp.example", Options{From: "typoaudit@corp.example"}); !errors.Is(err, ErrAddress) {
		t.Errorf("got %v", err)
	}
}
