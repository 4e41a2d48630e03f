package parserstest

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/carry"
)

// Blocks returns the blocks of a file of carry.BlockWriter without its compression and its
// checksums: of each the kind, a number, and the text. A file that is no such one ends the test.
func Blocks(t testing.TB, file []byte, magic string) []byte {
	t.Helper()
	d, err := carry.NewDecoder()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	r, err := carry.NewBlockReader(bytes.NewReader(file), magic, d)
	if err != nil {
		t.Fatal(err)
	}
	var p carry.Packer
	for {
		b, err := r.Next()
		if err == io.EOF {
			return p.B
		}
		raw, failed := r.Read(b)
		if err := errors.Join(err, failed); err != nil {
			t.Fatal(err)
		}
		p.Uint(uint64(b.Kind))
		p.Text(string(raw))
	}
}
