package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// twoHosts returns the log of a server that hands all its mail to another one, a mail a
// minute, and the lines of each of the two.
func twoHosts(address string) (whole string, of map[string]string) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var all strings.Builder
	each := map[string]*strings.Builder{"mail": {}, "hub": {}}
	line := func(host, format string, args ...any) {
		text := fmt.Sprintf("%s %s postfix/%s\n", at.Format("2006-01-02T15:04:05.000Z07:00"), host, fmt.Sprintf(format, args...))
		at = at.Add(3 * time.Millisecond)
		all.WriteString(text)
		each[host].WriteString(text)
	}
	for i := range 120 {
		first, last := fmt.Sprintf("%010X", 0xA0000+i), fmt.Sprintf("%010X", 0xB0000+i)
		to := fmt.Sprintf("<n%d@%s>", i%7, []string{"army.ml", "army.mil", "partner.example"}[i%3])
		line("mail", "smtpd[1]: %s: client=ws[192.168.1.7], sasl_method=PLAIN, sasl_username=kim%d", first, i%5)
		line("mail", "cleanup[2]: %s: message-id=<%d@corp.example>", first, i)
		line("mail", "qmgr[3]: %s: from=<kim%d@corp.example>, size=400, nrcpt=1 (queue active)", first, i%5)
		line("hub", "smtpd[1]: %s: client=mail.corp.example[%s]", last, address)
		line("hub", "cleanup[2]: %s: message-id=<%d@corp.example>", last, i)
		line("hub", "qmgr[3]: %s: from=<kim%d@corp.example>, size=600, nrcpt=1 (queue active)", last, i%5)
		line("mail", "smtp[4]: %s: to=%s, relay=hub.corp.example[%s]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as %s)", first, to, address, last)
		line("mail", "qmgr[3]: %s: removed", first)
		line("hub", "smtp[4]: %s: to=%s, relay=mx.partner.example[203.0.113.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)", last, to)
		line("hub", "qmgr[3]: %s: removed", last)
		at = at.Add(time.Minute)
	}
	return all.String(), map[string]string{"mail": each["mail"].String(), "hub": each["hub"].String()}
}

// hubAddresses are addresses of the hub of twoHosts: a public one, and one of the
// organisation's own, which with -short is left out.
func hubAddresses() []string {
	all := []string{"198.51.100.2", "192.168.1.2"}
	return all[:rounds(len(all))]
}

// TestSplitByHost: one log and a file of it for each host give one report but for where its
// lines stand: what one host hands to the other is one delivery, at an address of the
// organisation's own or a public one.
func TestSplitByHost(t *testing.T) {
	t.Parallel()
	for _, address := range hubAddresses() {
		whole, of := twoHosts(address)
		one, split := t.TempDir(), t.TempDir()
		of[""] = whole
		for host, text := range of {
			path := filepath.Join(split, host+".log")
			if host == "" {
				path = filepath.Join(one, "all.log")
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, history := range []bool{false, true} {
			report := func(path string) map[string]any {
				flags := []string{"--internal", "corp.example", "--protect", "army.mil"}
				if history {
					flags = append(flags, "--state", t.TempDir())
				}
				r := reportOf(t, nil, flags, path)
				for _, d := range r["deliveries"].([]any) {
					delete(d.(map[string]any), "source")
					delete(d.(map[string]any), "line")
				}
				return r
			}
			want := report(one)
			if diff := cmp.Diff(want, report(split)); diff != "" {
				t.Errorf("%s, history %v (-whole +split):\n%s", address, history, diff)
			}
			if n := want["coverage"].(map[string]any)["deliveries"]; n != 120.0 || len(want["deliveries"].([]any)) != 40 {
				t.Errorf("%s: %v deliveries, want 120, of which 40 are findings", address, n)
			}
		}
	}
}
