package ironport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/ironport"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

type described []string

func (d *described) Add(x *parsers.Delivery) {
	one := x.Clone()
	one.Origin = parsers.Origin{}
	*d = append(*d, parserstest.Describe(&one))
}
func (d *described) Bounce(*parsers.Bounce) {}

// TestJoinedLines: a record of a shipper may hold several lines; one that another program wrote is no crash.
func TestJoinedLines(t *testing.T) {
	t.Parallel()
	log, err := os.ReadFile("testdata/esa.in")
	if err != nil {
		t.Fatal(err)
	}
	var want, got described
	p := parsers.Piece{Location: time.UTC}
	if _, err := (ironport.Format{}).Read(context.Background(), p, bytes.NewReader(log), &want); err != nil {
		t.Fatal(err)
	}
	text := `{"message":"Nov 23 09:18:31 mail x: to=<a@b.example>, relay=y, delay=1, status=sent"}` + "\n"
	for three := range slices.Chunk(strings.Split(strings.TrimRight(string(log), "\n"), "\n"), 3) {
		record, _ := json.Marshal(map[string]string{"message": strings.Join(three, "\n")}) // of strings, which has no error
		text += string(record) + "\n"
	}
	if _, err := (syslog.Unwrapped{UntaggedStream: ironport.Format{}}).Read(context.Background(), p, strings.NewReader(text), &got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
