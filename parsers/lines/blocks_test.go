package lines

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// TestPieces: any cut gives every line to exactly one piece.
func TestPieces(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var text []byte
		for range r.IntN(30) {
			text = append(text, bytes.Repeat([]byte("x"), r.IntN(12))...)
			text = append(text, '\n')
		}
		text = append(text, bytes.Repeat([]byte("y"), r.IntN(5))...)
		var joined []byte
		step := int64(1 + r.IntN(20))
		for from := int64(0); from < int64(len(text)); from += step {
			to := min(int64(len(text)), from+step)
			piece, err := io.ReadAll(NewPieceReader(bytes.NewReader(text), from, to))
			if err != nil {
				t.Fatal(err)
			}
			if len(joined) > 0 && len(piece) > 0 && joined[len(joined)-1] != '\n' {
				t.Fatalf("a piece begins within a line: %q", piece)
			}
			joined = append(joined, piece...)
		}
		if !bytes.Equal(joined, text) {
			t.Fatalf("step %d: %q became %q", step, text, joined)
		}
	}
}

func TestBlocksBoundLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("z", 3*MaxLine)
	text := "one\n" + long + "\ntwo\n" + long
	var lines []int
	overlong, err := Blocks(iotest.HalfReader(strings.NewReader(text)), NewBuffer(), func(b []byte) error {
		for line := range bytes.Lines(b) {
			lines = append(lines, len(line))
		}
		return nil
	})
	if err != nil || overlong != 2 || len(lines) != 4 || lines[0] != 4 || lines[2] != 4 {
		t.Errorf("%d overlong, lines of %v bytes, %v", overlong, lines, err)
	}
}
