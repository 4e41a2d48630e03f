package reference

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

var namesFile = flag.String("names", "", "list of domains, one a line, to write established.bin from")

func TestEstablished(t *testing.T) {
	if *namesFile != "" {
		writeFilter(t, *namesFile)
		return
	}
	for _, name := range []string{"mit.edu", "cs.mit.edu", "ethz.ch", "debian.org", "wikipedia.org"} {
		if !IsEstablished(domain.Must(name)) {
			t.Errorf("%s is not known", name)
		}
	}
	wrong := 0
	const tries = 100000
	for i := range tries {
		if IsEstablished(domain.Canonical("nobody-" + strconv.Itoa(i) + ".example")) {
			wrong++
		}
	}
	if wrong > tries/2000 {
		t.Errorf("%d of %d invented names are known", wrong, tries)
	}
}

// writeFilter writes the filter of a list of names. The program that runs next
// has it.
func writeFilter(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(text))
	filter := compact.NewFilter(names)
	if err := os.WriteFile("established.bin", []byte(filter), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d names, %d bytes", len(names), len(filter))
}
