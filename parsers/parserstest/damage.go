package parserstest

import (
	"bytes"
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
	for range damages {
		n := int(whole[r.IntN(len(whole))].Origin.Line) - 1
		spoiled := spoil(r, lines[n])
		log := bytes.Join(append(append(append([][]byte{}, lines[:n]...), spoiled), lines[n+1:]...), nil)
		if got, of := Read(f, log); len(got) < len(whole) && of.Malformed <= tally.Malformed {
			t.Errorf("%d of %d deliveries are left, and all lines understood\n%s%s", len(got), len(whole), lines[n], spoiled)
		}
	}
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
	case r.IntN(2) == 0:
		word = word[:r.IntN(len(word))]
	default:
		word[r.IntN(len(word))] = '#'
	}
	words[i] = word
	return append(bytes.Join(words, []byte(" ")), '\n')
}
