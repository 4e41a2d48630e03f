package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/report"
)

// A findingPrinter prints what a watch finds, a line each.
type findingPrinter struct {
	w     io.Writer
	names *result.Pseudonymizer // nil for the names themselves
	// printed are the last lines of a watch that was killed, one of which may be of a finding
	// that was not noted: that is not printed again.
	printed []string
}

// resume looks for a line that a watch printed and that is not noted: said is the checksum of
// the last one that is. It is seen where standard output is a file.
func (p *findingPrinter) resume(said uint64) {
	p.printed = lastLines(p.w)
	noted := len(p.printed) - 1
	for noted >= 0 && xxhash.Sum64String(p.printed[noted]) != said {
		noted--
	}
	if noted < 0 {
		noted = len(p.printed) - 2 // nothing is known but that it is the last one
	}
	p.printed = p.printed[max(0, noted+1):]
}

// print prints a line about what was found, and returns its checksum. What cannot be printed is
// no reason to end.
func (p *findingPrinter) print(f *pipeline.Finding) (said uint64, err error) {
	line := p.line(f)
	if i := slices.Index(p.printed, line); i >= 0 {
		p.printed = slices.Delete(p.printed, i, i+1)
	} else {
		_, err = io.WriteString(p.w, line)
	}
	return xxhash.Sum64String(line), err
}

// line is what is said of a finding.
func (p *findingPrinter) line(f *pipeline.Finding) string {
	d := f.Delivery
	if p.names != nil {
		d = p.names.Delivery(d)
	}
	when := "at an unknown time"
	if d.Time != nil {
		when = d.Time.Format(time.RFC3339)
	}
	verb := "arrived"
	if d.Arrived != parsers.ArrivedYes {
		verb = "may have arrived"
	}
	who := d.Person
	if who == "" {
		who = "somebody"
	}
	return fmt.Sprintf("%s %s wrote to %s, meant %s (%.2f): %s\n", when, report.SafeText(who), report.SafeText(d.Recipient), report.SafeText(d.Meant), d.Confidence, verb)
}

// maxTail bounds what is looked at of a file to which lines were written, in bytes.
const maxTail = 16 << 10

// lastLines returns the last lines of what was written to w before, with their ends; none where
// w is no file, or one that cannot be read.
func lastLines(w io.Writer) []string {
	out, ok := w.(*os.File)
	if !ok {
		return nil
	}
	f, err := os.Open(out.Name())
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text := make([]byte, min(info.Size(), maxTail))
	if _, err := f.ReadAt(text, info.Size()-int64(len(text))); err != nil {
		return nil
	}
	return slices.Collect(strings.Lines(string(text)))
}
