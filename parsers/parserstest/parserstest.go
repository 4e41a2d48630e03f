// Package parserstest is the conformance suite that every line format passes.
package parserstest

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// NoBounces is a part of sinks for logs, which have no bounces.
type NoBounces struct{}

// Bounce implements parsers.Sink. It panics.
func (NoBounces) Bounce(b *parsers.Bounce) { panic(fmt.Sprintf("a bounce out of a log: %+v", *b)) }

// collector keeps the deliveries that it is given. Bounces, which generic tables may
// hold, are tested by their formats.
type collector struct{ deliveries []parsers.Delivery }

// Bounce implements parsers.Sink.
func (c *collector) Bounce(*parsers.Bounce) {}

// Add implements parsers.Sink.
func (c *collector) Add(d *parsers.Delivery) { c.deliveries = append(c.deliveries, d.Clone()) }

// start is the time at which samples without a year begin.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Read reads data in pieces that are cut at the line ends cuts (byte offsets
// in rising order) and returns the deliveries in the order of the log, their
// lines counted through.
func Read(f parsers.LineFormat, data []byte, cuts ...int) ([]parsers.Delivery, parsers.Tally) {
	return readPieces(f, data, nil, cuts)
}

// ReadInShards reads data as Read does, but for the rests of the pieces: they are packed,
// as if each piece were read on a machine of its own.
func ReadInShards(t testing.TB, f parsers.LineFormat, data []byte, cuts ...int) ([]parsers.Delivery, parsers.Tally) {
	return readPieces(f, data, func(r parsers.Rest, j parsers.Joiner, of parsers.Piece) parsers.Rest {
		return repack(t, r, j, of)
	}, cuts)
}

// repack packs a rest, and returns what comes out again.
func repack(t testing.TB, r parsers.Rest, j parsers.Joiner, of parsers.Piece) parsers.Rest {
	t.Helper()
	packable, ok := r.(carry.Rest)
	joiner, isJoiner := j.(carry.RestJoiner)
	if !ok || !isJoiner {
		t.Fatalf("a rest %T, which a joiner %T takes, cannot be packed", r, j)
	}
	var p carry.Packer
	if err := packable.PackRest(&p, true); err != nil {
		t.Fatal(err)
	}
	u := carry.Unpack(p.B)
	r = joiner.UnpackRest(u, of)
	if u.Err != nil || u.More() {
		t.Fatalf("a packed rest of %d bytes: %v, more %v", len(p.B), u.Err, u.More())
	}
	return r
}

func readPieces(f parsers.LineFormat, data []byte, pack func(parsers.Rest, parsers.Joiner, parsers.Piece) parsers.Rest, cuts []int) ([]parsers.Delivery, parsers.Tally) {
	var c collector
	var tally parsers.Tally
	var lines []int64
	j := f.NewJoiner(&c)
	from := 0
	for i, to := range append(cuts, len(data)) {
		of := parsers.Piece{Number: int32(i), Start: start, Location: time.UTC, Shard: pack != nil}
		p := f.NewPiece(of, &c)
		p.Parse(data[from:to])
		t, rest := p.Close()
		if pack != nil {
			rest = pack(rest, j, of)
		}
		j.Join(rest)
		lines = append(lines, t.Lines)
		tally.Merge(t)
		from = to
	}
	tally.Merge(j.Close())
	inOrder(c.deliveries, lines)
	return c.deliveries, tally
}

// inOrder counts the lines of deliveries through the pieces, and sorts.
func inOrder(all []parsers.Delivery, lines []int64) {
	for i := range all {
		o := &all[i].Origin
		for _, n := range lines[:o.Piece] {
			o.Line += n
		}
		o.Piece = 0
	}
	slices.SortFunc(all, func(a, b parsers.Delivery) int {
		return cmp.Or(cmp.Compare(a.Origin.Line, b.Origin.Line), cmp.Compare(a.Recipient, b.Recipient), cmp.Compare(a.QueueID, b.QueueID))
	})
}

// garbage is how much may lie about before it is collected, in percent of what is in use
// (package runtime, GOGC): of small samples, collecting it was half of the time.
const garbage = 800

// Main runs the tests of a package that reads many small samples.
func Main(m *testing.M) {
	debug.SetGCPercent(garbage)
	Unprofiled()
	os.Exit(m.Run())
}

// Unprofiled has no allocation sampled, which tests do unless told not to, and which takes some
// hundredths of their time: unless a profile is asked for.
func Unprofiled() {
	if !slices.ContainsFunc(os.Args, func(arg string) bool { return strings.HasPrefix(arg, "-test.memprofile") }) {
		runtime.MemProfileRate = 0
	}
}

// Run tests what every format must do, on the sample files *.log of a folder:
// NAME.want holds the deliveries of NAME.log.
func Run(t *testing.T, f parsers.LineFormat, dir string) {
	debug.SetGCPercent(garbage)
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples in %s: %v", dir, err)
	}
	t.Run("empty", func(t *testing.T) { empty(t, f) })
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			whole, tally := Read(f, data)
			if n := f.Sniff(data[:min(len(data), 64<<10)]); n <= 0 {
				t.Errorf("got %d for how surely it is recognised, want more than 0", n)
			}
			golden(t, file, whole, tally)
			crlf(t, f, data, whole)
			pieces(t, f, data, whole)
			blocks(t, f, data, whole)
			runs(t, f, data, whole)
			truncated(t, f, data)
		})
	}
}

// trials is how many of n random trials are made: with -short a few.
func trials(n int) int {
	if testing.Short() {
		return n / 12
	}
	return n
}

func empty(t *testing.T, f parsers.LineFormat) {
	if n := f.Sniff(nil); n > 0 {
		t.Errorf("got %d for how surely nothing is recognised, want 0", n)
	}
	if d, tally := Read(f, nil); len(d) > 0 || tally.Lines > 0 {
		t.Errorf("got %d deliveries, %d lines of nothing, want 0 and 0", len(d), tally.Lines)
	}
}

func crlf(t *testing.T, f parsers.LineFormat, data []byte, want []parsers.Delivery) {
	got, _ := Read(f, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")))
	same(t, "with CRLF", got, want)
}

// pieces cuts the sample at random line ends: the deliveries stay the same.
func pieces(t *testing.T, f parsers.LineFormat, data []byte, want []parsers.Delivery) {
	r := rand.New(rand.NewPCG(1, 2))
	for range trials(60) {
		var cuts []int
		for range 1 + r.IntN(6) {
			at := r.IntN(len(data))
			if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
				cuts = append(cuts, at+i+1)
			}
		}
		slices.Sort(cuts)
		got, _ := Read(f, data, cuts...)
		packed, _ := ReadInShards(t, f, data, cuts...)
		if !same(t, fmt.Sprintf("cut at %v", cuts), got, want) || !same(t, fmt.Sprintf("in shards cut at %v", cuts), packed, want) {
			return
		}
	}
}

// blocks reads the sample in blocks of one line, each in the memory of the one before: the
// deliveries stay the same.
func blocks(t *testing.T, f parsers.LineFormat, data []byte, want []parsers.Delivery) {
	var c collector
	j := f.NewJoiner(&c)
	p := f.NewPiece(parsers.Piece{Start: start, Location: time.UTC}, &c)
	var block []byte
	for line := range bytes.Lines(data) {
		block = append(block[:0], line...)
		p.Parse(block)
		for i := range block {
			block[i] = '#'
		}
	}
	tally, rest := p.Close()
	j.Join(rest)
	j.Close()
	inOrder(c.deliveries, []int64{tally.Lines})
	same(t, "in blocks of one line", c.deliveries, want)
}

// truncated cuts the end off at random bytes: nothing breaks, and no more
// lines are read than there are.
func truncated(t *testing.T, f parsers.LineFormat, data []byte) {
	r := rand.New(rand.NewPCG(3, 4))
	for range trials(60) {
		part := data[:r.IntN(len(data))]
		got, tally := Read(f, part)
		lines := int64(bytes.Count(part, []byte("\n"))) + 1
		for _, d := range got {
			if d.Origin.Line < 1 || d.Origin.Line > lines {
				t.Fatalf("the first %d bytes: got a delivery of line %d, want 1 to %d", len(part), d.Origin.Line, lines)
			}
		}
		if tally.Lines > lines {
			t.Fatalf("the first %d bytes: got %d lines, want at most %d", len(part), tally.Lines, lines)
		}
	}
}

func same(t *testing.T, how string, got, want []parsers.Delivery) bool {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %d deliveries, want %d", how, len(got), len(want))
		return false
	}
	for i := range got {
		a, b := got[i], want[i]
		a.Time, b.Time = a.Time.UTC(), b.Time.UTC() // the zone of a stamp is not packed
		if a != b {
			t.Errorf("%s: delivery %d\n got %s\nwant %s", how, i, Describe(&got[i]), Describe(&want[i]))
			return false
		}
	}
	return true
}

// Fuzz feeds a format with anything: it must not panic, and emit no delivery
// of a line that is not there.
func Fuzz(f *testing.F, format parsers.LineFormat, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, cut uint8) {
		at := len(data) * int(cut) / 256
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			at += i + 1
		} else {
			at = len(data)
		}
		format.Sniff(data)
		got, tally := Read(format, data, at)
		for _, d := range got {
			if d.Origin.Line < 1 || d.Origin.Line > tally.Lines {
				t.Fatalf("got a delivery of line %d, want 1 to %d", d.Origin.Line, tally.Lines)
			}
		}
		packed, _ := ReadInShards(t, format, data, at)
		same(t, "in shards", packed, got)
	})
}
