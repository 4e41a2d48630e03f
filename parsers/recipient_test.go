package parsers_test

import (
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
)

func TestHasDomain(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"jane@army.ml": true, "jane@ARMY.ml.": true, `"a b@c"@army.ml`: true, "jane@localhost": true, "jane@a_b.example": true,
		"@relay.example:jane@army.ml": true, "jane@[192.0.2.1]": true, "jane@bücher.example": true, "jane@bücher。example": true, "jane@नमस्ते.example": true,
		"jane@army.ml\u200b": true, "root": true, "|/usr/bin/a.b": true, "/var/mail/a.b!c": true, "john.doe": true, "": true, "|/usr/bin/a b": true,
		"|filter >> /tmp/x": true, "jane@foo.xxx": true, "jane@xx.example": true, "xx": true, "cafe": true, "deadbeefdeadbeef": true, "jane.removed": true, "1234567890123456": true,

		"jane@army..ml": false, "jane@.army.ml": false, "jane@army.ml..": false, "jane@army,ml": false, "Jane <jane@army.ml>": false, "jane@army.ml\u00a0": false,
		"jane@army.ml\x1b[0m": false, "'jane@army.ml'": false, "jane@": false, "@army.ml": false, "jane@[192.0.2.1": false, "army.ml!jane": false,
		"jane%army.ml": false, "[email protected]": false, "jane(at)army.ml": false, "jane at army.ml": false, "jane＠army.ml": false, "jane@b\xfccher.example": false, "jane@bücher. ml": false,
		"***": false, "***@***": false, "<email>": false, "<redacted>": false, "REDACTED": false, "[REDACTED-12]": false, "xxxxx": false, "XXX": false, "jane@xxxxx": false, "jane@xxxxx.xx": false, "xxxxx@XXXXX.XXX": false,
		"a1b2c3d4e5f60718": false, "•••••": false, "jan…": false, "jan...": false, strings.Repeat("a", 2000) + "@army.ml": false,
	} {
		if got := parsers.HasDomain(address); got != want {
			t.Errorf("%.60q: got %v, want %v", address, got, want)
		}
	}
}

// TestMissUnread: mail counts as not understood that may have reached a stranger whose domain is not known.
func TestMissUnread(t *testing.T) {
	t.Parallel()
	const odd = "jane@army..ml"
	for _, test := range []struct {
		d    parsers.Delivery
		want int64
	}{
		{parsers.Delivery{Recipient: odd, Arrived: parsers.ArrivedYes}, 1},
		{parsers.Delivery{Recipient: odd}, 1},
		{parsers.Delivery{Recipient: "jane@army.ml", Arrived: parsers.ArrivedYes}, 0},
		{parsers.Delivery{Recipient: odd, Arrived: parsers.ArrivedNo}, 0},
		{parsers.Delivery{Recipient: "***@***", Status: parsers.StatusBounced, Arrived: parsers.ArrivedNo}, 1},
		{parsers.Delivery{Recipient: "REDACTED", Status: parsers.StatusDeferred, Arrived: parsers.ArrivedNo}, 1},
		{parsers.Delivery{Recipient: "***@***", Status: parsers.StatusRejected, Arrived: parsers.ArrivedNo}, 0},
		{parsers.Delivery{Recipient: odd, Arrived: parsers.ArrivedYes, Local: true}, 0},
		{parsers.Delivery{Recipient: odd, Arrived: parsers.ArrivedYes, Direction: parsers.DirectionInbound}, 0},
	} {
		var tally parsers.Tally
		if tally.MissUnread(&test.d); tally.NotUnderstood.Total() != test.want || tally.Malformed != test.want {
			t.Errorf("%+v: %d not understood, want %d", test.d, tally.NotUnderstood.Total(), test.want)
		}
	}
}

// TestMissBare: a recipient without a domain is missed where servers write one to each, once.
func TestMissBare(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]int64{"jane": 1, "jane@army.ml": 0, "": 0, "Postmaster": 0, "REDACTED": 0} {
		var tally parsers.Tally
		if tally.MissBare(address, parsers.Origin{Line: 1}); tally.NotUnderstood.Total() != want {
			t.Errorf("%s: %d not understood, want %d", address, tally.NotUnderstood.Total(), want)
		}
	}
}
