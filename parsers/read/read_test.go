package read

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/source"
)

func TestMain(m *testing.M) { parserstest.Main(m) }

// A lineFormat of one word a line, each a delivery to that word.
type words struct{}

func (words) Name() string  { return "words" }
func (words) Title() string { return "words" }
func (words) Sniff(head []byte) int {
	if bytes.HasPrefix(head, []byte("word")) || bytes.HasPrefix(head, []byte("Nov")) {
		return 50
	}
	return 0
}
func (words) FirstTime([]byte, *time.Location) (time.Time, bool, bool) {
	return time.Time{}, false, false
}
func (words) NewPiece(p parsers.Piece, sink parsers.Sink) parsers.LineParser {
	return &wordParser{piece: p, sink: sink}
}
func (words) NewJoiner(parsers.Sink) parsers.Joiner { return wordJoiner{} }

// never recognises nothing.
type never struct{ words }

func (never) Sniff([]byte) int { return 0 }

type wordParser struct {
	piece parsers.Piece
	sink  parsers.Sink
	tally parsers.Tally
}

func (p *wordParser) Parse(b []byte) {
	for line := range bytes.Lines(b) {
		p.tally.Lines++
		p.tally.Records++
		p.sink.Add(&parsers.Delivery{Recipient: string(bytes.TrimRight(line, "\r\n")), Origin: parsers.Origin{Source: p.piece.Source, Piece: p.piece.Number, Line: p.tally.Lines}})
	}
}
func (p *wordParser) Close() (parsers.Tally, parsers.Rest) { return p.tally, struct{}{} }

type wordJoiner struct{}

func (wordJoiner) Join(parsers.Rest)    {}
func (wordJoiner) Close() parsers.Tally { return parsers.Tally{} }

type wordSink struct{ got []word }

type word struct {
	text   string
	origin parsers.Origin
}

// Bounce implements parsers.Sink. Words have none.
func (s *wordSink) Bounce(*parsers.Bounce) {}

func (s *wordSink) Add(d *parsers.Delivery) {
	s.got = append(s.got, word{strings.Clone(d.Recipient), d.Origin})
}

func readWords(t *testing.T, jobs int, stdin io.Reader, paths ...string) (*Reading, map[string]int) {
	t.Helper()
	inputs, errs := source.Expand(paths, stdin, time.Now())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	r, err := Read(context.Background(), inputs, Options{Formats: []parsers.Format{never{}, words{}}, Location: time.UTC, Jobs: jobs, NewSink: func(Role) parsers.Sink { return &wordSink{} }})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, s := range r.Sinks {
		for _, w := range s.(*wordSink).got {
			got[w.text]++
			if want := fmt.Sprintf("word%d", r.Line(w.origin)); !strings.HasPrefix(want, w.text) && strings.HasPrefix(w.text, "word") {
				t.Fatalf("line %d is %q", r.Line(w.origin), w.text)
			}
		}
	}
	return r, got
}

// utf16 returns text of ASCII in UTF-16 with its mark, with the letter at the first byte of two
// or at the second one.
func utf16(text []byte, at int) []byte {
	mark := [2]byte{0xff, 0xfe}
	out := []byte{mark[at], mark[1-at]}
	for _, c := range text {
		two := [2]byte{}
		two[at] = c
		out = append(out, two[:]...)
	}
	return out
}

// readAs reads a file as one of a format.
func readAs(t *testing.T, f parsers.Format, path string) *Reading {
	t.Helper()
	inputs, errs := source.Expand([]string{path}, nil, time.Now())
	r, err := Read(context.Background(), inputs, Options{Formats: []parsers.Format{f}, Location: time.UTC, Jobs: 1, NewSink: func(Role) parsers.Sink { return &wordSink{} }})
	if err = errors.Join(append(errs, err)...); err != nil {
		t.Fatal(err)
	}
	return r
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func numbered(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "word%d\n", i+1)
	}
	return b.Bytes()
}

func compressed(t *testing.T, kind string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch kind {
	case "gz":
		w = gzip.NewWriter(&b)
	case "zst":
		w, err = zstd.NewWriter(&b)
	case "xz":
		w, err = xz.NewWriter(&b)
	default:
		return data
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadDecodes(t *testing.T) {
	t.Parallel()
	n, workers := 20_000, []int{1, 3}
	if testing.Short() {
		n, workers = 9_000, workers[1:]
	}
	text := numbered(n)
	half := compressed(t, "gz", text[:bytes.Index(text, []byte("word8000\n"))])
	rest := compressed(t, "gz", text[bytes.Index(text, []byte("word8000\n")):])
	for name, data := range map[string][]byte{
		"plain": text, "gzip": compressed(t, "gz", text), "gzip of two members": append(half, rest...),
		"zstd": compressed(t, "zst", text), "xz": compressed(t, "xz", text),
		"UTF-8 with BOM": append([]byte("\xef\xbb\xbf"), text...), "UTF-16LE": utf16(text, 0), "UTF-16BE": utf16(text, 1),
		"UTF-16LE without BOM": utf16(text, 0)[2:], "no line end at the end": bytes.TrimSuffix(text, []byte("\n")),
		"CRLF": bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")),
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "some.log", data)
			for _, jobs := range workers {
				r, got := readWords(t, jobs, nil, path)
				if len(got) != n || r.Sources[0].Err != nil {
					t.Fatalf("got %d words, %v, want %d and no error", len(got), r.Sources[0].Err, n)
				}
			}
			r, got := readWords(t, 1, iotest.HalfReader(bytes.NewReader(data)), "-")
			if len(got) != n || r.Sources[0].Name != "-" {
				t.Errorf("as standard input: %d words", len(got))
			}
		})
	}
}

func TestReadDamaged(t *testing.T) {
	t.Parallel()
	text := numbered(50_000)
	gz := compressed(t, "gz", text)
	for _, test := range []struct {
		name, want string
		data       []byte
		some       bool
	}{
		{"truncated gzip", "reading after", gz[:len(gz)/2], true},
		{"gzip in gzip", "compressed twice", compressed(t, "gz", gz), false},
		{"zip", "an archive of several files", []byte("PK\x03\x04 and more"), false},
		{"a page of HTML", "save the text that it shows", []byte("<html><body><pre>\nNov 23 09:18:31 mail postfix/smtp[1]: 3AF09DE6ED: to=&lt;jane@army.ml&gt;, status=sent\n"), false},
		{"CR alone", "lines end with CR alone", []byte("Nov 23 09:18:31 mail postfix/qmgr[1]: 3AF09DE6ED: removed\rNov 23 09:18:31 mail postfix/qmgr[1]: 3AF09DE6EE: removed\r"), false},
		{"web server", ErrNotRecognised.Error(), []byte("GET / HTTP/1.1\n"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := readDamaged(t, test.data, test.want); test.some && len(got) < 1000 {
				t.Errorf("%d words of what could be read", len(got))
			}
		})
	}
}

// readDamaged returns the words of a file that is read with the error want, which names it.
func readDamaged(t *testing.T, data []byte, want string) map[string]int {
	t.Helper()
	path := write(t, "some.log", data)
	r, got := readWords(t, 2, nil, path)
	if err := r.Sources[0].Err; err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want %q and the path", err, want)
	}
	return got
}

func TestReadBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no bombs")
	}
	t.Parallel()
	readDamaged(t, compressed(t, "zst", append([]byte("word1\n"), make([]byte, 200<<20)...)), "times its size")
}

// streamed is a format of the words that is read as a stream, and counts nothing.
type streamed struct{ never }

func (streamed) Sniff(head []byte) int { return words{}.Sniff(head) }
func (streamed) Read(_ context.Context, _ parsers.Piece, in io.Reader, _ parsers.Sink) (parsers.Tally, error) {
	n, err := io.Copy(io.Discard, in)
	return parsers.Tally{Records: n}, err
}

// A stream has no pieces.
type stream struct{ parsers.StreamFormat }

// TestReadUnreadable: what was packed and put into a log or after it, and the hole of a crash, are named
// and counted, although the format takes their lines for its own; a few bytes of control are not.
func TestReadUnreadable(t *testing.T) {
	t.Parallel()
	text := numbered(3000)
	for name, test := range map[string]struct {
		data []byte
		want bool
	}{
		"appended gzip": {slices.Concat(text, compressed(t, "gz", numbered(9000))), true},
		"packed within": {slices.Concat(text, compressed(t, "gz", numbered(4000)), []byte("\n"), text), true},
		"little UTF-16": {slices.Concat(text[:500], utf16(text[:300], 0), text[:500]), true},
		"little packed": {slices.Concat(text[:500], compressed(t, "gz", numbered(90)), text[:500]), true},
		"short fields":  {slices.Concat(text[:500], []byte("\x2a\x00\x00\x00\x00\x00\x00\x00x\nand \x01 text\n")), false},
		"UTF-16":        {slices.Concat(text, utf16(text[:9000], 0), text), true},
		"lengths":       {bytes.Repeat([]byte("\x2a\x00\x00\x00\x00\x00\x00\x00 of a field\n"+strings.Repeat("and text\n", 100)), 500), false},
		"a hole":        {slices.Concat(text, make([]byte, 1000), []byte("a line of after it\n")), true},
		"text":          {text, false},
		"a length":      {slices.Concat(text, []byte("\x05\x00\x00\x00\x00\x00\x00\x00 of a field\n"), bytes.Repeat([]byte("and text\n"), 100)), false},
	} {
		for _, form := range []string{"", "zst"} { // in pieces, and as a stream
			data := test.data
			if form != "" {
				data = compressed(t, form, data)
			}
			path := write(t, "some.log", data)
			for _, f := range []parsers.Format{words{}, stream{streamed{}}} {
				r := readAs(t, f, path)
				tally := &r.Sources[0].Tally
				if got := tally.Malformed > 0 && tally.NotUnderstood.Total() == tally.Malformed && len(tally.Problems) == 1; got != test.want {
					t.Errorf("%s %s, %T: %d malformed, %v, want any: %v", name, form, f, tally.Malformed, tally.Problems, test.want)
				}
			}
		}
	}
}

func TestCopiesCountOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := numbered(40_000)
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	early := text[:bytes.Index(text, []byte("word30000\n"))]
	paths := []string{put("mail.log", text), put("copy.gz", compressed(t, "gz", text)), put("earlier", early), put("tiny", text[:60])}
	r, got := readWords(t, 2, nil, paths...)
	for word, n := range got {
		if n != 1 {
			t.Fatalf("%s counted %d times", word, n)
		}
	}
	said := 0
	for _, s := range r.Sources {
		for _, p := range s.Problems {
			if strings.Contains(p, "same content as") {
				said++
			}
		}
	}
	if len(got) != 40_000 || said != 3 {
		t.Errorf("got %d words, %d copies named, want 40000 and 3", len(got), said)
	}
}

func TestStartYears(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	var starts []int64
	var want []int
	for year := 2022; year <= 2026; year++ {
		for month := time.January; month <= time.November; month += 5 {
			starts = append(starts, int64(b.Len()))
			want = append(want, year)
			fmt.Fprintf(&b, "%s  1 00:00:00 mail x[1]: y\n", month.String()[:3])
		}
	}
	end := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for i, y := range startYears(bytes.NewReader(b.Bytes()), int64(b.Len()), starts, end, time.UTC, 0) {
		if y.Year() != want[i] {
			t.Errorf("piece %d: got %d, want %d", i, y.Year(), want[i])
		}
	}
	forced := startYears(bytes.NewReader(b.Bytes()), int64(b.Len()), starts, end, time.UTC, 2010)
	if first, last := forced[0].Year(), forced[len(forced)-1].Year(); first != 2010 || last != 2014 {
		t.Errorf("from 2010 on: got %d to %d, want 2010 and 2014", first, last)
	}
	if y := streamStart([]byte("Dec 31 23:00:00 mail x[1]: y\n"), end, time.UTC, 0).Year(); y != 2025 {
		t.Errorf("a stamp after the file's change: got %d, want 2025", y)
	}
}

// TestSampleStamps samples lines of which none begins in most of what is read of a place at first.
func TestSampleStamps(t *testing.T) {
	t.Parallel()
	line := "Nov 23 09:18:31 mail x[1]: " + strings.Repeat("x", 3*sampleHead) + "\n"
	text := strings.Repeat(line, smallFile/len(line)+1000)
	samples := sampleStamps(strings.NewReader(text), int64(len(text)))
	if got, want := len(samples), len(text)/sampleStep+1; got < want {
		t.Errorf("%d samples, want one of each of %d steps", got, want)
	}
	for i, s := range samples {
		if !strings.HasPrefix(text[s.at:], "Nov 23 ") || i > 0 && s.at < samples[i-1].at {
			t.Errorf("sample %d at %d is no beginning of a line after the sample before", i, s.at)
		}
	}
}

func TestReadStops(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	go func() {
		w.Write(numbered(20_000))
		cancel() // and no more input: the read blocks
	}()
	inputs, _ := source.Expand([]string{"-"}, r, time.Now())
	_, err := Read(ctx, inputs, Options{Formats: []parsers.Format{words{}}, Location: time.UTC, Jobs: 1, NewSink: func(Role) parsers.Sink { return &wordSink{} }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	w.Close()
	for range 100 {
		if runtime.NumGoroutine() <= before+1 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
}
