// Package reporttest holds the Results of which the reports are tested, and
// checks that hold for each of them. Tests alone import it.
package reporttest

import (
	"reflect"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// Now is when the reports of the tests are written.
func Now() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// At returns an hour of a day in November 2026.
func At(day, hour int) *time.Time {
	t := time.Date(2026, 11, day, hour, 4, 5, 0, time.UTC)
	return &t
}

func text(s string) *string { return &s }

// Empty is the Result of a clean audit.
func Empty() *result.Result {
	return &result.Result{
		Schema: result.Schema, Tool: result.Tool{Name: "typoaudit", Version: "1.0.0"}, GeneratedAt: Now(),
		Window:          result.Window{From: At(16, 8), To: At(22, 19)},
		InternalDomains: []string{"corp.example"}, MinConfidence: 0.5,
		Coverage: result.Coverage{
			ContentLimits: []string{},
			Sources: []result.Source{{
				Name: "mail.log", Format: "postfix", Bytes: 2 << 20, Lines: 30217, Records: 30000, Deliveries: 8120,
				First: At(16, 8), Last: At(22, 19), Problems: []string{},
			}},
			Lines: 30217, Deliveries: 8120, InWindow: 8120, Outbound: 8120, Problems: []string{}, IgnoreRules: []result.RuleUse{},
		},
		Kinds: []result.Kind{}, Weeks: []result.Week{},
		Senders: []result.Sender{}, Lookalikes: []result.Lookalike{}, Deliveries: []result.Delivery{}, Questions: []result.Question{},
	}
}

// Findings is the Result of an audit with all that a report may have to show.
func Findings() *result.Result {
	r := Empty()
	r.InternalInferred = true
	r.Coverage = result.Coverage{
		Uninspected: 2, ContentLimits: []string{"parts that are nested more than 32 deep were not looked into"},
		Sources: []result.Source{
			{Name: "mail.log.1", Format: "postfix", Bytes: 90 << 20, Lines: 1204001, Records: 1203989, Deliveries: 48200, Malformed: 12, First: At(16, 8), Last: At(22, 7), Problems: []string{}},
			{Name: "mail.log.2.gz", Format: "postfix", Bytes: 70 << 10, Lines: 330, Records: 330, Deliveries: 11, First: At(15, 1), Last: At(15, 2), Problems: []string{"unexpected end of compressed data at byte 70,144"}},
			{Name: "access.log", Problems: []string{"no mail log format recognised"}},
		},
		Lines: 1204331, Deliveries: 48211, Outbound: 31004, Malformed: 12, NoSender: 3, Incomplete: 7, Hidden: 4, HiddenMessages: 9, HiddenListed: 2, Suppressed: 8,
		IgnoreRules: []result.RuleUse{
			{Rule: `acme.co reason="our office there"`, Line: 3, Reason: "our office there", Messages: 8},
			{Rule: "*@partner.co -> partner.com", Line: 4},
			{Rule: "old.example until=2025-12-31", Line: 9, Until: At(1, 0), Expired: true},
		},
	}
	r.Kinds = []result.Kind{
		{Kind: "tld-swapped", Lookalikes: 1, Messages: 41, Arrived: result.Arrived{Yes: 38, No: 3}},
		{Kind: "deletion", Lookalikes: 1, Messages: 19, Arrived: result.Arrived{Yes: 19}},
		{Kind: "transposition", Lookalikes: 1, Messages: 6, Arrived: result.Arrived{Yes: 5, Maybe: 1}},
		{Kind: "tld-mistyped", Lookalikes: 1, Messages: 3, Arrived: result.Arrived{No: 1, Unknown: 2}},
		{Kind: "idn", Lookalikes: 1, Messages: 2, Arrived: result.Arrived{Unknown: 1, No: 1}},
	}
	r.Weeks = []result.Week{{From: *At(16, 0), To: *At(23, 0), Messages: 71, Arrived: result.Arrived{Yes: 62, Maybe: 1, No: 5, Unknown: 3}}}
	r.Totals = result.Totals{
		Messages: 71, Arrived: result.Arrived{Yes: 62, Maybe: 1, No: 5, Unknown: 3}, Senders: 4, Lookalikes: 5, Exposure: 61.2,
		NullSender: 2, UnknownSender: 1,
	}
	r.Senders, r.Lookalikes, r.Deliveries = someSenders(), someLookalikes(), someDeliveries()
	r.Questions = []result.Question{{
		Domain: "corp.test", Near: "corp.example", Why: "Is corp.test yours, as corp.example is? It has the same name.", Command: `typoaudit ignore add corp.test --reason "the same organisation"`, Messages: 12, Confidence: 0.87,
	}}
	for i := range r.Lookalikes {
		r.Lookalikes[i].Verdict = result.VerdictOf(r.Lookalikes[i].Confidence)
	}
	for i := range r.Kinds {
		r.Kinds[i].Text = result.KindText(r.Kinds[i].Kind)
	}
	r.Coverage.InWindow, r.Coverage.Problems = r.Coverage.Deliveries, []string{"open mail.log.3: no such file or directory"}
	r.Incomplete = true
	return r
}

func someSenders() []result.Sender {
	return []result.Sender{
		{Rank: 1, Sender: "kim.larsen@corp.example", Exposure: 38.2, Risk: result.RiskCritical, Messages: 41, Arrived: result.Arrived{Yes: 38, No: 3}, Recipients: 12,
			Lookalikes: []string{"army.ml", "acme-suply.com"}, Worst: "army.ml", Intended: "army.mil", Bytes: 120400, Attachments: 3,
			Sensitive: map[string]int64{"credentials": 1, "health": 2}, First: At(16, 8), Last: At(20, 9)},
		{Rank: 2, Sender: "purchasing@corp.example", Exposure: 17.9, Risk: result.RiskHigh, Messages: 19, Arrived: result.Arrived{Yes: 19}, Recipients: 1,
			Lookalikes: []string{"acme-suply.com"}, Worst: "acme-suply.com", Intended: "acme-supply.com", Sensitive: map[string]int64{}, First: At(16, 8), Last: At(18, 9)},
		{Rank: 3, Sender: "j.okafor@corp.example", Exposure: 4.6, Risk: result.RiskMedium, Messages: 6, Arrived: result.Arrived{Yes: 5, Maybe: 1}, Recipients: 6,
			Lookalikes: []string{"bigcustmoer.example"}, Worst: "bigcustmoer.example", Intended: "bigcustomer.example", Sensitive: map[string]int64{}, First: At(16, 8), Last: At(22, 19)},
		{Rank: 4, Sender: "jürgen@eu.corp.example", Exposure: 0.5, Risk: result.RiskLow, Messages: 2, Arrived: result.Arrived{Unknown: 1, No: 1}, Recipients: 2,
			Lookalikes: []string{"xn--bcher-kva.example"}, Worst: "xn--bcher-kva.example", Intended: "bucher.example", Sensitive: map[string]int64{}, First: At(17, 8), Last: At(17, 10)},
	}
}

func someLookalikes() []result.Lookalike {
	return []result.Lookalike{
		{Domain: "army.ml", Intended: "army.mil", Kind: "tld-swapped", How: "TLD .ml instead of .mil", Confidence: 0.9812, Exposure: 38.2, Messages: 41,
			Evidence: []result.Evidence{{Code: "error", Text: "TLD .ml instead of .mil.", Weight: 3.1}, {Code: "wrote-to-us", Text: "army.ml has written to you once.", Weight: -0.4}},
			Arrived:  result.Arrived{Yes: 38, No: 3}, Senders: 2, Recipients: 12, Candidates: []result.Meant{}, Relays: []string{"mx.army.ml", "mx2.army.ml"}, Standing: true, First: At(16, 8), Last: At(20, 9)},
		{Domain: "acme-suply.com", Intended: "acme-supply.com", Also: "acme-supply.co", Kind: "deletion", How: `one letter is missing: "p"`, Confidence: 0.93, Exposure: 17.9, Messages: 19,
			Evidence: []result.Evidence{}, Arrived: result.Arrived{Yes: 19}, Senders: 1, Recipients: 1, Candidates: []result.Meant{{Domain: "acme-supply.com", Probability: 0.71}, {Domain: "acme-supply.co", Probability: 0.22}}, Relays: []string{"park.acme-suply.com"}, First: At(16, 8), Last: At(18, 9)},
		{Domain: "bigcustmoer.example", Intended: "bigcustomer.example", Kind: "transposition", How: "two letters swapped", Confidence: 0.77, Exposure: 4.6, Messages: 6,
			Evidence: []result.Evidence{}, Arrived: result.Arrived{Yes: 5, Maybe: 1}, Senders: 1, Recipients: 6, Candidates: []result.Meant{}, Relays: []string{}, First: At(16, 8), Last: At(22, 19)},
		{Domain: "xn--bcher-kva.example", Unicode: "bücher.example", Intended: "bucher.example", Kind: "idn", How: "it looks the same", Confidence: 0.51, Exposure: 0.5, Messages: 2,
			Evidence: []result.Evidence{}, Arrived: result.Arrived{Unknown: 1, No: 1}, Senders: 1, Recipients: 2, Candidates: []result.Meant{}, Relays: []string{}, First: At(17, 8), Last: At(17, 10)},
		{Domain: "outlook.con", Intended: "outlook.com", Kind: "tld-mistyped", How: "TLD .con instead of .com", Confidence: 1, Exposure: 0, Messages: 3,
			Evidence: []result.Evidence{}, Arrived: result.Arrived{No: 1, Unknown: 2}, Senders: 0, Recipients: 1, Candidates: []result.Meant{}, Relays: []string{}, First: nil, Last: nil},
	}
}

func someDeliveries() []result.Delivery {
	return []result.Delivery{
		{Time: At(20, 9), Sender: text("kim.larsen@corp.example"), AuthUser: text("kim"), Person: "kim.larsen@corp.example", Recipient: "jane.doe@army.ml", Cause: result.CauseTyped, Meant: "jane.doe@army.mil",
			Lookalike: "army.ml", Intended: "army.mil", Confidence: 0.9812, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, DSN: "2.0.0", Relay: "mx.army.ml[192.0.2.9]:25",
			Bytes: 2231, Count: 1, MessageID: "m1@corp.example", QueueID: "4Bx1", Source: "mail.log.1", Line: 1200, Attachments: 1, Sensitive: []string{"credentials"}, AttachmentBytes: 1411, AttachmentKinds: []string{"pdf"}},
		{Time: At(22, 19), Sender: text("j.okafor@corp.example"), Person: "j.okafor@corp.example", Recipient: "t.mori@bigcustmoer.example", Orig: "list@corp.example", Cause: result.CauseForward, Meant: "t.mori@bigcustomer.example",
			Lookalike: "bigcustmoer.example", Intended: "bigcustomer.example", Confidence: 0.77, Status: parsers.StatusDeferred, Arrived: parsers.ArrivedMaybe, DSN: "4.4.2",
			Relay: "mail.bigcustmoer.example[192.0.2.10]:25", Bytes: 900, Count: 1, MessageID: "m2@corp.example", QueueID: "4Bx2", Source: "mail.log.1", Line: 190344, Sensitive: []string{}, AttachmentKinds: []string{}},
		{Time: At(22, 20), Sender: text(""), Recipient: "bob@outlook.con", Meant: "bob@outlook.com", Lookalike: "outlook.con", Intended: "outlook.com", Confidence: 1,
			Status: parsers.StatusBounced, Arrived: parsers.ArrivedNo, DSN: "5.4.4", Relay: "none", Count: 1, QueueID: "4Bx3", Source: "mail.log.1", Line: 190399, Sensitive: []string{}, AttachmentKinds: []string{}},
		{Recipient: "bob@outlook.con", Meant: "bob@outlook.com", Lookalike: "outlook.con", Intended: "outlook.com", Confidence: 1,
			Count: 1200, Source: "export.csv", Line: 2, Sensitive: []string{}, AttachmentKinds: []string{}},
	}
}

// HostileText holds what must not reach a terminal or a spreadsheet: a
// formula, escape sequences, C0 and C1, DEL, line breaks, bidirectional,
// zero-width and other invisible characters, stacked marks, and bytes that are
// no UTF-8.
const HostileText = "=cmd|' /C calc'!A1;@SUM(1)\x1b[2J\x1b]0;owned\a\r\nINJECTED\t\x00\x7f\u009b31m\u061c\u200b\u200d\u200e\u2028\u2029\u202e\u2066\u00ad\ufeff" +
	"\u034f\u115f\u3164\uffa0\u2800\ufe0f\U000e0001\U000e0100\ue000\ufffd" + "a\u0301\u0301\u0301\u0301\u0301\u0301" + "\xff\xc0\x9b<b>&amp;</b>"

// Hostile is a Result of which every text is hostile.
func Hostile() *result.Result {
	r := Findings()
	Poison(reflect.ValueOf(r).Elem(), HostileText)
	return r
}

// Long is a Result of which every text is long, and has no blank to break at.
func Long() *result.Result {
	r := Findings()
	Poison(reflect.ValueOf(r).Elem(), strings.Repeat("ab.漢字.", 200))
	return r
}

// Poison sets every string in v, and keeps those that are null.
func Poison(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Pointer:
		if v.Type() != reflect.TypeFor[*time.Time]() && !v.IsNil() {
			Poison(v.Elem(), s)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != reflect.TypeFor[time.Time]() {
				Poison(v.Field(i), s)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			Poison(v.Index(i), s)
		}
	case reflect.Map:
		if v.Len() > 0 {
			v.Set(reflect.ValueOf(map[string]int64{s: 3}))
		}
	}
}

// Weekly is a Result with a history.
func Weekly() *result.Result {
	r := Findings()
	r.Trend = &result.Trend{
		Previous: &result.Totals{Messages: 50, Arrived: result.Arrived{Yes: 40, No: 10}, Senders: 3, Lookalikes: 2},
		Weeks: []result.Week{
			{From: *At(2, 0), To: *At(9, 0)}, {From: *At(9, 0), To: *At(16, 0), Messages: 50, Arrived: result.Arrived{Yes: 40, No: 10}},
			{From: *At(16, 0), To: *At(23, 0), Messages: 71, Arrived: result.Arrived{Yes: 62, Maybe: 1, No: 5, Unknown: 3}},
		},
		NewMessages: 2, NewLookalikes: 1,
	}
	r.Lookalikes[0].FirstSeen, r.Lookalikes[1].FirstSeen, r.Lookalikes[2].New = At(2, 8), At(9, 8), true
	r.Deliveries[1].New = true
	return r
}
