package records_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// TestBreaksOff: a packed file that breaks off is an error however short it is, and what came before it is read.
func TestBreaksOff(t *testing.T) {
	t.Parallel()
	rows := 0
	s := records.Schema{ID: "x", Columns: []string{"to"}, Required: []int{0}, Row: func(*records.Out, *records.Row) { rows++ }}
	in := io.MultiReader(strings.NewReader("to\na@x.example\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	_, err := s.Read(context.Background(), parsers.Piece{Location: time.UTC, DateOrder: "dmy"}, in, nowhere{})
	if !errors.Is(err, io.ErrUnexpectedEOF) || rows != 1 {
		t.Errorf("%d rows, %v; want one, and that the file breaks off", rows, err)
	}
}

type nowhere struct{}

func (nowhere) Add(*parsers.Delivery)  {}
func (nowhere) Bounce(*parsers.Bounce) {}
