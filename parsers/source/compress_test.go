package source_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/source"
)

func TestCompress(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a line\n", 1000)
	for name, smaller := range map[string]bool{"a.jsonl": false, "a.jsonl.gz": true, "a.jsonl.zst": true, "a.gz.jsonl": false} {
		var twice [2]bytes.Buffer
		for i := range twice {
			w, err := source.Compress(name, &twice[i])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, text); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if packed := twice[0].Len() < len(text)/10; packed != smaller || !bytes.Equal(twice[0].Bytes(), twice[1].Bytes()) {
			t.Errorf("%s: %d and %d bytes", name, twice[0].Len(), twice[1].Len())
		}
		if _, compressed := source.PlainName(name); compressed != smaller {
			t.Errorf("%s: compressed by its name: %v", name, compressed)
		}
		r, err := source.Decompress(&twice[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != text || r.Close() != nil {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestDecompressBroken(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\x1f\x8b", "\x28\xb5\x2f\xfd", "\x1f\x8b\x08\x00rubbish rubbish"} {
		r, err := source.Decompress(strings.NewReader(text))
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if err == nil {
			t.Errorf("%q: no error", text)
		}
	}
	if testing.Short() {
		return // no bombs
	}
	var bomb bytes.Buffer
	w, err := source.Compress("x.zst", &bomb)
	if err != nil {
		t.Fatal(err)
	}
	for range 80 {
		_, _ = w.Write(make([]byte, 1<<20))
	}
	_ = w.Close()
	r, err := source.Decompress(&bomb)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, r); err == nil {
		t.Error("a bomb is no error")
	}
}
