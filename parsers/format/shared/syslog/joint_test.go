package syslog

import "testing"

func TestQuotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`3AF: warning: header Subject: @ from h[192.0.2.7]; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h>`: true,
		`3AF: warning: header Subject: @: to=<c@d.example>, relay=mx, status=sent (250 ok)`:                           false,
		`1xV <= a@b.example S=9 T="@" from <a@b.example> for c@d.example`:                                             true,
		`1xV <= a@b.example S=9 T="a \" @"`:                                                                           true,
		`1xV <= a@b.example T="x" S=9@`:                                                                               false,
		`1xV => a@b.example C="@ => c@d.example C="250 Ok"`:                                                           false,
		`1xV => a@b.example C="250 @`:                                                                                 false,
		`evp result="Ok" stat="@" x`:                                                                                  false,
	} {
		at := -1
		for i := range text {
			if text[i] == '@' && (i == 0 || text[i-1] == ' ' || text[i-1] == '"' || text[i-1] == '9') {
				at = i
			}
		}
		if got := Quotes([]byte(text), at); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestFramingBefore(t *testing.T) {
	t.Parallel()
	const stamp = "2026-11-23T09:18:31Z mail postfix"
	for before, want := range map[string]string{
		"removed":          stamp,
		"removed<22>":      "<22>" + stamp,
		"removed<22>1 ":    "<22>1 " + stamp,
		"removed98 <22>1 ": "98 <22>1 " + stamp,
		"id=<x> 1 ":        stamp,
	} {
		if got := string((before + stamp)[framingBefore([]byte(before+stamp), len(before)):]); got != want {
			t.Errorf("%q: got %q, want %q", before, got, want)
		}
	}
}
