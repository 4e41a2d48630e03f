package records

import (
	"context"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// TestNesting: what is nested beyond all measure is counted, at a cost that grows with its length alone, and what comes after
// it is read.
func TestNesting(t *testing.T) {
	t.Parallel()
	deep := 8 << 20 // more than a stack holds
	if testing.Short() {
		deep = 1 << 20
	}
	for name, text := range map[string]string{
		"arrays":     `{"a":` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + "}",
		"pages":      strings.Repeat(`{"value":[`, deep/10) + strings.Repeat("]}", deep/10),
		"over lines": strings.Repeat("{\"a\":\n", deep/6) + "1" + strings.Repeat("}", deep/6),
	} {
		objects, broken := 0, 0
		err := Objects(context.Background(), strings.NewReader(text+"\n{\"b\":[{\"c\":1}]}\n"), func(gjson.Result, int64) { objects++ }, func(int64) { broken++ })
		if err != nil || objects != 1 || broken != 1 {
			t.Errorf("%s: %d objects, %d broken, %v; want one of each", name, objects, broken, err)
		}
	}
	in := func(n int) []byte { return []byte(strings.Repeat(`{"a":[`, n) + `"[[{{"` + strings.Repeat(`]}`, n)) }
	if !isValid(in(maxNesting/2)) || isValid(in(maxNesting/2+1)) {
		t.Error("the bound is another one")
	}
}
