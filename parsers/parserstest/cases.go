package parserstest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Case is a log whose deliveries are known.
type Case struct {
	Name string
	// Log is its text. Blanks and tabs before each line, and the line end
	// before the first one, are not of it.
	Log string
	// Want are its deliveries as Describe writes them, in the order of the log.
	Want []string
	// Malformed are the records that cannot be understood: "line: reason".
	Malformed []string
	// Problems are remarks about the log as a whole.
	Problems []string
}

// Cases reads logs whose deliveries are known, with all their fields: whole,
// with CRLF, and in parts that are cut at each line end, or byte by byte where
// the format is a stream.
func Cases(t *testing.T, f parsers.Format, cases []Case) {
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			text := unindent(c.Log)
			got, tally := readAny(f, text)
			diffLines(t, "deliveries", describeAll(got), c.Want)
			var malformed []string
			for _, e := range tally.Errors {
				malformed = append(malformed, fmt.Sprintf("%d: %s", e.Origin.Line, e.Reason))
			}
			diffLines(t, "malformed", malformed, c.Malformed)
			diffLines(t, "problems", tally.Problems, c.Problems)
			counts(t, tally, got)
			inParts(t, f, text, got)
		})
	}
}

// readAny reads data with a format of lines or a stream, in the order of the
// log.
func readAny(f parsers.Format, data []byte) ([]parsers.Delivery, parsers.Tally) {
	if lines, ok := f.(parsers.LineFormat); ok {
		return Read(lines, data)
	}
	all, tally := readStream(f.(parsers.StreamFormat), bytes.NewReader(data))
	inOrder(all, nil)
	return all, tally
}

// inParts reads data in ways that change nothing.
func inParts(t *testing.T, f parsers.Format, data []byte, want []parsers.Delivery) {
	lines, ok := f.(parsers.LineFormat)
	if !ok {
		got, _ := readStream(f.(parsers.StreamFormat), iotest.OneByteReader(bytes.NewReader(data)))
		inOrder(got, nil)
		same(t, "byte by byte", got, want)
		return
	}
	crlf(t, lines, data, want)
	for i, c := range data {
		if c == '\n' {
			got, _ := Read(lines, data, i+1)
			same(t, fmt.Sprintf("cut at %d", i+1), got, want)
		}
	}
	runs(t, lines, data, want)
}

// counts holds a tally to the deliveries that were read.
func counts(t *testing.T, tally parsers.Tally, all []parsers.Delivery) {
	t.Helper()
	var want parsers.Tally
	for i := range all {
		n := int64(max(1, all[i].Count))
		want.Deliveries += n
		if !all[i].SenderKnown {
			want.NoSender += n
		}
		if all[i].Incomplete {
			want.Incomplete += n
		}
	}
	if tally.Deliveries != want.Deliveries || tally.NoSender != want.NoSender || tally.Incomplete != want.Incomplete {
		t.Errorf("got a tally of %d deliveries, %d without a sender, %d incomplete, want %d, %d, %d",
			tally.Deliveries, tally.NoSender, tally.Incomplete, want.Deliveries, want.NoSender, want.Incomplete)
	}
}

func diffLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(strings.Join(want, "\n"), strings.Join(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// unindent takes the indentation of Go's source off a log.
func unindent(text string) []byte {
	var b bytes.Buffer
	for line := range strings.Lines(strings.TrimPrefix(text, "\n")) {
		if line = strings.TrimLeft(line, " \t"); line != "" {
			b.WriteString(line)
		}
	}
	return b.Bytes()
}
