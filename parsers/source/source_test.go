package source

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a.log", "b.log", ".hidden", "sub/c.log"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("word1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	inputs, errs := Expand([]string{dir, filepath.Join(dir, "*.log"), filepath.Join(dir, "a.log"), filepath.Join(dir, "missing"), "-", "-"}, strings.NewReader(""), time.Now())
	var names []string
	for _, in := range inputs {
		names = append(names, strings.TrimPrefix(in.Name(), dir+string(filepath.Separator)))
	}
	if got := strings.Join(names, " "); got != "a.log b.log "+filepath.Join("sub", "c.log")+" -" {
		t.Errorf("inputs %s", got)
	}
	if len(errs) != 2 || !errors.Is(errs[0], os.ErrNotExist) || !strings.Contains(errs[1].Error(), "twice") {
		t.Errorf("errors %v", errs)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00b\x00"))
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte("\x28\xb5\x2f\xfd\x00"))
	f.Add([]byte("BZh91AY&SY"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := &Input{name: "fuzz", size: int64(len(data)), stream: bytes.NewReader(data)}
		head, err := in.Head()
		if err != nil {
			return
		}
		head = bytes.Clone(head)
		r, err := in.Open()
		if err != nil {
			t.Fatal(err)
		}
		const enough = 1 << 20 // of what may become a thousand times as much
		got, _ := io.ReadAll(io.LimitReader(r, enough))
		if !bytes.HasPrefix(got, head) {
			t.Fatalf("got %q, want what begins with the head %q", got[:min(len(got), len(head))], head)
		}
	})
}
