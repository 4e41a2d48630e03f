package mbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/maildir"
	"github.com/typoaudit/typoaudit/parsers/format/mbox"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

const fromLine = "From alice@corp.example Mon Nov 23 09:12:44 2026\n"

// A box makes mailboxes of one kind.
type box struct {
	name   string
	before string // each message
	after  string
	length bool // with the length of the body
	crlf   bool
}

func boxes() []box {
	all := []box{
		{name: "mboxrd", before: fromLine, after: "\n"},
		{name: "mboxcl", before: fromLine, after: "\n", length: true},
		{name: "MMDF", before: "\x01\x01\x01\x01\n" + fromLine, after: "\x01\x01\x01\x01\n"},
		{name: "no empty line", before: fromLine},
		{name: "bare From lines", before: "From \n", after: "\n"},
		{name: "CRLF", before: fromLine, after: "\n", crlf: true},
	}
	if testing.Short() {
		all = all[:3]
	}
	return all
}

// messages returns messages to m0@army.ml, m1@army.ml …
func (b box) messages(r *rand.Rand, n int) []string {
	all := make([]string, n)
	for i := range all {
		body := strings.Repeat("From now on: words\n\nand more of them\n>From here on\n", r.IntN(4)) + strings.Repeat(strings.Repeat("x", 76)+"\n", r.IntN(100)) + "end\n"
		head := fmt.Sprintf("From: Alice <alice@corp.example>\nTo: m%d@army.ml\nDate: Mon, 23 Nov 2026 10:00:00 +0000\nSubject: x\nMessage-ID: <%d@corp.example>\n", i, i)
		if b.length {
			head += fmt.Sprintf("Content-Length: %d\n", len(body))
		}
		all[i] = b.before + head + "\n" + body + b.after
		if b.crlf {
			all[i] = strings.ReplaceAll(all[i], "\n", "\r\n")
		}
	}
	return all
}

// damages are what becomes of mailboxes. Each is done to the messages, or to the text.
func damages() map[string]func(r *rand.Rand, messages []string) []byte {
	text := func(messages []string) []byte { return []byte(strings.Join(messages, "")) }
	return map[string]func(r *rand.Rand, messages []string) []byte{
		"none": func(_ *rand.Rand, m []string) []byte { return text(m) },
		"reordered": func(r *rand.Rand, m []string) []byte {
			r.Shuffle(len(m), func(i, j int) { m[i], m[j] = m[j], m[i] })
			return text(m)
		},
		"twice": func(_ *rand.Rand, m []string) []byte { return append(text(m), text(m)...) },
		"beginning cut": func(r *rand.Rand, m []string) []byte {
			b := text(m)
			return b[r.IntN(len(b)/2):]
		},
		"end cut": func(r *rand.Rand, m []string) []byte {
			b := text(m)
			return b[:len(b)/2+r.IntN(len(b)/2)]
		},
		"middle cut": func(r *rand.Rand, m []string) []byte {
			b := text(m)
			from := r.IntN(len(b) - 1)
			to := from + r.IntN(min(3000, len(b)-from))
			return append(b[:from:from], b[to:]...)
		},
		"zeros": func(r *rand.Rand, m []string) []byte {
			b := text(m)
			from := r.IntN(len(b) - 1)
			clear(b[from : from+r.IntN(min(9000, len(b)-from))])
			return b
		},
		"blocks exchanged": func(r *rand.Rand, m []string) []byte {
			b := text(m)
			i, j := r.IntN(len(b)), r.IntN(len(b))
			i, j = min(i, j), max(i, j)
			return bytes.Join([][]byte{b[:i], b[j:], b[i:j]}, nil)
		},
		"lines lost": func(r *rand.Rand, m []string) []byte {
			var b []byte
			for line := range bytes.Lines(text(m)) {
				if r.IntN(60) > 0 {
					b = append(b, line...)
				}
			}
			return b
		},
		"bytes changed": func(r *rand.Rand, m []string) []byte {
			b := text(m)
			for range 1 + len(b)/2000 {
				b[r.IntN(len(b))] = byte(r.Uint32())
			}
			return b
		},
		"two mailboxes joined": func(r *rand.Rand, m []string) []byte {
			return append(bytes.TrimRight(text(m[:len(m)/2]), "\r\n"), append([]byte("\n"), text(m[len(m)/2:])...)...)
		},
	}
}

// whole counts, without the parser, the messages of a damaged mailbox that are whole up
// to their recipient: a From_ line, and fields up to To.
func whole(b box, data []byte) map[string]int {
	from := regexp.QuoteMeta(strings.TrimSuffix(b.before, "\n"))
	if b.before[0] == 1 {
		from = regexp.QuoteMeta(strings.TrimSuffix(fromLine, "\n"))
	}
	found := map[string]int{}
	for _, m := range regexp.MustCompile(`(?m)^`+from+`\r?\n(?:From: [^\n]*\n|Subject: [^\n]*\n|Message-ID: [^\n]*\n|Date: [^\n]*\n)*To: (m\d+)@army\.ml\r?$`).FindAllSubmatch(data, -1) {
		found[string(m[1])]++
	}
	return found
}

// TestDamage: of a mailbox that was cut, put together in another order or damaged, each
// message that is whole is read or counted as not understood; and one of which a part is
// missing is never said to be understood.
func TestDamage(t *testing.T) {
	t.Parallel()
	trials := 25
	if testing.Short() {
		trials = 1
	}
	for _, b := range boxes() {
		for name, damage := range damages() {
			t.Run(b.name+", "+name, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "Sent")
				for seed := range trials {
					r := rand.New(rand.NewPCG(uint64(seed), 7))
					data := damage(r, b.messages(r, 3+r.IntN(20)))
					if err := os.WriteFile(path, data, 0o600); err != nil {
						t.Fatal(err)
					}
					holdCounts(t, seed, b, path, data, name == "none" || name == "reordered" || name == "twice")
					if t.Failed() {
						return
					}
				}
			})
		}
	}
}

// holdCounts reads the mailbox at path, and holds what was read against data.
func holdCounts(t *testing.T, seed int, b box, path string, data []byte, sound bool) {
	t.Helper()
	inputs, errs := source.Expand([]string{path}, nil, time.Now())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	sink := &collector{}
	r, err := read.Read(context.Background(), inputs, read.Options{
		Formats: []parsers.Format{mbox.Format{}, maildir.Format{}, maildir.EML{}}, Location: time.UTC, Jobs: 1, NewSink: func(read.Role) parsers.Sink { return sink },
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, d := range sink.all {
		local, _, _ := strings.Cut(d.Recipient, "@")
		got[local]++
	}
	s := r.Sources[0]
	understood := s.Err == nil && s.Malformed == 0 && len(s.Problems) == 0
	missing, n := 0, 0
	for to, times := range whole(b, data) {
		n += times
		missing += max(0, times-got[to])
	}
	switch {
	case missing > 0 && understood:
		t.Errorf("seed %d: %d of %d messages are missing, and all is said to be understood", seed, missing, n)
	case s.Err == nil && int64(missing) > s.Malformed && len(s.Problems) == 0:
		t.Errorf("seed %d: %d of %d messages are missing, and %d are not understood", seed, missing, n, s.Malformed)
	case sound && (!understood || missing > 0 || len(sink.all) != n):
		t.Errorf("seed %d: %d deliveries of %d messages, %d not understood, %q, %v", seed, len(sink.all), n, s.Malformed, s.Problems, s.Err)
	case !sound && understood && beginsInside(b, data):
		t.Errorf("seed %d: the first message has no beginning, and all is said to be understood:\n%.200q", seed, data)
	}
}

// beginsInside reports whether data begins within a message.
func beginsInside(b box, data []byte) bool {
	data = bytes.TrimLeft(data, "\r\n")
	return len(data) > 0 && !bytes.HasPrefix(data, []byte("From ")) && data[0] != b.before[0]
}

// readCut reads a mailbox in pieces, and returns the recipients, and how much was not
// understood.
func readCut(t *testing.T, data []byte, step int64) (to []string, malformed int64) {
	t.Helper()
	size := int64(len(data))
	cuts := mbox.Format{}.Cuts(bytes.NewReader(data), size)
	sink := &collector{}
	for from, n := int64(0), int32(0); from < size; n++ {
		end := cuts(min(from+step, size))
		tally, err := mbox.Format{}.Read(context.Background(), parsers.Piece{Number: n, Name: "Sent", Offset: from, Location: time.UTC}, io.NewSectionReader(bytes.NewReader(data), from, end-from), sink)
		if err != nil {
			t.Fatal(err)
		}
		malformed += tally.Malformed
		from = end
	}
	for _, d := range sink.all {
		to = append(to, d.Recipient)
	}
	return to, malformed
}

// TestDamageCut: wherever a damaged mailbox is cut into pieces, the same is read of it
// and the same is counted.
func TestDamageCut(t *testing.T) {
	t.Parallel()
	trials := 5
	if testing.Short() {
		trials = 1
	}
	for _, b := range boxes() {
		for name, damage := range damages() {
			t.Run(b.name+", "+name, func(t *testing.T) {
				t.Parallel()
				for seed := range trials {
					r := rand.New(rand.NewPCG(uint64(seed), 8))
					data := damage(r, b.messages(r, 3+r.IntN(20)))
					want, n := readCut(t, data, int64(len(data)))
					for _, step := range []int64{700, 3000, 9000} {
						if got, m := readCut(t, data, step); strings.Join(got, " ") != strings.Join(want, " ") || m != n {
							t.Fatalf("seed %d, cut every %d bytes:\n got %q, %d not understood\nwant %q, %d", seed, step, got, m, want, n)
						}
					}
				}
			})
		}
	}
}
