package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/partial"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/tempfile"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/format/postfix"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/format/table"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// sharding returns what partials are read and merged with in tests.
func sharding(t testing.TB) (Options, World) {
	t.Helper()
	providers, err := reference.Providers()
	if err != nil {
		t.Fatal(err)
	}
	formats := []parsers.Format{syslog.Format{Bodies: []syslog.Body{postfix.Body{}}}, table.JSONL{}}
	o := Options{
		Read:  read.Options{Formats: formats, Location: time.UTC, Jobs: 1},
		Audit: audit.Options{Providers: providers, Jobs: 1, Tool: result.Tool{Version: "test"}},
	}
	w := World{
		Now: time.Now, Complain: func(error) {},
		ShowBytes: func([]*source.Input) func() { return func() {} },
	}
	return o, w
}

// samplePartial returns a partial of lines of Postfix whose messages begin or end elsewhere.
func samplePartial(t testing.TB) []byte {
	t.Helper()
	log := filepath.Join(t.TempDir(), "mail.log")
	const lines = `Nov 23 09:18:31 mail postfix/smtp[4]: 3AF09DE6EA: to=<joe@army.ml>, relay=hub.corp.example[198.51.100.2]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4AF09DE6EA)
Nov 23 09:18:31 mail postfix/qmgr[3]: 3AF09DE6EA: removed
Nov 23 09:18:32 mail postfix/smtpd[1]: 3AF09DE6ED: client=ws17[192.168.1.7], sasl_method=PLAIN, sasl_username=alice
Nov 23 09:18:32 mail postfix/cleanup[2]: 3AF09DE6ED: message-id=<1@corp.example>
Nov 23 09:18:32 mail postfix/qmgr[3]: 3AF09DE6ED: from=<alice@corp.example>, size=426, nrcpt=1 (queue active)
Nov 23 09:18:33 mail postfix/smtp[4]: 3AF09DE6ED: to=<jane@army.ml>, relay=mx1.army.ml[192.0.2.20]:25, delay=0.03, delays=0/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 07B32762)
Nov 23 09:18:33 mail postfix/qmgr[3]: 3AF09DE6ED: removed
Nov 23 09:18:34 mail postfix/qmgr[3]: 3AF09DE6EE: from=<bob@corp.example>, size=426, nrcpt=1 (queue active)
`
	if err := os.WriteFile(log, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	o, w := sharding(t)
	var file bytes.Buffer
	_, err := WritePartial(context.Background(), Sources{Paths: []string{log}}, o, w, Partial{Name: "a", Write: func(write func(io.Writer) error) error { return write(&file) }})
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// partialOf undoes parserstest.Blocks: it writes blocks, each a kind and a text, into a file with its checksums.
func partialOf(t testing.TB, blocks []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := carry.NewBlockWriter(&file, partial.Magic)
	if err != nil {
		t.Fatal(err)
	}
	for u := carry.Unpack(blocks); u.More(); {
		kind, raw := byte(u.Below(1<<8)), u.Bytes()
		if u.Err != nil || kind == 0 {
			break
		}
		if err := w.Block(kind, raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// mergeFile merges a partial with itself, as far as the verdict.
func mergeFile(t testing.TB, file []byte) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "part")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := partial.Open([]string{path, path}, "test", nil)
	if err != nil {
		return err
	}
	defer m.Close()
	o, w := sharding(t)
	pass := newPass(Sources{}, o, w, nil)
	merging, err := pass.merge(m)
	if err != nil {
		return err
	}
	out, err := carry.NewBlockWriter(io.Discard, partial.Magic)
	if err != nil {
		t.Fatal(err)
	}
	packed := m.Packed(merging)
	if err := errors.Join(audit.PackUnion(packed, out), out.Close()); err != nil {
		return err
	}
	if err := audit.NewLedger(pass.sinks.ledgering).Unpack(packed); err != nil {
		return err
	}
	return merging.Join(m.RestsOf(merging))
}

// FuzzPartial merges anything: it ends, with an error or without. Bytes are blocks of a
// partial that is whole, or the file itself.
func FuzzPartial(f *testing.F) {
	file := samplePartial(f)
	f.Add(parserstest.Blocks(f, file, partial.Magic), true)
	f.Add(file, false)
	f.Fuzz(func(t *testing.T, b []byte, blocks bool) {
		if blocks {
			b = partialOf(t, b)
		}
		if err := mergeFile(t, b); errors.Is(err, read.ErrInternal) {
			t.Fatal(err)
		}
	})
}

// TestDeclaredSizes: a partial in which a number says, somewhere, that much follows takes no
// memory for that. It is not parallel: it measures what the process allocates.
func TestDeclaredSizes(t *testing.T) {
	file := samplePartial(t)
	measure := func(file []byte) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = mergeFile(t, file)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	if err := mergeFile(t, file); err != nil {
		t.Fatal(err)
	}
	most := 2*measure(file) + 1<<20
	const huge = "\xff\xff\xff\xff\x07" // 2 GiB
	step := 7
	if testing.Short() {
		step = 61
	}
	blocks := parserstest.Blocks(t, file, partial.Magic)
	for at := 0; at < len(blocks); at += step {
		if used := measure(partialOf(t, slices.Concat(blocks[:at], []byte(huge), blocks[at+1:]))); used > most {
			t.Errorf("a size at byte %d of the blocks: %d bytes, want at most %d", at, used, most)
		}
	}
	for at := 0; at < len(file); at += step {
		if used := measure(slices.Concat(file[:at], []byte(huge), file[at+1:])); used > most {
			t.Errorf("a size at byte %d: %d bytes, want at most %d", at, used, most)
		}
	}
}

// hosterPartial writes the partial of an hour of a hoster: a million pairs of three million of
// people and addresses, which are the same in every hour.
func hosterPartial(t testing.TB, hour int) (h partial.Header, parts []read.Part, ledger *audit.Ledger) {
	t.Helper()
	o, w := sharding(t)
	ledger = audit.NewLedger(newPass(Sources{}, o, w, nil).ledgering())
	r := rand.New(rand.NewPCG(uint64(hour), 1))
	d := parsers.Delivery{SenderKnown: true, Submitted: true, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Relay: "mx.example[192.0.2.1]:25"}
	for range 1_000_000 {
		pair := r.IntN(3_000_000)
		d.Time = time.Date(2026, 11, 23, 0, 0, r.IntN(3600), 0, time.UTC).Add(time.Duration(hour) * time.Hour)
		d.Sender = fmt.Sprintf("person%d@corp%d.example", pair/20, pair/2000)
		to := pair % 2_000_000
		d.Recipient = fmt.Sprintf("name%d@%s", to, [...]string{"gmail.com", "outlook.com", fmt.Sprintf("%08x.example", uint32(to%50_000)*2654435761)}[to%3])
		d.MessageID, d.QueueID = fmt.Sprintf("%x.%d@corp.example", r.Uint64(), pair), fmt.Sprintf("%X", r.Uint32())
		d.Origin.Line++
		ledger.Add(&d)
	}
	return partial.Header{Version: "test", Shards: []partial.Shard{{Parts: []int{0}}}}, []read.Part{{Name: "mail.log", Format: "postfix", Reader: "syslog", PieceLines: []int64{d.Origin.Line}}}, ledger
}

// noRests are those of a shard whose pieces share nothing.
func noRests(*carry.BlockWriter) error { return nil }

// TestMergeManyPartials: 64 partials of a million edges take at most 512 MiB to merge. It is
// for the long tests, on Linux.
func TestMergeManyPartials(t *testing.T) {
	if os.Getenv("TYPOAUDIT_TEST_LONG") == "" {
		t.Skip("TYPOAUDIT_TEST_LONG is not set")
	}
	dir := t.TempDir()
	const kinds, all = 4, 64
	var paths []string
	for kind := range kinds {
		h, parts, ledger := hosterPartial(t, kind)
		blocks := ledgerBlocks(t, ledger) // packed once
		pack := func(w *carry.BlockWriter) (err error) {
			for _, b := range blocks {
				err = errors.Join(err, w.Block(b[0], b[1:]))
			}
			return err
		}
		for range all / kinds {
			parts[0].Content = read.Content{Size: 1, Head: uint64(len(paths))}
			path := filepath.Join(dir, fmt.Sprint(len(paths)))
			paths = append(paths, path)
			if err := toFile(path, func(w io.Writer) error { return partial.Write(w, &h, parts, pack, noRests) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	m, o, w := opened(t, paths)
	peak := measured(t)
	out, err := MergePartials(context.Background(), m, nil, o, w)
	if err != nil {
		t.Fatal(err)
	}
	if took := peak(); took > 512<<20 {
		t.Errorf("%d MiB at most, want up to 512", took>>20)
	}
	t.Logf("%d deliveries", out.Result.Coverage.InWindow)
}

// opened opens partials, with the options of the program.
func opened(t testing.TB, paths []string) (*partial.Set, Options, World) {
	t.Helper()
	o, w := sharding(t)
	o.Audit.Spill = tempfile.NewSpill
	m, err := partial.Open(paths, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m, o, w
}

// measured begins to measure what the program takes. The function that it returns logs that,
// and returns the peak of memory in bytes.
func measured(t testing.TB) (peak func() int) {
	t.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skip("the peak of memory cannot be measured here")
	}
	begin := processorTime()
	return func() int {
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(status), "VmHWM:")
		kib, err := strconv.Atoi(strings.Fields(after)[0])
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v of the processor, %d MiB", processorTime()-begin, kib>>10)
		return kib << 10
	}
}

// processorTime returns how long the processor worked for the process (proc_pid_stat(5)), in
// steps of a hundredth of a second.
func processorTime() time.Duration {
	stat, _ := os.ReadFile("/proc/self/stat")
	var sum time.Duration
	if fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])); len(fields) > 12 {
		for _, ticks := range fields[11:13] {
			n, _ := strconv.Atoi(ticks)
			sum += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return sum
}

// TestSimulatedHoster merges the shards of a hoster, as many as TYPOAUDIT_TEST_HOSTER says,
// into a partial, and with TYPOAUDIT_TEST_VERDICT takes the verdict on them, and logs what
// that takes. Each shard has 1.2 million mails of two million senders to 50 million
// recipients, of which six in ten are at ten providers and the others at 1.5 million domains.
// The cost is in the help, as a formula: a pair in a partial takes no more than 40 bytes, and
// to merge it no more than 32 of memory, beside what each shard has open.
func TestSimulatedHoster(t *testing.T) {
	shards, _ := strconv.Atoi(os.Getenv("TYPOAUDIT_TEST_HOSTER"))
	if shards == 0 {
		t.Skip("TYPOAUDIT_TEST_HOSTER is not set")
	}
	dir := t.TempDir()
	var paths []string
	var size int64
	for n := range shards {
		paths = append(paths, filepath.Join(dir, fmt.Sprint(n)))
		size += writeHoster(t, paths[n], n)
	}
	m, o, w := opened(t, paths)
	union := filepath.Join(dir, "union")
	peak := measured(t)
	_, err := WriteMerged(m, o, w, Partial{Name: "union", Write: func(write func(io.Writer) error) error { return toFile(union, write) }})
	if err != nil {
		t.Fatal(err)
	}
	pairs := shards * hosterPairs
	if took := peak(); took > 128<<20+shards*4<<20+32*pairs {
		t.Errorf("%d bytes of memory for %d pairs", took, pairs)
	}
	if t.Logf("%d shards, %d bytes", shards, size); size > int64(40*pairs) {
		t.Errorf("%d bytes for %d pairs", size, pairs)
	}
	if os.Getenv("TYPOAUDIT_TEST_VERDICT") == "" {
		return
	}
	m, o, w = opened(t, []string{union})
	o.Audit.MinConfidence = 0.5
	peak = measured(t)
	out, err := MergePartials(context.Background(), m, nil, o, w)
	if err != nil {
		t.Fatal(err)
	}
	peak()
	if got := out.Result.Coverage.InWindow; got != int64(pairs) {
		t.Errorf("%d deliveries, want %d", got, pairs)
	}
}

func toFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// hosterPairs is how many mails a shard of a hoster has; nearly all are of different pairs.
const hosterPairs = 1_200_000

// writeHoster writes one shard, and returns its size.
func writeHoster(t testing.TB, path string, n int) int64 {
	t.Helper()
	o, w := sharding(t)
	ledger := audit.NewLedger(newPass(Sources{}, o, w, nil).ledgering())
	r := rand.New(rand.NewPCG(uint64(n), 2))
	providers := [...]string{"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "aol.com", "gmx.de", "web.de", "gmx.net", "live.com"}
	d := parsers.Delivery{SenderKnown: true, Submitted: true, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes}
	for range hosterPairs {
		from, to := r.IntN(2_000_000), r.IntN(50_000_000)
		d.Time = time.Date(2026, 11, 23, 0, 0, r.IntN(86400), 0, time.UTC)
		d.Sender, d.AuthUser = fmt.Sprintf("person%d@firm%d.example", from, from/20), fmt.Sprintf("person%d@firm%d.example", from, from/20)
		host := providers[to%10]
		if to%10 >= 6 {
			host = fmt.Sprintf("%07x.example", uint32(to/10%1_500_000)*2654435761>>4)
		}
		d.Recipient, d.Relay = fmt.Sprintf("name%d@%s", to, host), "mx."+host+"[192.0.2.1]:25"
		d.MessageID, d.QueueID = fmt.Sprintf("%x.%d@firm%d.example", r.Uint32(), from, from/20), fmt.Sprintf("%X", r.Uint64()>>8)
		d.Origin.Line++
		ledger.Add(&d)
	}
	h := partial.Header{Version: "test", Shards: []partial.Shard{{Parts: []int{0}}}}
	parts := []read.Part{{Name: "mail.log", Format: "postfix", Reader: "syslog", PieceLines: []int64{d.Origin.Line}, Content: read.Content{Size: 1, Head: uint64(n)}}}
	if err := toFile(path, func(w io.Writer) error { return partial.Write(w, &h, parts, ledger.Pack, noRests) }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// ledgerBlocks returns the blocks of a packed ledger, each after its kind.
func ledgerBlocks(t testing.TB, ledger *audit.Ledger) (all [][]byte) {
	t.Helper()
	var file bytes.Buffer
	w, err := carry.NewBlockWriter(&file, partial.Magic)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(ledger.Pack(w), w.Close()); err != nil {
		t.Fatal(err)
	}
	for u := carry.Unpack(parserstest.Blocks(t, file.Bytes(), partial.Magic)); u.More(); {
		all = append(all, append([]byte{byte(u.Below(1 << 8))}, u.Bytes()...))
	}
	return all
}
