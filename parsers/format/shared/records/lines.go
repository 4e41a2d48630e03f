package records

import (
	"bufio"
	"context"
	"io"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Lines yields the lines of in without their ends, numbered from 1: for logs
// whose lines can be read from one end to the other only. The part of a line
// beyond lines.MaxLine is left out.
func Lines(ctx context.Context, in io.Reader, yield func(line []byte, number int64)) error {
	r := bufio.NewReaderSize(in, lines.MaxLine)
	for number := int64(1); ctx.Err() == nil; number++ {
		line, err := r.ReadSlice('\n')
		overlong := err == bufio.ErrBufferFull
		if len(line) > 0 && line[len(line)-1] == '\n' {
			line = line[:len(line)-1]
		}
		if len(line) > 0 || err == nil {
			yield(line, number)
		}
		for overlong && err == bufio.ErrBufferFull {
			_, err = r.ReadSlice('\n')
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}
