package envelope

import "testing"

func TestPlainSender(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"alice@corp.example":                              "alice@corp.example",
		"prvs=1234567890=alice@corp.example":              "alice@corp.example",
		"bounces+jane=army.ml@corp.example":               "bounces@corp.example",
		"list-owner-jane=army.ml@corp.example":            "list-owner@corp.example",
		"SRS0=HHH=TT=partner.com=x@corp.example":          "x@partner.com",
		"SRS1=HHH=a.example==HHH=TT=partner.com=x@b.test": "x@partner.com",
		"user=x@corp.example":                             "user=x@corp.example",
		"":                                                "",
	} {
		if got := PlainSender(in); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
}

func TestRelayHost(t *testing.T) {
	t.Parallel()
	for relay, want := range map[string]string{"mx1.army.ml[192.0.2.7]:25": "mx1.army.ml", "none": "none", "": ""} {
		if got := RelayHost(relay); got != want {
			t.Errorf("%s: got %q, want %q", relay, got, want)
		}
	}
}
