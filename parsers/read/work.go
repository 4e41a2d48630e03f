package read

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// buffers are those of workers that are done: to watch is to read a few lines again and again.
var buffers = sync.Pool{New: func() any { b := lines.NewBuffer(); return &b }}

// work reads tasks until there are none left.
func (r *reader) work(tasks chan task, sink parsers.Sink) {
	var buf *[]byte // taken when there is work: of a small log not for each worker
	defer func() {
		if buf != nil {
			buffers.Put(buf)
		}
	}()
	for {
		held := r.hold()
		t, ok := <-tasks
		if ok && r.ctx.Err() == nil {
			if buf == nil {
				buf = buffers.Get().(*[]byte)
			}
			r.run(t, sink, *buf)
		}
		if held && !(ok && t.leavesRest()) {
			<-r.slots
		}
		if !ok {
			return
		}
		t.e.done()
	}
}

// leavesRest reports whether the task is a piece whose rest holds its slot until
// it is joined.
func (t task) leavesRest() bool {
	_, isLines := t.e.format.(parsers.LineFormat)
	return isLines && !t.whole
}

// hold takes a slot; it returns false when the run is at its end anyway.
func (r *reader) hold() bool {
	select {
	case r.slots <- struct{}{}:
		return true
	case <-r.ctx.Done():
		return false
	}
}

// done closes the rests when the last piece is read.
func (e *entry) done() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.pending--; e.pending == 0 {
		close(e.rests)
	}
}

// run reads one task. A panic ends the run, and shows no data.
func (r *reader) run(t task, sink parsers.Sink, buf []byte) {
	defer r.recover(t.e.in.Name())
	var err error
	switch f := t.e.format.(type) {
	case parsers.LineFormat:
		err = r.runLines(t, f, sink, buf)
	case parsers.CutFormat:
		err = r.runCut(t, f, sink, buf)
	case parsers.FolderFormat:
		err = r.runMessages(t, f, sink, buf)
	case parsers.StreamFormat:
		err = r.runStream(t, f, sink)
	}
	if err != nil && r.ctx.Err() == nil {
		t.e.add(nil, func(out *Source) { out.Err = errors.Join(out.Err, err) })
	}
}

func (r *reader) recover(name string) {
	if recover() != nil {
		r.fail(&crash{name, debug.Stack()})
	}
}

func (r *reader) piece(t task) parsers.Piece {
	return parsers.Piece{
		Source: t.e.index, Number: t.number, Name: t.e.in.Name(), Offset: t.from, Context: t.e.in.IsContext(), OtherHosts: t.e.others, Shard: r.o.Shard != nil,
		Start: t.start, Location: r.o.Location, Map: r.o.Map, DateOrder: r.o.DateOrder,
	}
}

func (r *reader) runLines(t task, f parsers.LineFormat, sink parsers.Sink, buf []byte) error {
	if t.whole {
		return r.runLineStream(t, f, sink, buf)
	}
	file, err := t.e.in.OpenFile()
	if err != nil {
		r.send(t.e, pieceRest{number: t.number, slot: true})
		return err
	}
	defer file.Close()
	p := f.NewPiece(r.piece(t), sink)
	var all blocksRead
	in := progressReader{lines.NewPieceReader(file, t.from, t.to), t.e.in}
	all.overlong, err = lines.Blocks(in, buf, func(b []byte) error {
		p.Parse(b)
		all.add(b)
		return r.ctx.Err()
	})
	r.send(t.e, pieceRest{t.number, r.closePiece(t.e, t.number, p, all), true})
	if err != nil {
		return source.NewError(t.e.in.Name(), fmt.Errorf("reading at offset %d: %w", t.from+all.bytes, source.PlainError(err)))
	}
	return nil
}

// A progressReader counts the bytes that are read of an input.
type progressReader struct {
	io.Reader
	in *source.Input
}

func (p progressReader) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.in.Advance(int64(n))
	return n, err
}

// blocksRead are the blocks of a piece.
type blocksRead struct {
	bytes      int64
	overlong   int64 // lines that were cut
	unreadable int64 // lines of bytes that are no text
	// peeks are those into the last blocks, and odd how many of them saw no text.
	peeks, odd int
}

func (a *blocksRead) add(block []byte) {
	a.bytes += int64(len(block))
	a.peek(block)
	isOdd := func(line []byte) bool { return bytes.ContainsFunc(line, isControl) }
	switch {
	case a.odd > mostOdd || !isText(block[max(0, len(block)-textSample):]):
	case len(block) > smallBlock || !hasControl(block):
		return
	default:
		isOdd = func(line []byte) bool { return !isLine(line) }
	}
	for line := range bytes.Lines(block) {
		if isOdd(line) {
			a.unreadable++
		}
	}
}

// smallBlock is the size of a block, in bytes, each line of which is looked at: a few peeks into it say
// little.
const smallBlock = 64 << 10

// Peeks into blocks, in bytes: of those into what was packed most see one of eight
// control characters, of which text has none. So six KiB of it and more are found.
const (
	peekEvery = 1 << 10
	peekSize  = 64
	manyPeeks = 256
	mostOdd   = 2 // of so many peeks into text
)

func (a *blocksRead) peek(block []byte) {
	if a.peeks >= manyPeeks {
		a.peeks, a.odd = 0, 0
	}
	for at := 0; at+peekSize <= len(block); at += peekEvery {
		a.peeks++
		seen := block[at : at+peekSize]
		if nuls, others := controls(seen); others > 0 || nuls > peekSize/4 {
			a.odd++
		}
	}
}

// isControl reports one of the first control characters, which text has none of.
func isControl(c rune) bool { return c < '\t' }

// textSample is how much of the end of a block is looked at, in bytes: what was packed and
// appended to a log goes as far as its end, or over more blocks than one.
const textSample = 1 << 10

// isText reports whether hardly any bytes are of the first control characters; of packed data they
// are one in thirty. An entry of the journal may have the length of a field in seven NULs.
func isText(b []byte) bool {
	controls := 0
	for _, c := range b {
		if isControl(rune(c)) {
			controls++
		}
	}
	return controls < 4 || controls*64 < len(b)
}

// controls counts the first control characters, NULs apart: UTF-16 in a log of one byte a letter
// has one beside each letter.
func controls(b []byte) (nuls, others int) {
	if !hasControl(b) {
		return 0, 0
	}
	for _, c := range b {
		switch {
		case c == 0:
			nuls++
		case isControl(rune(c)):
			others++
		}
	}
	return nuls, others
}

// isLine reports a line of text: one of the journal may have the length of a field before it, and one of
// mail a character or two that its sender put there.
func isLine(line []byte) bool {
	nuls, others := controls(line)
	return (nuls <= 8 || nuls <= len(line)/4) && others <= 2
}

// hasControl reports whether one of the bytes is of the first control characters, a word at a
// time (Anderson, Bit Twiddling Hacks: hasless).
func hasControl(b []byte) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	var less uint64
	for ; len(b) >= 8; b = b[8:] {
		word := binary.LittleEndian.Uint64(b)
		less |= (word - each*'\t') &^ word
	}
	return less&high != 0 || bytes.ContainsFunc(b, isControl)
}

// missUnreadable counts the lines that are no text as not understood: some formats count
// them, and others take them for what concerns nobody.
func (a *blocksRead) missUnreadable(t *parsers.Tally) {
	if a.unreadable == 0 {
		return
	}
	t.Malformed = max(t.Malformed, a.unreadable)
	t.NotUnderstood.Add("", max(0, a.unreadable-t.NotUnderstood.Total()))
	t.Problem("holds bytes that are no text, as where something packed was appended: what they hold was not read")
}

// closePiece ends a piece and returns its rest.
func (r *reader) closePiece(e *entry, number int32, p parsers.LineParser, all blocksRead) parsers.Rest {
	tally, rest := p.Close()
	all.missUnreadable(&tally)
	if all.overlong > 0 {
		tally.Malformed += all.overlong
		tally.Problem(fmt.Sprintf("lines longer than %d bytes were cut", lines.MaxLine))
	}
	e.add(&tally, func(out *Source) {
		out.Bytes += all.bytes
		for int(number) >= len(out.pieceLines) {
			out.pieceLines = append(out.pieceLines, 0)
		}
		out.pieceLines[number] = tally.Lines
	})
	return rest
}

// add merges a tally into that of the source.
func (e *entry) add(t *parsers.Tally, more func(*Source)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if t != nil {
		e.out.Tally.Merge(*t)
	}
	more(e.out)
}

// runLineStream reads a compressed source or a pipe: it is decoded by a
// goroutine of its own, and parsed in pieces.
func (r *reader) runLineStream(t task, f parsers.LineFormat, sink parsers.Sink, buf []byte) error {
	in, err := t.e.in.Open()
	if err != nil {
		return err
	}
	ahead := readAhead(r.ctx, t.e.in.Name(), in)
	defer ahead.Close()
	text := &tailReader{r: ahead}
	if _, err := io.CopyN(io.Discard, text, t.e.from); err != nil {
		return source.NewError(t.e.in.Name(), fmt.Errorf("reading what is known: %w", source.PlainError(err)))
	}
	var p parsers.LineParser
	number := t.e.firstPiece()
	var all blocksRead
	total := int64(0)
	end := func(overlong int64) {
		if p != nil {
			all.overlong = overlong
			r.send(t.e, pieceRest{number: number, rest: r.closePiece(t.e, number, p, all)})
			p, number, total, all = nil, number+1, total+all.bytes, blocksRead{}
		}
	}
	overlong, err := lines.Blocks(text, buf, func(b []byte) error {
		if p == nil {
			piece := r.piece(t)
			piece.Number = number
			if number > 0 && t.e.timed {
				piece.Start = t.e.lastTime(piece.Start)
			}
			p = f.NewPiece(piece, sink)
		}
		p.Parse(b)
		if all.add(b); all.bytes >= pieceSize {
			end(0)
		}
		return r.ctx.Err()
	})
	end(overlong)
	t.e.readTo, t.e.tail = text.n, text.last()
	if err != nil {
		return source.NewError(t.e.in.Name(), fmt.Errorf("reading after %d bytes of text: %w", total, source.PlainError(err)))
	}
	return nil
}

// lastTime returns the time that the source has reached, for the year of the
// next piece.
func (e *entry) lastTime(otherwise time.Time) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.out.Last.IsZero() {
		return otherwise
	}
	return e.out.Last
}

func (r *reader) runStream(t task, f parsers.StreamFormat, sink parsers.Sink) error {
	in, err := t.e.in.Open()
	if err != nil {
		return err
	}
	ahead := readAhead(r.ctx, t.e.in.Name(), in)
	defer ahead.Close()
	text := &tailReader{r: ahead}
	n := &countingReader{r: text, ctx: r.ctx}
	export, err := t.e.export(n)
	if err != nil {
		return err
	}
	tally, err := f.Read(r.ctx, r.piece(t), export, sink)
	if !t.e.isMailbox() { // messages may carry any bytes
		n.all.missUnreadable(&tally)
	}
	t.e.add(&tally, func(out *Source) {
		out.Bytes += n.all.bytes
		out.pieceLines = []int64{tally.Lines}
	})
	t.e.readTo, t.e.tail = text.n, text.last()
	if err != nil {
		return source.NewError(t.e.in.Name(), fmt.Errorf("reading after %d bytes of text: %w", n.all.bytes, source.PlainError(err)))
	}
	return nil
}

// A countingReader notes what is read.
type countingReader struct {
	r   io.Reader
	all blocksRead
	ctx context.Context
}

func (c *countingReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(b)
	c.all.add(b[:n])
	return n, err
}

// missPassed counts what companions of mail servers passed on as not understood, where no
// line of a server was read that says what became of it. Where runs go on from one
// another such lines may stand in another one; of shards it is the merge that knows.
func (r *reader) missPassed() {
	if r.o.Shard != nil || slices.ContainsFunc(r.entries, func(e *entry) bool { return e.out.Records > 0 || e.previous != nil }) {
		return
	}
	for _, e := range r.entries {
		e.out.NotUnderstood.Merge(e.out.Passed)
		e.out.Malformed += e.out.Passed.Total()
	}
}

// finish names the format of a source that was read, if anything of it was
// understood or it is quiet.
func (e *entry) finish(formats []parsers.Format) {
	if e.format == nil || e.out.missing {
		return
	}
	e.out.Format = e.name
	if e.out.Records == 0 && !e.isQuiet() && e.out.Err == nil {
		e.out.Format = ""
		err := e.unrecognised(formats)
		if len(e.out.Errors) > 0 {
			err = fmt.Errorf("%w: %s", err, e.out.firstMalformed())
		}
		e.out.Err = source.NewError(e.in.Name(), err)
	}
}

// remark says of the sources what their counts alone do not. It is said after the state was
// kept, since the counts of the next run are others.
func (r *reader) remark() {
	var deliveries int64
	for _, e := range r.entries {
		deliveries += e.out.Deliveries
	}
	for _, e := range r.entries {
		e.missUnnamed(deliveries)
		e.remark()
	}
}

// missUnnamed counts the messages of which no line names a recipient as not understood where they
// are more than the deliveries of the source: the lines that name them are missing. Where they are
// few, and other sources have deliveries, it may have been begun a moment before it was read.
func (e *entry) missUnnamed(deliveries int64) {
	n := e.out.Unnamed
	if n > e.out.Deliveries && (n > deliveries || n >= minUnnamed) {
		e.missAtLeast(n)
		e.out.Problem(fmt.Sprintf("no line says for whom %d of its messages were: those that name the recipients may be missing", n))
	}
}

// minUnnamed is from how many messages without a recipient on a source was not just begun.
const minUnnamed = 10

// remark says that the lines of a source were cut or masked, which record of a table cannot be
// read, and that deliveries have no time.
func (e *entry) remark() {
	e.missCut()
	e.missMasked()
	e.missNameless()
	if _, ok := e.format.(parsers.MappedFormat); ok && e.out.Format != "" && len(e.out.Errors) > 0 {
		e.out.Problem(e.out.firstMalformed())
	}
	if e.out.NoTime > 0 {
		e.out.Problem(fmt.Sprintf("%d of %d deliveries have no time: --since and --until leave them in", e.out.NoTime, e.out.Deliveries))
	}
}

// missCut counts the lines that were cut as not understood: what was cut off may be a recipient,
// or what became of the mail.
func (e *entry) missCut() {
	if l := &e.out.Longest; e.out.Format != "" && l.AreCut(e.out.Lines) {
		e.missAtLeast(l.Lines)
		e.out.Problem(fmt.Sprintf("%d of %d lines end after %d characters, where they were cut", l.Lines, e.out.Lines, l.Length))
	}
}

// missMasked counts the deliveries to recipients whose domains were masked as not understood.
func (e *entry) missMasked() {
	if b := &e.out.Bare; b.AreMasked() {
		e.missAtLeast(b.Deliveries)
		e.out.Problem(fmt.Sprintf("%d recipients have no domain, though servers of several organisations took the mail: the addresses may be masked", b.Deliveries))
	}
}

// missNameless counts lines without a program as not understood where they are most of a log in
// which nothing was found: what stands in them cannot be known.
func (e *entry) missNameless() {
	n := e.out.NotOurs[parsers.NoProgram]
	if e.out.Format != "" && e.out.Records == 0 && n >= minNameless && 2*n > e.out.Lines {
		e.missAtLeast(n)
		e.out.Problem(fmt.Sprintf("%d of %d lines name no program that can be read", n, e.out.Lines))
	}
}

// minNameless is from how many lines without a program on they are no accident.
const minNameless = 10

// missAtLeast counts n deliveries as not understood, those among them that were counted before, as
// by an earlier reading, of which the source is.
func (e *entry) missAtLeast(n int64) {
	e.out.Malformed = max(e.out.Malformed, n)
	e.out.NotUnderstood = maps.Clone(e.out.NotUnderstood) // that of the state stays
	e.out.NotUnderstood.Add(parsers.NoProgram, max(0, n-e.out.NotUnderstood.Total()))
}

// firstMalformed says where the first record stands that could not be understood,
// why, and how many others there are.
func (s *Source) firstMalformed() string {
	first := slices.MinFunc(s.Errors, func(a, b parsers.SyntaxError) int {
		return cmp.Or(cmp.Compare(a.Origin.Piece, b.Origin.Piece), cmp.Compare(a.Origin.Line, b.Origin.Line))
	})
	text := fmt.Sprintf("line %d: %s", s.line(first.Origin), first.Reason)
	if s.Malformed > 1 {
		text += fmt.Sprintf(" (and %d more that cannot be read)", s.Malformed-1)
	}
	return text
}

// isQuiet reports a log in which nothing happened: its lines are those of a mail
// server or its companions, and none looks like a delivery.
func (e *entry) isQuiet() bool { return e.out.Known && len(e.out.NotUnderstood) == 0 }
