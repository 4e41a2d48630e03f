package wire

import (
	"errors"
	"math"
	"testing"
)

func TestLiteralLength(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int64{
		"* 1 FETCH (BODY[] {12}\r": 12, "{0}": 0, "x {7+}\r": 7, "{99999999999999999999}": math.MaxInt64, "99999999999999999999999}": math.MaxInt64,
		"* OK done": -1, "* OK {12} done": -1, "* OK {}": -1, "* OK }": -1, "": -1, "a12}": -1, "{1 2}": -1,
	} {
		n, ok := literalLength([]byte(line))
		if !ok {
			n = -1
		}
		if n != want {
			t.Errorf("%q: %d, want %d", line, n, want)
		}
	}
}

// follow follows all of b.
func (f *framer) follow(b []byte) error {
	for len(b) > 0 {
		n, _, err := f.next(b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func TestFramerLimits(t *testing.T) {
	t.Parallel()
	long := make([]byte, maxLine+2)
	for name, tt := range map[string]struct {
		input []byte
		ok    bool
	}{
		"a line":             {[]byte("* OK\r\n"), true},
		"a literal":          {[]byte("* 1 FETCH {262144}\r\n"), true},
		"a large literal":    {[]byte("* 1 FETCH {262145}\r\n"), false},
		"an endless line":    {long, false},
		"many lines":         {[]byte(repeat("* OK\r\n", MaxResponse/6+1)), true},
		"many literals":      {[]byte(repeat("{250000}\r\n"+repeat("x", 250000), 17)), false},
		"a literal of lines": {[]byte("x {12}\r\n{99999999}\r\n\r\n" + "a\r\n"), true},
	} {
		f := framer{maxLiteral: MaxLiteral}
		err := f.follow(tt.input)
		var limit *LimitError
		if (err == nil) != tt.ok || err != nil && !errors.As(err, &limit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func repeat(s string, n int) string {
	b := make([]byte, 0, n*len(s))
	for range n {
		b = append(b, s...)
	}
	return string(b)
}

// FuzzFramer: where the pieces of a stream are cut changes nothing.
func FuzzFramer(f *testing.F) {
	f.Add([]byte("* OK ready\r\na1 OK done\r\n"), uint8(3))
	f.Add([]byte("* 1 FETCH (UID 7 BODY[] {5}\r\nab{9}\r\n)\r\n* 2 FETCH (BODY[] {300000}\r\n"), uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		whole, pieces := framer{maxLiteral: 100}, framer{maxLiteral: 100}
		errWhole := whole.follow(stream)
		var errPieces error
		for rest := stream; len(rest) > 0 && errPieces == nil; {
			n := min(len(rest), int(size%40)+1)
			errPieces = pieces.follow(rest[:n])
			rest = rest[n:]
		}
		if (errWhole == nil) != (errPieces == nil) {
			t.Fatalf("%v at once, %v in pieces", errWhole, errPieces)
		}
		if errWhole == nil && (whole.literal != pieces.literal || whole.response != pieces.response || whole.line != pieces.line) {
			t.Fatalf("%+v at once, %+v in pieces", whole, pieces)
		}
	})
}
