package source

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestCopiesOfMany: of many inputs that begin alike those are kept that are kept of few, two
// at a time.
func TestCopiesOfMany(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	dir := t.TempDir()
	line := strings.Repeat("a line that all have\n", 2+HeadSize/20)
	rounds := 60
	if testing.Short() {
		rounds = 5
	}
	for round := range rounds {
		var paths []string
		for i := range 2 + random.IntN(20) {
			text := line[:len("a line that all have\n")]
			for range random.IntN(4) {
				text += []string{"x\n", "y\n", line, line[:HeadSize-21], "yy\n"}[random.IntN(5)]
			}
			path := filepath.Join(dir, fmt.Sprintf("%d-%d", round, i))
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
		inputs, errs := Expand(paths, nil, time.Now())
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		for _, in := range inputs {
			if _, err := in.Head(); err != nil {
				t.Fatal(err)
			}
		}
		few, many := map[*Input]*Input{}, map[*Input]*Input{}
		dropOfFew(inputs, few)
		dropOfMany(inputs, many)
		kept := func(copies map[*Input]*Input) (names []string) {
			for _, in := range inputs {
				if copies[in] == nil {
					names = append(names, in.Name())
				}
			}
			return names
		}
		for a, b := range many {
			if many[b] != nil {
				t.Errorf("%s: a copy of a copy", a.Name())
			}
		}
		if diff := cmp.Diff(kept(few), kept(many)); diff != "" {
			t.Fatal(diff)
		}
	}
}
