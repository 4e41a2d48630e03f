package read

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// broken is a decoder that fails in the middle of its input.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		panic("a table that is too short")
	}
	return n, err
}

func (broken) Close() error { return nil }

// TestPanicOfDecoder: it is an error that names the input and shows no data.
func TestPanicOfDecoder(t *testing.T) {
	t.Parallel()
	in := readAhead(t.Context(), "mail.log.xz", broken{strings.NewReader("text")})
	defer in.Close()
	_, err := io.ReadAll(in)
	const want = "mail.log.xz: internal error while reading"
	if !errors.Is(err, ErrInternal) || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}
