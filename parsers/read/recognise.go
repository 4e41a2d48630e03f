package read

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// recognise finds the format of an entry, from its head.
func (e *entry) recognise(o Options) {
	if e.in.Folder() != "" {
		e.recogniseFolder(o)
		return
	}
	head, _ := e.in.Head() // an error after its beginning comes again when it is read
	if len(head) == 0 {
		e.noteEmpty()
		return
	}
	if err := cmp.Or(ownFile(head), foreign(head)); err != nil {
		e.out.Err = source.NewError(e.in.Name(), err)
		return
	}
	if end := bytes.IndexByte(head, '\r'); end >= 0 && end < len(head)-1 && bytes.IndexByte(head, '\n') < 0 && e.isLog(head, o.Formats) {
		e.out.Err = source.NewError(e.in.Name(), &ConvertError{`a log whose lines end with CR alone; convert it by tr '\r' '\n'`})
		return
	}
	e.sniffOnce(head, o)
	if e.format == nil {
		e.sniffBelow(head, o.Formats)
	}
	if e.format == nil {
		e.sniffPrinted(head, o.Formats)
	}
	if e.format == nil { // the beginning may be damaged
		e.sniff(e.in.Middle(), withoutFolders(o.Formats))
	}
	if e.format == nil && len(o.Formats) == 1 {
		e.format = o.Formats[0] // the user says so
	}
	if e.format == nil {
		e.out.Err = source.NewError(e.in.Name(), cmp.Or(missing(head, o.Formats), e.unrecognised(o.Formats)))
		return
	}
	e.name = e.format.Name()
	if f, ok := e.format.(parsers.WrapperFormat); ok {
		e.name = f.Found(head[e.above:])
	}
	if f, ok := e.format.(parsers.LineFormat); ok {
		e.first, e.yearless, e.timed = f.FirstTime(head, o.Location)
		if e.yearless {
			e.doubtYear(o)
			start := streamStart(head, e.in.ModTime(), o.Location, o.Year)
			e.first = e.first.AddDate(start.Year()-e.first.Year(), 0, 0)
		}
	}
	if f, ok := e.format.(parsers.HostFormat); ok {
		e.hosts = f.Hosts(head)
		slices.Sort(e.hosts)
	}
}

// noteScattered notes, of each source, the hosts of those of its format that have lines of
// other hosts alone: they are one log that was split by host. What one host hands to the
// other is in both. Sources that name the same hosts are looked at once: they may be
// thousands, of few hosts.
func noteScattered(entries []*entry) {
	type hosts struct{ format, names string }
	groups := map[hosts][]*entry{}
	for _, e := range entries {
		if e.format != nil && len(e.hosts) > 0 {
			of := hosts{e.format.Name(), strings.Join(e.hosts, "\n")}
			groups[of] = append(groups[of], e)
		}
	}
	for a, group := range groups {
		var others []string
		for b, with := range groups {
			if a.format == b.format && areOthers(group[0].hosts, with[0].hosts) {
				others = append(others, with[0].hosts...)
			}
		}
		slices.Sort(others)
		others = slices.Compact(others)
		for _, e := range group {
			e.others = others
		}
	}
}

// areOthers reports that of two sources none names a host that the other names.
func areOthers(a, b []string) bool {
	return !slices.ContainsFunc(a, func(host string) bool { return slices.Contains(b, host) })
}

// doubtYear says that the years of a source are taken from a time at which it cannot have
// been written: some programs that unpack files set it to 1970.
func (e *entry) doubtYear(o Options) {
	const earliest = 1990 // no mail server wrote such a log before
	changed := e.in.ModTime()
	if o.Year == 0 && !o.Now.IsZero() && (changed.Year() < earliest || changed.After(o.Now.Add(tomorrow))) {
		e.out.Problem(fmt.Sprintf("its lines have no year, and those taken for them follow from when it was changed, which cannot be right: %s (--year says the first)", changed.In(o.Location).Format(time.DateOnly)))
	}
}

// isLog reports whether the lines of a text are those of a log.
func (e *entry) isLog(head []byte, formats []parsers.Format) bool {
	head = bytes.ReplaceAll(head, []byte("\r"), []byte("\n"))
	return slices.ContainsFunc(formats, func(f parsers.Format) bool {
		_, ok := f.(parsers.LineFormat)
		return ok && f.Sniff(head) > 0
	})
}

// maxSniffed bounds the heads whose format is kept: then it is forgotten, and found again.
const maxSniffed = 1024

// sniffOnce is sniff, but for a head that an earlier Read recognised.
func (e *entry) sniffOnce(head []byte, o Options) {
	if o.Sniffed == nil {
		e.sniff(head, o.Formats)
		return
	}
	sum := xxhash.Sum64(head)
	if e.format = o.Sniffed[sum]; e.format != nil {
		return
	}
	if e.sniff(head, o.Formats); e.format != nil {
		if len(o.Sniffed) >= maxSniffed {
			clear(o.Sniffed)
		}
		o.Sniffed[sum] = e.format
	}
}

func (e *entry) sniff(sample []byte, formats []parsers.Format) {
	best := 0
	for _, f := range formats {
		if last, ok := f.(parsers.LastFormat); ok && last.MostSniffed() <= best {
			continue
		}
		if score := f.Sniff(sample); score > best {
			best, e.format = score, f
		}
	}
}

// withoutFolders returns the formats but those of one message a file: what looks like a
// header in the middle of a file is none.
func withoutFolders(formats []parsers.Format) []parsers.Format {
	return slices.DeleteFunc(slices.Clone(formats), func(f parsers.Format) bool {
		_, ok := f.(parsers.FolderFormat)
		return ok
	})
}

// missing returns which columns of the user's are not there, nil if that is not
// why a source that begins so is not read.
func missing(head []byte, formats []parsers.Format) error {
	for _, f := range formats {
		if f, ok := f.(parsers.MappedFormat); ok {
			if err := f.Missing(head); err != nil {
				return err
			}
		}
	}
	return nil
}

// recogniseFolder chooses the format of a folder of messages: that of its kind,
// else any that reads folders.
func (e *entry) recogniseFolder(o Options) {
	for _, f := range o.Formats {
		if _, ok := f.(parsers.FolderFormat); ok && (e.format == nil || f.Name() == e.in.Folder()) {
			e.format = f
		}
	}
	switch {
	case e.format == nil:
		e.out.Err = source.NewError(e.in.Name(), ErrNotRecognised)
	case e.in.Messages() == 0:
		e.format = nil
		e.noteEmpty()
	default:
		e.name = e.format.Name()
	}
}

func (e *entry) noteEmpty() {
	e.out.Empty = true
	if e.in.Name() == source.Stdin {
		e.out.Problem("empty, as a pipe is whose writer failed")
		return
	}
	if e.in.Folder() == "" && !e.in.IsPacked() && source.HasPackedName(e.in.Name()) {
		e.out.Err = source.NewError(e.in.Name(), errors.New("empty, as no compressed file is: what compressed it may have failed"))
		return
	}
	e.out.Problem("empty")
}

// An UnrecognisedError is the error of a source that is of none of the formats, or of
// which nothing was understood. It wraps ErrNotRecognised.
type UnrecognisedError struct {
	// Line is the first line that was not understood, raw and as long as it is; "" if
	// the source is no text.
	Line string
	// Reason says what Line lacks, such as "names no program".
	Reason string
}

func (e *UnrecognisedError) Error() string { return ErrNotRecognised.Error() }

// Unwrap returns ErrNotRecognised.
func (e *UnrecognisedError) Unwrap() error { return ErrNotRecognised }

// unrecognised says why the source is not read.
func (e *entry) unrecognised(formats []parsers.Format) error {
	head, _ := e.in.Head() // an error after its beginning comes when it is read
	for _, f := range formats {
		if f, ok := f.(parsers.Explainer); ok {
			if line, reason := f.Explain(head); len(line) > 0 {
				return &UnrecognisedError{string(line), reason}
			}
		}
	}
	return ErrNotRecognised
}

// inOrder sorts entries by the time of their first line, as rotation wrote
// them; those without one by name, in which a higher number is an older log.
// Of parts of a log that begin in the same second the one that ends first goes first, and
// where that is the same as well, the one whose name does.
func inOrder(entries []*entry) {
	slices.SortStableFunc(entries, func(a, b *entry) int {
		if a.timed && b.timed {
			if c := a.first.Compare(b.first); c != 0 {
				return c
			}
			return cmp.Or(a.ends().Compare(b.ends()), source.CompareNames(a.out.Name, b.out.Name))
		}
		if a.timed != b.timed {
			if a.timed {
				return -1
			}
			return 1
		}
		return cmp.Or(source.CompareNames(b.out.Name, a.out.Name), 0)
	})
}

// ends returns the time of the last line, as far as that is near and stamped; else that of
// the first.
func (e *entry) ends() time.Time {
	if e.last.IsZero() {
		e.last = e.first
		if f, ok := e.format.(parsers.LineFormat); ok && e.in != nil {
			e.last = e.lastStamp(f)
		}
	}
	return e.last
}

// lastStamp reads the stamps of the last lines of a file that is not packed. One without a
// year is of that of the first.
func (e *entry) lastStamp(f parsers.LineFormat) time.Time {
	if e.in.IsStream() || e.in.IsPacked() {
		return e.first
	}
	size := e.in.Size()
	from := max(0, size-source.HeadSize)
	tail, err := e.in.Slice(from, size-from)
	if err != nil {
		return e.first
	}
	for len(tail) > 0 {
		tail = bytes.TrimSuffix(tail, []byte("\n"))
		begin := bytes.LastIndexByte(tail, '\n') + 1
		if t, yearless, ok := f.FirstTime(tail[begin:], e.first.Location()); ok {
			if yearless {
				t = t.AddDate(e.first.Year()-t.Year(), 0, 0)
			}
			return t
		}
		tail = tail[:begin]
	}
	return e.first
}

// startOfStream returns a time in the year of the first stamp.
func (e *entry) startOfStream(o Options) time.Time {
	if e.yearless {
		head, _ := e.in.Head()
		return streamStart(head, e.in.ModTime(), o.Location, o.Year)
	}
	return e.in.ModTime()
}
