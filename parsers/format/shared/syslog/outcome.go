package syslog

import (
	"bytes"
	"encoding/binary"
)

// ShowsOutcome reports whether text, which nobody understood, looks like a line that
// says what became of a message for a recipient, in the way of any mail server, even
// if a word of it is damaged or missing. It is for texts that nobody read: it
// searches all of one.
func ShowsOutcome(text []byte) bool {
	return hasFields(text) || hasArrow(text) || hasRefusal(text)
}

// hasFields reports two of the fields of a delivery line: of Postfix (to=, relay=,
// delay=, dsn=, status=), Sendmail (to=, mailer=, dsn=, stat=), OpenSMTPD (evpid=,
// result=, stat=) and Exim (R=, T=, H=). One alone may be of anything.
func hasFields(text []byte) bool {
	n := 0
	for from := 0; ; {
		i := bytes.IndexByte(text[from:], '=')
		if i < 0 {
			return false
		}
		if isField(text[:from+i]) {
			if n++; n == 2 {
				return true
			}
		}
		from += i + 1
	}
}

// isField reports whether before, the text before an equals sign, ends with the name
// of a field of a delivery.
func isField(before []byte) bool {
	switch string(before[bytes.LastIndexAny(before, " ,;\t\"")+1:]) {
	case "to", "relay", "delay", "delays", "dsn", "status", "stat", "mailer", "xdelay", "evpid", "result", "R", "T":
		return true
	}
	return false
}

// hasArrow reports one of Exim's flags of a delivery between an id, of which at
// least a digit is left, and an address.
func hasArrow(text []byte) bool {
	for _, arrow := range [...]string{"=> ", "-> ", "** ", "== ", ">> "} {
		before, after, ok := bytes.Cut(text, []byte(arrow))
		if !ok || len(before) > 0 && before[len(before)-1] != ' ' {
			continue
		}
		before = bytes.TrimRight(before, " ")
		id := before[bytes.LastIndexByte(before, ' ')+1:]
		isID := bytes.ContainsAny(id, "0123456789") && !bytes.ContainsAny(id, "@<>=")
		if (len(id) == 0 || isID) && bytes.IndexByte(after, '@') >= 0 {
			return true
		}
	}
	return false
}

// hasRefusal reports a recipient that was refused.
func hasRefusal(text []byte) bool {
	return bytes.Contains(text, []byte("RCPT")) && bytes.IndexByte(text, '@') >= 0 &&
		(bytes.Contains(text, []byte("reject: ")) || bytes.Contains(text, []byte("rejected ")) || bytes.Contains(text, []byte("discard: ")))
}

// isOrdinary reports a text that begins as most of those do that say nothing of a
// delivery: it is not searched.
func isOrdinary(text []byte) bool {
	if len(text) < 4 {
		return true
	}
	switch binary.LittleEndian.Uint32(text) {
	case wordConn, wordDisc, wordLost, wordWarn, wordStat, wordTime, wordAnon, wordTrus, wordUntr, wordVeri, wordSSLA, wordPass, wordImpr:
		return true
	}
	return false
}

// The first four letters of ordinary texts, as a little-endian number.
const (
	wordConn = 'c' | 'o'<<8 | 'n'<<16 | 'n'<<24 // connect from
	wordDisc = 'd' | 'i'<<8 | 's'<<16 | 'c'<<24 // disconnect from
	wordLost = 'l' | 'o'<<8 | 's'<<16 | 't'<<24 // lost connection after
	wordWarn = 'w' | 'a'<<8 | 'r'<<16 | 'n'<<24 // warning:
	wordStat = 's' | 't'<<8 | 'a'<<16 | 't'<<24 // statistics:
	wordTime = 't' | 'i'<<8 | 'm'<<16 | 'e'<<24 // timeout after
	wordAnon = 'A' | 'n'<<8 | 'o'<<16 | 'n'<<24 // Anonymous TLS connection established
	wordTrus = 'T' | 'r'<<8 | 'u'<<16 | 's'<<24 // Trusted TLS connection established
	wordUntr = 'U' | 'n'<<8 | 't'<<16 | 'r'<<24 // Untrusted TLS connection established
	wordVeri = 'V' | 'e'<<8 | 'r'<<16 | 'i'<<24 // Verified TLS connection established
	wordSSLA = 'S' | 'S'<<8 | 'L'<<16 | '_'<<24 // SSL_accept error from
	wordPass = 'P' | 'A'<<8 | 'S'<<16 | 'S'<<24 // PASS NEW, of postscreen
	wordImpr = 'i' | 'm'<<8 | 'p'<<16 | 'r'<<24 // improper command pipelining
)
