package parserstest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
)

// damages is how many damaged logs are made of a sample.
const damages = 400

// Damage spoils random words of the lines of a sample that say what became of a message,
// and holds a log of which a delivery is missing then not to be said to be understood.
func Damage(t *testing.T, f parsers.LineFormat, file string) {
	t.Helper()
	t.Parallel()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	whole, tally := Read(f, data)
	if len(whole) == 0 {
		t.Fatalf("%s: no delivery", file)
	}
	r := rand.New(rand.NewPCG(16, 1))
	lines := bytes.SplitAfter(data, []byte("\n"))
	for range trials(damages) {
		d := &whole[r.IntN(len(whole))]
		n := int(d.Origin.Line) - 1
		spoiled := spoil(r, lines[n])
		log := bytes.Join(append(append(append([][]byte{}, lines[:n]...), spoiled), lines[n+1:]...), nil)
		got, of := Read(f, log)
		leftOut, same := of.Records < tally.Records, bytes.HasPrefix(spoiled, upToID(lines[n], d))
		if wrong := wrong(whole, got, leftOut, same); wrong != "" && of.Malformed <= tally.Malformed {
			t.Errorf("%s, and all lines understood\n%s%s", wrong, lines[n], spoiled)
		}
	}
}

// upToID returns the part of a line of d that says which message it is of.
func upToID(line []byte, d *parsers.Delivery) []byte {
	if i := bytes.Index(line, []byte(d.QueueID)); i >= 0 {
		return line[:i+len(d.QueueID)]
	}
	return nil
}

// wrong says what is wrong in what was read of a damaged log: deliveries are missing, or one
// has another end. The end may be unknown, and that of another message known, where a line
// is of another message now; not where the line was left out, or is of the same.
func wrong(whole, read []parsers.Delivery, leftOut, same bool) string {
	if len(read) < len(whole) {
		return fmt.Sprintf("%d of %d deliveries are left", len(read), len(whole))
	}
	more := make(map[parsers.Status]int)
	for _, d := range read {
		more[end(d.Status)]++
	}
	for _, d := range whole {
		more[end(d.Status)]--
	}
	delete(more, parsers.StatusUnknown)
	isMore := false
	for _, n := range more {
		isMore = isMore || n > 0
	}
	for status, n := range more {
		if n < 0 && (isMore && same || leftOut) {
			return fmt.Sprintf("%d of the deliveries that are %v have another end", -n, status)
		}
	}
	return ""
}

// end returns a status that stands for all that leave the recipient with the same: which
// word of a failure it was hangs on text that anything may stand in.
func end(s parsers.Status) parsers.Status {
	switch s {
	case parsers.StatusExpired, parsers.StatusBounced, parsers.StatusRejected, parsers.StatusDiscarded, parsers.StatusRemoved:
		return parsers.StatusBounced
	}
	return s
}

// spoil deletes a word of a line, cuts it, or replaces a letter of it.
func spoil(r *rand.Rand, line []byte) []byte {
	words := bytes.Split(bytes.TrimRight(line, "\n"), []byte(" "))
	i := r.IntN(len(words))
	word := bytes.Clone(words[i])
	switch {
	case r.IntN(3) == 0 || len(word) == 0:
		words = append(append([][]byte{}, words[:i]...), words[i+1:]...)
		return append(bytes.Join(words, []byte(" ")), '\n')
	case r.IntN(2) == 0 && bytes.Count(word, []byte("@")) < 2: // of a list a part is one
		word = word[:r.IntN(len(word))]
	default:
		word[r.IntN(len(word))] = '#'
	}
	words[i] = word
	return append(bytes.Join(words, []byte(" ")), '\n')
}
