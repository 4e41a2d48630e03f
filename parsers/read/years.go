package read

import (
	"bytes"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A syslog stamp such as "Nov 23 09:18:31" has no year. It is inferred from the
// end: the last line was written when the file was last changed, and going
// back, a December before a January is a year earlier.

// Sampling of stamps: every line of a small file, which may hold many years,
// and one in each sampleStep of a large one.
const (
	smallFile  = 8 << 20
	sampleStep = 256 << 10
	sampleSize = 4 << 10
	sampleHead = 1 << 10 // has a stamp nearly always: the rest is read where it has none
)

// samplers is how many read samples at a time. Each sample of a large file is in another place
// of memory, or of the disk, and a file of 1 GB has 4,000.
const samplers = 2

// tomorrow is how far a stamp may lie after the change of its file: clocks and
// zones differ.
const tomorrow = 24 * time.Hour

// stampOf returns month and day of a line that begins with a year-less stamp,
// as a number that grows through the year.
func stampOf(line []byte) (day int, ok bool) {
	if len(line) > 0 && line[0] == '<' {
		if i := bytes.IndexByte(line[:min(6, len(line))], '>'); i > 0 {
			line = line[i+1:]
		}
	}
	if len(line) < len("Nov 23 09:18:31") || line[3] != ' ' || line[6] != ' ' || line[9] != ':' {
		return localStampOf(line)
	}
	month := bytes.Index([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), line[:3])
	d := int(line[5] - '0')
	if line[4] != ' ' {
		d += 10 * int(line[4]-'0')
	}
	if month < 0 || month%3 != 0 || d < 1 || d > 31 {
		return localStampOf(line)
	}
	return month/3*31 + d - 1, true
}

// localStampOf is stampOf for a month in another language than English.
func localStampOf(line []byte) (day int, ok bool) {
	month, d, _, ok := lines.LocalStamp(line)
	return int(month-time.January)*31 + d - 1, ok
}

// halfYear parts a step into another year from lines out of order, in the
// days of stampOf.
const halfYear = 6 * 31

// startYears returns, for each place of a file in starts, a time in the year
// of the first stamp after it. With forced, that is the year of the first
// stamp of the file.
func startYears(r io.ReaderAt, size int64, starts []int64, modTime time.Time, loc *time.Location, forced int) []time.Time {
	samples := sampleStamps(r, size)
	years := make([]time.Time, len(starts))
	if len(samples) == 0 {
		for i := range years {
			years[i] = modTime
		}
		return years
	}
	walkBack(samples, modTime.In(loc))
	if shift := forced - samples[0].year; forced != 0 {
		for i := range samples {
			samples[i].year += shift
		}
	}
	next := 0
	for i, start := range starts {
		for next < len(samples)-1 && samples[next].at < start {
			next++
		}
		s := samples[next]
		years[i] = time.Date(s.year, time.Month(s.day/31+1), 1, 0, 0, 0, 0, loc)
	}
	return years
}

// A stampSample is the stamp of the line at some place.
type stampSample struct {
	at   int64
	day  int
	year int
}

// walkBack gives each sample its year, from the last one to the first.
func walkBack(samples []stampSample, end time.Time) {
	last := len(samples) - 1
	samples[last].year = latestYear(samples[last].day, end)
	for i := last - 1; i >= 0; i-- {
		samples[i].year = samples[i+1].year
		switch step := samples[i+1].day - samples[i].day; {
		case step < -halfYear:
			samples[i].year--
		case step > halfYear: // a late line of December, after one of January
			samples[i].year++
		}
	}
}

// latestYear returns the last year in which day does not lie after end.
func latestYear(day int, end time.Time) int {
	year := end.Year()
	when := time.Date(year, time.Month(day/31+1), day%31+1, 0, 0, 0, 0, end.Location())
	if when.After(end.Add(tomorrow)) {
		year--
	}
	return year
}

func sampleStamps(r io.ReaderAt, size int64) (samples []stampSample) {
	if size <= smallFile {
		b := make([]byte, size)
		n, _ := r.ReadAt(b, 0)
		return appendStamps(nil, b[:n], 0, true, false)
	}
	var parts [samplers][]stampSample
	var all sync.WaitGroup
	steps := (size + sampleStep - 1) / sampleStep
	for i := range int64(samplers) {
		all.Go(func() { parts[i] = sampleSteps(r, steps*i/samplers, steps*(i+1)/samplers) })
	}
	all.Wait()
	b := make([]byte, sampleSize)
	at := max(0, size-sampleSize)
	n, _ := r.ReadAt(b, at)
	return appendStamps(slices.Concat(parts[:]...), b[:n], at, false, false)
}

// sampleSteps returns the first stamp after each step from one to another, without that.
func sampleSteps(r io.ReaderAt, from, to int64) (samples []stampSample) {
	b := make([]byte, sampleSize)
	for at := from * sampleStep; at < to*sampleStep; at += sampleStep {
		n, _ := r.ReadAt(b[:sampleHead], at)
		found := len(samples)
		samples = appendStamps(samples, b[:n], at, at == 0, true)
		if len(samples) == found {
			n, _ := r.ReadAt(b, at)
			samples = appendStamps(samples, b[:n], at, at == 0, true)
		}
	}
	return samples
}

// appendStamps adds the stamps of the lines of b, which lies at a place of the
// file: all of them, or just the first.
func appendStamps(samples []stampSample, b []byte, at int64, lineStart, first bool) []stampSample {
	for off := 0; off < len(b); {
		end := bytes.IndexByte(b[off:], '\n')
		if lineStart {
			if day, ok := stampOf(b[off:]); ok {
				samples = append(samples, stampSample{at: at + int64(off), day: day})
				if first {
					return samples
				}
			}
		}
		if end < 0 {
			break
		}
		off, lineStart = off+end+1, true
	}
	return samples
}

// streamStart returns a time in the year of the first stamp of a stream, whose
// end is not known: the latest year in which it does not lie after modTime.
func streamStart(head []byte, modTime time.Time, loc *time.Location, forced int) time.Time {
	samples := appendStamps(nil, head, 0, true, true)
	if len(samples) == 0 {
		return modTime
	}
	year := forced
	if year == 0 {
		year = latestYear(samples[0].day, modTime.In(loc))
	}
	return time.Date(year, time.Month(samples[0].day/31+1), 1, 0, 0, 0, 0, loc)
}
