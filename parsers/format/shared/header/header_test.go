package header

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ list, want string }{
		{"jane@army.ml", "jane@army.ml"},
		{"<jane@army.ml>, jane@army.mil (comment)", "jane@army.ml jane@army.mil"},
		{`"Doe, Jane <jane@army.mil>" <jane@army.ml>`, "jane@army.ml"},
		{`"jane@army.mil" <jane@army.ml>`, "jane@army.ml"},
		{"=?UTF-8?Q?jane@army.mil?= <jane@army.ml>", "jane@army.ml"},
		{"=?UTF-8?Q?M=C3=BCller=2C_x?= <a@b.example>, =?utf-8?B?QUBC?= c@d.example", "a@b.example c@d.example"},
		{"undisclosed-recipients:;", ""},
		{"team: ann@army.mil, <joe@army.ml>;, last@corp.example", "ann@army.mil joe@army.ml last@corp.example"},
		{"<@relay.example,@other.example:joe@army.ml>", "joe@army.ml"},
		{"<@relay.example:joe@army.ml>", "joe@army.ml"},
		{"jane (at (home) here) @ army.ml, x@y.example", "jane@army.ml x@y.example"},
		{"jane(a@b.example)@army.ml", "jane@army.ml"},
		{`"jane doe"@army.ml`, `"jane doe"@army.ml`},
		{`"a, b"@army.ml, "c@d"@army.ml`, `"a, b"@army.ml "c@d"@army.ml`},
		{`"Doe, Jane <jane@army.ml>, bob@corp.example`, "jane@army.ml bob@corp.example"},
		{`"Doe, Jane <jane@army.ml>, "Bob" <bob@corp.example>`, "jane@army.ml bob@corp.example"},
		{"Jane <jane@army.ml, Bob <bob@corp.example>", "jane@army.ml bob@corp.example"},
		{"<jane@army.ml", "jane@army.ml"},
		{"<<jane@army.ml>>", "jane@army.ml"},
		{"Jane <mailto:jane@army.ml>", "jane@army.ml"},
		{"a@b.example; c@d.example", "a@b.example c@d.example"},
		{"a@b.example c@d.example", "a@b.example c@d.example"},
		{"Jane Doe jane@army.ml", "jane@army.ml"},
		{"<a@b.example> Bob <c@d.example>", "a@b.example c@d.example"},
		{"'jane@army.ml'", "jane@army.ml"},
		{"'Jane' <'jane@army.ml'>", "jane@army.ml"},
		{"jürgen@bücher.example, Jos\xe9 <jose@army.ml>", "jürgen@bücher.example jose@army.ml"},
		{"a@b.example,,, ,<>,nobody,@x.example,c@,d@e.example", "a@b.example d@e.example"},
		{"(unclosed jane@army.ml, bob@corp.example", "jane@army.ml bob@corp.example"},
		{"a@b.example,\r\n\tc@d.example,\n e@f.example", "a@b.example c@d.example e@f.example"},
		{"<a@b.example\r\n >", "a@b.example"},
		{"evil\x1b[2J@army.ml, ok@army.ml", "ok@army.ml"},
		{`Bob \"x\" <bob@corp.example>`, "bob@corp.example"},
		{"user@[192.0.2.1], user@[IPv6:2001:db8::1]", "user@[192.0.2.1] user@[IPv6:2001:db8::1]"},
		{"\"\" <a@b.example>, \"", "a@b.example"},
		// White space and comments round dots: RFC 5322 section 4.4.
		{"jdoe@test   . example", "jdoe@test.example"},
		{"jdoe@test(of) . (the)example, x@y.example", "jdoe@test.example x@y.example"},
		{"john . q. public@army.ml", "john.q.public@army.ml"},
		{"Pete(A wonderful \\) chap) <pete(his account)@silly.test(his host)>", "pete@silly.test"},
		{"Chris Jones <c@(Chris's host.)public.example>", "c@public.example"},
		{"<jane @\r\n army . ml>", "jane@army.ml"},
		{"Joe Q. Public jane@army.ml", "jane@army.ml"},
		{"Joe Q. jane@army.ml", "jane@army.ml"},
		{"jane@army.ml. bob@corp.example", "jane@army.ml. bob@corp.example"},
		{"a@b.example(x)c@d.example", "a@b.example c@d.example"},
		// Colons, and what programs write round addresses.
		{"Undisclosed-Recipient:@army.ml;", ""},
		{"<Undisclosed-Recipient:@army.ml;>, jane@army.ml", "jane@army.ml"},
		{"<undisclosed:x@army.ml>", ""},
		{"jane@army.ml 10:30, bob@corp.example", "jane@army.ml bob@corp.example"},
		{"[mailto:jane@army.ml], Jane [mailto:joe@army.ml]", "jane@army.ml joe@army.ml"},
		{"jane@army.ml [mailto:jane@army.ml]", "jane@army.ml jane@army.ml"},
		{"Jane [SMTP:jane@army.ml], Joe [joe@army.ml]", "jane@army.ml joe@army.ml"},
		{"Jane <mailto:jane@army.ml?subject=hi>, mailto:joe@army.ml", "jane@army.ml joe@army.ml"},
		{"<@a.example:@b.example:joe@army.ml>, <@a.example,@b.example:SMTP:x@army.ml>", "joe@army.ml x@army.ml"},
		{"@a.example:joe@army.ml", "joe@army.ml"},
		{"jane@army.ml>, joe@army.ml), (x) bob@corp.example", "jane@army.ml joe@army.ml bob@corp.example"},
		{"a: b@c.example, d: e@f.example;, g@h.example", "b@c.example e@f.example g@h.example"},
		{"<jane@army.ml joe@army.ml>", "jane@army.ml joe@army.ml"},
		{"<jane@ar\r\n my.ml>", "jane@army.ml"},
		{`<"jane@army.ml">, "joe@army.ml", "x" <bob@corp.example>`, "jane@army.ml joe@army.ml bob@corp.example"},
		{"jane@army.ml <>, Joe <joe>", "jane@army.ml"},
		// Other sets of characters.
		{"\x1b$B0)ED\x1b(B <jane@army.ml>, \x1b$B0)<,\\\x1b(B <kim@army.mil>", "jane@army.ml kim@army.mil"},
		{"\"\x1b$B0\"\\,@\x1b(B\" <jane@army.ml>, (\x1b$B)(\x1b(J) kim@army.mil", "jane@army.ml kim@army.mil"},
		{"\x1b$)C\x0e1h,<>\x0f <jane@army.ml>, ~{<:Ky2;N,@~} <kim@army.mil>", "jane@army.ml kim@army.mil"},
		{"\x1b$B0,jane@army.ml, ~jane@army.ml, \x0ejoe, <x@army.ml>", "jane@army.ml ~jane@army.ml x@army.ml"},
		{strings.Repeat("~a@b.example,", 40) + `"c, d" <e@f.example>`, strings.Repeat("~a@b.example ", 40) + "e@f.example"},
		{"jane@army.ml\u00a0, \u200bjoe@army.ml\u200b,<\u00a0kim@army.mil\u200e>", "jane@army.ml joe@army.ml kim@army.mil"},
		{"jane@army.ml，joe@army.ml；kim@army.mil、<a@b.example>", "jane@army.ml joe@army.ml kim@army.mil a@b.example"},
		// Mailboxes within encoded words and quotes.
		{"=?utf-8?B?IkphbmUiIDxqYW5lQGFybXkubWw+?=", "jane@army.ml"},
		{"=?utf-8?Q?=22Doe=2C_Jane=22_=3Cjane=40army=2Eml=3E?=, bob@corp.example", "jane@army.ml bob@corp.example"},
		{"=?iso-2022-jp?B?GyRCMCkbKEI=?= =?us-ascii?q?=3Cjane=40army.ml=3E?=", "jane@army.ml"},
		{"=?utf-8?Q?jane=40army.ml?= <>, =?utf-8?Q?x=?=, =?x", "jane@army.ml"},
		{"=?utf-8?Q?jane=40army.mil?= <jane@army.ml>", "jane@army.ml"},
		{`"jane@army.mil" <jane>, joe@army.ml`, "joe@army.ml"},
		{`"jane@army.ml" </O=CORP/OU=X/CN=JANE>, Joe </O=CORP/CN=JOE>, 'kim@army.ml' <EX:/o=Corp>`, "jane@army.ml kim@army.ml"},
	} {
		var got []string
		var l List
		l.Each([]byte(test.list), func(a []byte) { got = append(got, string(a)) })
		if strings.Join(got, " ") != test.want {
			t.Errorf("%q\n got %q\nwant %q", test.list, strings.Join(got, " "), test.want)
		}
	}
}

func TestListsAreBounded(t *testing.T) {
	t.Parallel()
	var l List
	n := 0
	l.Each(bytes.Repeat([]byte("a@b.example,"), 3*MaxAddresses), func([]byte) { n++ })
	if n != MaxAddresses || !l.Cut {
		t.Errorf("%d addresses, cut %v", n, l.Cut)
	}
	l.Each([]byte(strings.Repeat("a", 2*maxAddress)+"@b.example, c@d.example"), func([]byte) { n++ })
	if n != MaxAddresses+1 || l.Broken != 1 || l.Cut {
		t.Errorf("%d more addresses, %d broken", n-MaxAddresses, l.Broken)
	}
}

// TestLinear: nothing that may be left open is looked for again and again.
func TestLinear(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"(", "<", `"`, "((a)", `<"`, `"a`, "@ ", "<a,", `\"`, "=?a?", ":", "\x1b$", "\x1b", `"` + "\x1b$", "(\x1b$", "~{", "\x0e", "[", "a@[", "a. ", "a@b. ", "a@b:", "=?a?q?", "=?a?q?b", "?"} {
		value := []byte(strings.Repeat(part, MaxSize/len(part)))
		done := make(chan struct{})
		go func() {
			defer close(done)
			new(List).Each(value, func([]byte) {})
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second): // a quarter of a millisecond is usual
			t.Fatalf("%q repeated takes for ever", part)
		}
	}
}

func TestEach(t *testing.T) {
	t.Parallel()
	for _, nl := range []string{"\n", "\r\n"} {
		block := strings.ReplaceAll("From a@b Mon\nTo: a@b.example,\n\tc@d.example\nno field\n>From x\nX-Empty:\nSubject : one\n  two\n: x\nB\xe4d: y\nLast: z\n\nTo: body@corp.example\n", "\n", nl)
		var got []string
		Each([]byte(block), func(f Field) bool {
			got = append(got, fmt.Sprintf("%s=%s", f.Name, f.Text()))
			return true
		})
		want := []string{"To=a@b.example,\tc@d.example", "X-Empty=", "Subject=one  two", "Last=z"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if at := End([]byte(block)); !strings.HasPrefix(block[at:], "To: body") {
			t.Errorf("the header ends at %d", at)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][2]string{
		" <a@b>\r\n <c@d> ": {"a@b", "c@d"}, "a@b": {"a@b", "a@b"}, "<a@b": {"a@b", "a@b"}, "": {"", ""}, "a@b (x)": {"a@b", "a@b"},
	} {
		if first, last := MessageID([]byte(value)), LastMessageID([]byte(value)); string(first) != want[0] || string(last) != want[1] {
			t.Errorf("%q: %q and %q", value, first, last)
		}
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 3, 8, 18, 31, 0, time.UTC)
	for _, s := range []string{
		"Tue, 3 Nov 2026 09:18:31 +0100", "Tue, 03 Nov 2026 09:18:31 +0100 (CET)", "3 Nov 2026 09:18:31 +0100", " Tue,  3 Nov 2026 08:18:31 GMT\r\n", "Tue, 03 Nov 2026 03:18:31 -0500",
		"Tue, 3 Nov 2026 03:18:31 EST", "Tue, 3 Nov 2026 00:18:31 PST", "Tue, 3 Nov 2026 08:18:31", "Tue, 3 Nov 26 08:18:31 UT", "3 NOV 126 08:18:31 Z", "Tue, 3 Nov 2026 10:18:31 CEST",
		"Tue, 3 Nov 2026 09(comment (nested)):   18  :  31 +0100", "Tue(x), 3(y) Nov 2026 09:18:31 +0100", "Tue Nov  3 08:18:31 2026", "Tue Nov  3 09:18:31 MET 2026", "Tue Nov 3 09:18:31 +0100 2026",
		"2026-11-03T09:18:31+01:00", "2026-11-03 09:18:31 +0100", "2026-11-03T08:18:31.123Z", "03-Nov-2026 09:18:31 +0100", "Tuesday, November 3, 2026 8:18:31 AM", "Tue, 3 Nov 2026 09:18:31 GMT+0100", "Tue, 3 Nov 2026 09:18:31 UTC+1",
		"Di, 3 Nov 2026 09:18:31 +0100", "mar., 3 nov. 2026 09:18:31 +0100", "3.11.2026 09:18:31 +0100", "Tue, 3 Nov 2026 09.18.31 +0100", "Tue, 3 Nov 2026 08:18:31 H0500", "\"Tue, 3 Nov 2026 09:18:31 +0100\"",
	} {
		if got, ok := Date([]byte(s)); !ok || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: %v %v", s, got, ok)
		}
	}
	for _, s := range []string{
		"", "yesterday", "Tue, 32 Nov 2026 09:18:31 +0100", "Tue, 31 Nov 2026 09:18:31 +0100", strings.Repeat("9", 5000), "Tue, 3 Nov 2026", "Tue, 3 Nov 2026 25:18:31", "Tue, 3 Nov 1601 09:18:31 +0000", "11/03/2026 09:18:31", "Nov 2026 09:18:31",
		"mar 3 août 2026 09:18:31 +0200", "mar 3 nov 2026 09:18:31 +0100", "Di, 3 Dez 2026 09:18:31 +0100", "Вт, 3 ноя 2026 09:18:31 +0300", "Tue, 3 Nov 2026 09:18:31 +", "Tue, 3 Nov 2026 09::31", "(((", ":", "-", "99999999999999999999 Nov 2026 09:18:31",
	} {
		if got, ok := Date([]byte(s)); ok {
			t.Errorf("%s: %v", s, got)
		}
	}
	if got, ok := ReceivedDate([]byte(" from a (b; c) by d\r\n\tid e; Tue, 3 Nov 2026\r\n\t09:18:31 +0100 (CET)")); !ok || !got.Equal(want) {
		t.Errorf("Received: %v %v", got, ok)
	}
	if got, ok := ReceivedDate([]byte("from a by d, Tue, 3 Nov 2026 09:18:31 +0100")); ok {
		t.Errorf("Received without a date: %v", got)
	}
}

// FuzzAddresses holds the addresses to what an address is, and to net/mail: each
// mailbox that it can read, this reads, with the same domain.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{
		`"Doe, Jane" <jane@army.ml>, x: a@b.example;`, "<@r:a@b>", "=?u?q?a=40b?= <c@d>", "(a(b)c) d@e", `"a b"@c`,
		"jdoe@test . example", "a . b @ c . d", "a@[192.0.2.1]", "[mailto:a@b]", "\x1b$B<\x1b(B <a@b>", "=?utf-8?B?IkphbmUiIDxqYW5lQGFybXkubWw+?=", "g:<a@b>,c@d;,e@f",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var l List
		n := 0
		domains := map[string]bool{}
		l.Each(data, func(a []byte) {
			n++
			domains[string(a[bytes.LastIndexByte(a, '@')+1:])] = true
			if !IsAddress(a) || len(a) > maxAddress {
				t.Fatalf("%q of %q", a, data)
			}
		})
		if n != l.Found || n > len(data)/3 || l.Missed > l.Broken {
			t.Fatalf("got %d addresses, counted %d, %d broken, %d missed, of %q", n, l.Found, l.Broken, l.Missed, data)
		}
		for _, domain := range readByGo(data) {
			if !domains[domain] {
				t.Fatalf("%q: got %v, and net/mail reads %q", data, domains, domain)
			}
		}
	})
}

// readByGo returns the domains of the addresses that net/mail reads, if it reads all
// of a list. Text in other sets of characters, and what a program writes round an
// address, are more than net/mail knows.
func readByGo(data []byte) (domains []string) {
	if bytes.ContainsAny(data, "\x1b\x0e~?，；、") || bytes.ContainsFunc(data, func(c rune) bool { return c > '~' && isUnseen(c) }) {
		return nil
	}
	list, err := mail.ParseAddressList(string(data))
	if err != nil {
		return nil
	}
	for _, a := range list {
		at := strings.LastIndexByte(a.Address, '@')
		if domain := a.Address[at+1:]; a.Address[0] != '\'' && IsAddress([]byte("x@"+domain)) && len(a.Address)+2 <= maxAddress {
			domains = append(domains, domain)
		}
	}
	return domains
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte("To: a@b\r\n c@d\r\n\r\nbody"))
	f.Add([]byte("Date: Tue, 3 Nov 2026 09:18:31 +0100\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		size := 0
		Each(data, func(field Field) bool {
			size += len(field.Name) + len(field.Value)
			if !IsName(field.Name) {
				t.Fatalf("name %q", field.Name)
			}
			_ = field.Text()
			MessageID(field.Value)
			if d, ok := Date(field.Value); ok && d.IsZero() {
				t.Fatalf("no date in %q", field.Value)
			}
			return true
		})
		if end := End(data); size > len(data) || end > len(data) {
			t.Fatalf("%d bytes of fields, end %d, of %d", size, end, len(data))
		}
	})
}

func BenchmarkAddresses(b *testing.B) {
	value := []byte("\"Doe, Jane\" <jane@army.mil>,\n =?UTF-8?Q?M=C3=BCller?= <bob@corp.example>, plain@partner.example")
	var l List
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		l.Each(value, func([]byte) {})
	}
}
