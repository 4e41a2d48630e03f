package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers/read"
)

// TestJournalFollows has a child write entries in odd parts, and end within one: the next one
// goes on after the last whole entry, and the file has each once.
func TestJournalFollows(t *testing.T) {
	t.Parallel()
	entry := func(n int) string { return fmt.Sprintf("__CURSOR=c%03d\nMESSAGE=message %d\n\n", n, n) }
	const entries = 60
	var want bytes.Buffer
	for n := range entries {
		want.WriteString(entry(n))
	}
	written := make(chan struct{})
	j := &Follower{Gap: time.Millisecond}
	j.Follow = func(ctx context.Context, to io.Writer, _ time.Time, cursor string) error {
		from := 0
		if cursor != "" {
			fmt.Sscanf(cursor, "c%d", &from)
			from++
		}
		text := ""
		for n := from; n < min(entries, from+20); n++ {
			text += entry(n)
		}
		if from+20 < entries {
			text = text[:len(text)-7] // it ends within an entry
		}
		for len(text) > 0 {
			part := text[:min(len(text), 11)]
			if _, err := io.WriteString(to, part); err != nil {
				return err
			}
			text = text[len(part):]
		}
		if from+20 < entries {
			return errors.New("killed")
		}
		close(written)
		<-ctx.Done()
		return nil
	}
	j.Start(t.Context(), func(context.Context, io.Writer, time.Time, string) error { return nil }, "", time.Time{})
	<-written
	in, err := j.Input()
	if err != nil || in.Cursor() != "c059" {
		t.Fatalf("%v, cursor %q", err, in.Cursor())
	}
	text, err := in.Slice(0, int64(want.Len()))
	if err != nil || !bytes.Equal(text, want.Bytes()) || in.Size() != int64(want.Len()) {
		t.Errorf("%v: %d bytes, not %d: %s", err, in.Size(), want.Len(), text)
	}
	j.Close()
}

// TestJournalPanics: after a panic of what follows the journal it is followed again.
func TestJournalPanics(t *testing.T) {
	t.Parallel()
	tries, again := 0, make(chan struct{})
	j := &Follower{Gap: time.Millisecond}
	j.Follow = func(ctx context.Context, _ io.Writer, _ time.Time, _ string) error {
		if tries++; tries == 1 {
			panic("a fault of the program")
		}
		close(again)
		<-ctx.Done()
		return nil
	}
	j.Start(t.Context(), func(context.Context, io.Writer, time.Time, string) error { return nil }, "", time.Time{})
	<-again
	if _, err := j.Input(); !errors.Is(err, read.ErrInternal) {
		t.Errorf("got %v", err)
	}
	j.Close()
}

// TestJournalHangs: a child that does not write what the journal has is ended, and what it did
// not write is there once.
func TestJournalHangs(t *testing.T) {
	t.Parallel()
	const first, second = "__CURSOR=c1\nMESSAGE=one\n\n", "__CURSOR=c2\nMESSAGE=two\n\n"
	var later atomic.Bool
	there := func(_ context.Context, to io.Writer, _ time.Time, cursor string) error {
		text := ""
		if cursor == "" {
			text = first
		}
		if later.Load() && cursor < "c2" {
			text += second
		}
		_, err := io.WriteString(to, text)
		return err
	}
	again := make(chan struct{})
	j := &Follower{Gap: time.Millisecond, Check: time.Millisecond}
	j.Follow = func(ctx context.Context, _ io.Writer, _ time.Time, cursor string) error {
		if cursor == "c2" {
			close(again)
		}
		later.Store(true)
		<-ctx.Done()
		return ctx.Err()
	}
	j.Start(t.Context(), there, "", time.Time{})
	<-again
	in, err := j.Input()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := in.Slice(0, in.Size()); err != nil || string(text) != first+second {
		t.Errorf("%v: %q", err, text)
	}
	j.Close()
}
