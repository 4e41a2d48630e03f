package message

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// aRow is a row of the table of bounces in the topic mailboxes: a server, what is read of its
// bounces, and the status that the copy has afterwards.
var aRow = regexp.MustCompile(`(?m)^\| ([^|]+) \| [^|]+ \| (bounced|deferred|expired|delivered) \|$`)

// TestBouncesOfTopic holds the table of the topic to a sample for each row, which lies in
// testdata/bounces.
func TestBouncesOfTopic(t *testing.T) {
	t.Parallel()
	topic, err := os.ReadFile("../../../../cmd/typoaudit/help/mailboxes.md")
	if err != nil {
		t.Fatal(err)
	}
	const folder = "testdata/bounces"
	rows := aRow.FindAllSubmatch(topic, -1)
	listed := map[string]bool{}
	for _, row := range rows {
		name := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(string(row[1])), "-") + ".eml"
		listed[name] = true
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Errorf("%s: %v", row[1], err)
			continue
		}
		status := string(row[2])
		arrived := map[string]string{"delivered": "yes"}[status]
		if arrived == "" {
			arrived = "no"
		}
		want := "report: <> -> <jane@army.ml> " + status + " " + arrived
		for _, data := range [][]byte{data, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))} {
			end := header.End(data)
			if !IsReport(data[:end]) {
				t.Errorf("%s: got no report, want one", row[1])
			}
			got, _, _ := read(Mail{Header: data[:end], Body: data[end:], Role: RoleReceived})
			if len(got) == 0 || !strings.HasPrefix(got[0], want) || !strings.Contains(got[0], `id="one@corp.example"`) || len(got) > 1 && status != "delivered" {
				t.Errorf("%s: got %q, want only %q, of one@corp.example", row[1], got, want)
			}
		}
	}
	files, err := filepath.Glob(folder + "/*.eml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !listed[filepath.Base(f)] {
			t.Errorf("%s: got no row of the table for it, want one", f)
		}
	}
}
