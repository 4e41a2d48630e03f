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

func TestSite(t *testing.T) {
	t.Parallel()
	for relay, want := range map[string]string{
		"out1.isp.example[192.0.2.7]:25": "isp.example", "out2.isp.example": "isp.example", "a.mx.isp.co.uk[192.0.2.7]:25": "isp.co.uk",
		"isp.co.uk": "isp.co.uk", "isp.example": "isp.example", "smtp.isp.example:587": "isp.example", "hub": "hub", "hub.de": "hub.de",
		"[192.0.2.7]:25": "192.0.2.7", "unknown[2001:db8::7]:25": "2001:db8::7", "192.0.2.7": "192.0.2.7", "192.0.2.7:25": "192.0.2.7", "2001:db8::7": "2001:db8::7",
		"corp.mail.protection.outlook.com[192.0.2.7]:25": "corp.mail.protection.outlook.com", "mx.xgoogle.com": "xgoogle.com",
		"": "", "none": "none",
	} {
		if got := Site(relay); got != want {
			t.Errorf("%s: got %q, want %q", relay, got, want)
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
