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
	r := bufio.NewReaderSize(in, bufferSize(in, lines.MaxLine))
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

// bufferSize returns how large a buffer of an input need be, at most most bytes: the start of
// a source, which many formats look at, is short, and in memory.
func bufferSize(in io.Reader, most int) int {
	if in, ok := in.(interface{ Len() int }); ok {
		return min(most, 2*(in.Len()+minBuffer))
	}
	return most
}

// minBuffer is the least room for what is read, in bytes.
const minBuffer = 1 << 10
