package parserstest

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

func readStream(f parsers.StreamFormat, in io.Reader) ([]parsers.Delivery, parsers.Tally) {
	var c collector
	tally, _ := f.Read(context.Background(), parsers.Piece{Start: start, Location: time.UTC}, in, &c)
	return c.deliveries, tally
}

// RunStream tests a format that is read from one end to the other on the samples
// in a folder: NAME.want holds the deliveries of NAME.in.
func RunStream(t *testing.T, f parsers.StreamFormat, dir, pattern string) {
	files, err := filepath.Glob(filepath.Join(dir, pattern+".in"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples %s in %s: %v", pattern, dir, err)
	}
	if n := f.Sniff(nil); n > 0 {
		t.Errorf("got %d for how surely nothing is recognised, want 0", n)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if n := f.Sniff(data[:min(len(data), 64<<10)]); n <= 80 {
				t.Errorf("got %d for how surely it is recognised, want more than 80", n)
			}
			whole, tally := readStream(f, bytes.NewReader(data))
			golden(t, file, whole, tally)
			small, _ := readStream(f, iotest.OneByteReader(bytes.NewReader(data)))
			same(t, "byte by byte", small, whole)
			if !bytes.Contains(data, []byte("\r")) {
				crlf, _ := readStream(f, bytes.NewReader(bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))))
				same(t, "with CRLF", crlf, whole)
			}
			cutStream(t, f, data)
		})
	}
}

// cutStream cuts the end off at random bytes: nothing breaks, and no delivery
// is of a line that is not there.
func cutStream(t *testing.T, f parsers.StreamFormat, data []byte) {
	r := rand.New(rand.NewPCG(5, 6))
	for range trials(60) {
		part := data[:r.IntN(len(data))]
		got, _ := readStream(f, bytes.NewReader(part))
		lines := int64(bytes.Count(part, []byte("\n"))) + 1
		for _, d := range got {
			if d.Origin.Line < 1 || d.Origin.Line > lines {
				t.Fatalf("the first %d bytes: got a delivery of line %d, want 1 to %d", len(part), d.Origin.Line, lines)
			}
		}
	}
}

// FuzzStream feeds formats with anything, one of them an input: each with each of the samples
// to begin with.
func FuzzStream(f *testing.F, formats []parsers.StreamFormat, dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.in"))
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for which := range formats {
			if !testing.Short() || (i+which)%4 == 0 { // or each with some
				f.Add(data, uint8(which))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		format := formats[int(which)%len(formats)]
		format.Sniff(data)
		got, _ := readStream(format, bytes.NewReader(data))
		lines := int64(bytes.Count(data, []byte("\n"))) + 1
		for _, d := range got {
			if d.Origin.Line < 1 || d.Origin.Line > lines {
				t.Fatalf("%s: got a delivery of line %d, want 1 to %d", format.Name(), d.Origin.Line, lines)
			}
		}
	})
}

// BenchStream reads a sample over and over, as one source of some megabytes.
func BenchStream(b *testing.B, f parsers.StreamFormat, path string) {
	b.Helper()
	all := repeated(b, path)
	b.SetBytes(int64(len(all)))
	for b.Loop() {
		if _, err := f.Read(context.Background(), parsers.Piece{Start: start, Location: time.UTC}, bytes.NewReader(all), nowhere{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchLines reads a sample over and over, as one piece of some megabytes.
func BenchLines(b *testing.B, f parsers.LineFormat, path string) {
	b.Helper()
	all := repeated(b, path)
	b.SetBytes(int64(len(all)))
	for b.Loop() {
		const block = 512 << 10
		p := f.NewPiece(parsers.Piece{Start: start, Location: time.UTC}, nowhere{})
		for rest := all; len(rest) > 0; {
			n := min(len(rest), block)
			n = bytes.LastIndexByte(rest[:n], '\n') + 1
			p.Parse(rest[:n])
			rest = rest[n:]
		}
		_, left := p.Close()
		j := f.NewJoiner(nowhere{})
		j.Join(left)
		j.Close()
	}
}

// repeated returns some megabytes of a sample.
func repeated(b *testing.B, path string) []byte {
	b.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	head := headerOf(data)
	data = data[len(head):]
	const size = 8 << 20
	return append(head, bytes.Repeat(data, size/len(data)+1)...)
}

// headerOf returns the lines of a sample that a source has once: the first one,
// and those that begin with "#".
func headerOf(data []byte) []byte {
	n := bytes.IndexByte(data, '\n') + 1
	for n < len(data) && data[n] == '#' {
		n += bytes.IndexByte(data[n:], '\n') + 1
	}
	return bytes.Clone(data[:n])
}

type nowhere struct{}

// Add implements parsers.Sink.
func (nowhere) Add(*parsers.Delivery)  {}
func (nowhere) Bounce(*parsers.Bounce) {}
