package audit

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

const testMagic = "test\x01"

// packedFile packs a ledger into a file.
func packedFile(t testing.TB, l *Ledger) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := carry.NewBlockWriter(&b, testMagic)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Pack(w), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// seldom returns how much is tried, or how seldom: with TYPOAUDIT_TEST_LONG, usually, and
// with -short.
func seldom(long, usual, short int) int {
	switch {
	case os.Getenv("TYPOAUDIT_TEST_LONG") != "":
		return long
	case testing.Short():
		return short
	}
	return usual
}

func ofTwoSources(source, piece uint64) (int64, bool) { return int64(source), source < 2 && piece < 2 }

// unpackInto adds the ledgers in files.
func unpackInto(l *Ledger, files ...[]byte) error {
	all, err := openPacked(files...)
	if err != nil {
		return err
	}
	return l.Unpack(all)
}

// openPacked returns the ledgers in files.
func openPacked(files ...[]byte) (all []Packed, err error) {
	d, err := carry.NewDecoder()
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		p := Packed{At: ofTwoSources}
		if p.File, err = carry.NewBlockReader(bytes.NewReader(file), testMagic, d); err != nil {
			return nil, err
		}
		for {
			b, err := p.File.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, err
			}
			p.Blocks = append(p.Blocks, b)
		}
		all = append(all, p)
	}
	return all, nil
}

// packedUnion packs the ledgers in files as one.
func packedUnion(files ...[]byte) (file []byte, err error) {
	all, err := openPacked(files...)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := carry.NewBlockWriter(&b, testMagic)
	if err != nil {
		return nil, err
	}
	err = errors.Join(PackUnion(all, w), w.Close())
	return b.Bytes(), err
}

// ofEveryKind returns deliveries of every kind: logs, refusals, copies, replies, bounces.
func ofEveryKind() (all []parsers.Delivery, bounces []parsers.Bounce) {
	all = ofSmallOrganisation()
	for _, d := range manyDeliveries(200) {
		d.Origin.Source = 1
		all = append(all, d)
	}
	at := time.Date(2026, 11, 18, 8, 0, 0, 0, time.UTC)
	for i, to := range []string{"jane@gmial.com", "joe@bigcustmoer.example", `"o d"@gmial.com`} {
		all = append(all, parsers.Delivery{
			Time: at, Sender: "Kim@Corp.example", SenderKnown: true, Submitted: true, Recipient: to, Copy: true, Count: 1, MessageID: to, SubjectSum: 7,
			References: "x@y z@y", Attachments: parsers.Attachments{Number: 2, Bytes: 300, Kinds: 1}, Subject: "plan", Origin: parsers.Origin{Line: int64(90 + i), Offset: 5},
			Place: parsers.Place{Source: "old.log", Number: 2, Line: 7},
		})
		bounces = append(bounces, parsers.Bounce{Time: at.Add(time.Hour), MessageID: to, Recipient: to, Status: parsers.StatusBounced, Arrived: parsers.ArrivedNo, DSN: "5.1.1", Origin: parsers.Origin{Source: 1, Line: 4}})
	}
	all = append(all, parsers.Delivery{Time: at, Sender: "t@gmial.com", SenderKnown: true, Recipient: "kim@corp.example", Local: true, Copy: true, Status: parsers.StatusDelivered, MessageID: "re", References: "x@y"})
	return all, bounces
}

// TestPackedMonoid: packed ledgers are a monoid. Whatever the parts, their order and the
// tree in which they are put together through files, the report is the same to the byte.
func TestPackedMonoid(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Subjects = true
	all, bounces := ofEveryKind()
	r := rand.New(rand.NewPCG(9, 10))
	empty := func() *Ledger {
		c := o.Ledgering(time.Time{}, time.Time{})
		c.From, c.Spill = time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC), func() (parsers.Spill, error) { return &parserstest.Spill{}, nil }
		return NewLedger(c)
	}
	two := reading()
	two.Sources = append(two.Sources, two.Sources[0])
	report := func(l *Ledger) string { return copyOf(resultOn(t, judged(t, l, o), two)) }
	join := func(files ...[]byte) *Ledger {
		l := empty()
		if err := unpackInto(l, files...); err != nil {
			t.Fatal(err)
		}
		return l
	}
	union := func(files ...[]byte) []byte {
		file, err := packedUnion(files...)
		if err != nil {
			t.Fatal(err)
		}
		if again := packedFile(t, join(file)); r.IntN(2) == 0 {
			return again // through memory
		}
		return file
	}
	whole := empty()
	for i := range all {
		whole.Add(&all[i])
	}
	for i := range bounces {
		whole.Bounce(&bounces[i])
	}
	want := report(whole)
	unit := packedFile(t, empty())
	for range seldom(10, 10, 2) {
		parts := make([]*Ledger, 1+r.IntN(5))
		for i := range parts {
			parts[i] = empty()
		}
		for _, i := range r.Perm(len(all)) {
			parts[r.IntN(len(parts))].Add(&all[i])
		}
		for i := range bounces {
			parts[r.IntN(len(parts))].Bounce(&bounces[i])
		}
		files := [][]byte{unit}
		for _, l := range parts {
			files = append(files, packedFile(t, l))
		}
		for len(files) > 1 {
			r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
			n := 2 + r.IntN(len(files)-1)
			files = append(files[n:], union(files[:n]...))
		}
		if diff := cmp.Diff(want, report(join(files[0], unit))); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestPackedOrders: five parts in each of their 120 orders, of which one in seven is judged,
// or as seldom has it.
func TestPackedOrders(t *testing.T) {
	t.Parallel()
	o := options(t)
	all, _ := ofEveryKind()
	var files [][]byte
	for part := range 5 {
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for i := part; i < len(all); i += 5 {
			l.Add(&all[i])
		}
		files = append(files, packedFile(t, l))
	}
	two := reading()
	two.Sources = append(two.Sources, two.Sources[0])
	var want string
	orders := 0
	every := seldom(1, 7, 40)
	eachOrder(files, func(files [][]byte) {
		orders++
		isJudged := orders%every == 1%every
		if testing.Short() && !isJudged {
			return
		}
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		if err := unpackInto(l, files...); err != nil {
			t.Fatal(err)
		}
		if !isJudged {
			return
		}
		got := copyOf(resultOn(t, judged(t, l, o), two))
		if want == "" {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
	if orders != 120 {
		t.Errorf("%d orders, want 120", orders)
	}
}

// eachOrder yields all orders of what is in all.
func eachOrder(all [][]byte, yield func([][]byte)) {
	var from func(n int)
	from = func(n int) {
		if n == len(all) {
			yield(all)
			return
		}
		for i := n; i < len(all); i++ {
			all[n], all[i] = all[i], all[n]
			from(n + 1)
			all[n], all[i] = all[i], all[n]
		}
	}
	from(0)
}

// TestDamagedLedger changes each byte of a file, and cuts it off anywhere: it is found out.
func TestDamagedLedger(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range ofSmallOrganisation() {
		l.Add(&d)
	}
	file := packedFile(t, l)
	for i := 0; i < len(file); i += seldom(1, 1, 7) {
		bad := bytes.Clone(file)
		bad[i] ^= 0x55
		for _, f := range [][]byte{bad, file[:i]} {
			if err := unpackInto(NewLedger(o.Ledgering(time.Time{}, time.Time{})), f); !errors.Is(err, carry.ErrPack) {
				t.Errorf("byte %d of %d changed or cut off: %v", i, len(file), err)
			}
		}
	}
}

// FuzzUnpacking reads anything as blocks of a ledger: what is taken can be judged and
// packed again, and what is not is an error.
func FuzzUnpacking(f *testing.F) {
	o := options(&testing.T{})
	all, bounces := ofEveryKind()
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for i := range all {
		l.Add(&all[i])
	}
	for i := range bounces {
		l.Bounce(&bounces[i])
	}
	f.Add(parserstest.Blocks(f, packedFile(f, l), testMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		file := ofBlocks(t, b)
		if file, err := packedUnion(file, file); err == nil {
			_ = unpackInto(NewLedger(o.Ledgering(time.Time{}, time.Time{})), file)
		}
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		if unpackInto(l, file, file) != nil {
			return
		}
		learnPeople(l, organisation.Own{}, false)
		k := l.kept()
		if err := k.each(&detailQuery{}, func(detail) {}); err != nil {
			if !errors.Is(err, carry.ErrPack) {
				t.Fatal(err)
			}
			return
		}
		if err := unpackInto(NewLedger(o.Ledgering(time.Time{}, time.Time{})), packedFile(t, l)); err != nil {
			t.Fatal(err)
		}
	})
}

// ofBlocks undoes parserstest.Blocks.
func ofBlocks(t *testing.T, b []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := carry.NewBlockWriter(&file, testMagic)
	if err != nil {
		t.Fatal(err)
	}
	for blocks := carry.Unpack(b); blocks.More(); {
		kind, raw := blocks.Below(1<<8), blocks.Bytes()
		if blocks.Err != nil || kind == 0 {
			break
		}
		if err := w.Block(byte(kind), raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
