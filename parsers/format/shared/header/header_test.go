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
		{"user@[192.0.2.1], user@[IPv6:2001:db8::1]", "user@[192.0.2.1]"},
		{"\"\" <a@b.example>, \"", "a@b.example"},
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
	for _, part := range []string{"(", "<", `"`, "((a)", `<"`, `"a`, "@ ", "<a,", `\"`, "=?a?", ":"} {
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
	want := time.Date(2026, 11, 3, 9, 18, 31, 0, time.FixedZone("", 3600))
	for _, s := range []string{"Tue, 3 Nov 2026 09:18:31 +0100", "Tue, 03 Nov 2026 09:18:31 +0100 (CET)", "3 Nov 2026 09:18:31 +0100", " Tue,  3 Nov 2026 08:18:31 GMT\r\n", "Tue, 03 Nov 2026 03:18:31 -0500"} {
		if got, ok := Date([]byte(s)); !ok || !got.Equal(want) {
			t.Errorf("%s: %v %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "yesterday", "Tue, 32 Nov 2026 09:18:31 +0100", strings.Repeat("9", 5000)} {
		if got, ok := Date([]byte(s)); ok {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func FuzzAddresses(f *testing.F) {
	for _, s := range []string{`"Doe, Jane" <jane@army.ml>, x: a@b.example;`, "<@r:a@b>", "=?u?q?a=40b?= <c@d>", "(a(b)c) d@e", `"a b"@c`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var l List
		n := 0
		l.Each(data, func(a []byte) {
			n++
			if !IsAddress(a) || len(a) > maxAddress {
				t.Fatalf("%q of %q", a, data)
			}
		})
		if n != l.Found || n > len(data)/3 {
			t.Fatalf("got %d addresses, counted %d, of %q", n, l.Found, data)
		}
		// What others can read, this can.
		list, err := mail.ParseAddressList(string(data))
		if err == nil && len(list) > 0 && n == 0 && !bytes.ContainsAny(data, "\x00\"\\[=(") && IsAddress([]byte(list[0].Address)) && len(list[0].Address) <= maxAddress {
			t.Fatalf("%q: none, and net/mail reads %v", data, list)
		}
	})
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
