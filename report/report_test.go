package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// TestMain leaves more garbage about than usual: of small reports, collecting it is a
// quarter of the time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

var update = flag.Bool("update", false, "rewrite the golden files")

// bys are the rows that a table or CSV may have.
func bys() []By { return []By{BySender, ByLookalike, ByDelivery} }

// results are those of which every format has goldens.
func results() map[string]*result.Result {
	return map[string]*result.Result{"findings": reporttest.Findings(), "empty": reporttest.Empty(), "hostile": reporttest.Hostile()}
}

func write(t *testing.T, f Format, r *result.Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, r := range results() {
		for _, by := range bys() {
			t.Run(name+"-"+string(by), func(t *testing.T) {
				reporttest.Golden(t, *update, fmt.Sprintf("%s-%s.csv", name, by), write(t, CSV{}, r, Options{By: by}))
				reporttest.Golden(t, *update, fmt.Sprintf("%s-%s.txt", name, by), tables(t, r, by))
			})
		}
		t.Run(name, func(t *testing.T) { reporttest.Golden(t, *update, name+".json", write(t, JSON{}, r, Options{})) })
	}
}

// TestJSONAtOnce: what is written piece by piece is what encoding/json writes.
func TestJSONAtOnce(t *testing.T) {
	t.Parallel()
	for name, r := range results() {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
		if got := write(t, JSON{}, r, Options{}); got != string(safe.JSON(want.Bytes())) {
			t.Errorf("%s is written as\n%s", name, got)
		}
	}
}

// tables draws r at each width, and once without Unicode, with colour, and with
// the sources.
func tables(t *testing.T, r *result.Result, by By) string {
	var b strings.Builder
	show := func(title string, o Options) {
		o.By, o.Now = by, reporttest.Now()
		fmt.Fprintf(&b, "-- %s --\n%s", title, strings.ReplaceAll(write(t, Table{}, r, o), "\x1b", "^["))
	}
	show("piped", Options{Unicode: true})
	for _, width := range []int{40, 60, 80, 120} {
		show(fmt.Sprintf("%d columns", width), Options{Unicode: true, Width: width})
	}
	show("80 columns, colour", Options{Unicode: true, Width: 80, Color: true})
	show("80 columns, ASCII, verbose", Options{Width: 80, Verbose: 1})
	return b.String()
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for _, f := range Formats() {
		if got, err := ByName(f.Name()); err != nil || got != f {
			t.Errorf("ByName(%q) = %v, %v", f.Name(), got, err)
		}
		for _, ext := range f.Extensions() {
			if got, ok := ByExtension(strings.ToUpper(ext)); !ok || got != f {
				t.Errorf("ByExtension(%q) = %v, %v", ext, got, ok)
			}
		}
	}
	if _, err := ByName("yaml"); err == nil || !strings.Contains(err.Error(), "table, csv, json") {
		t.Errorf("ByName(yaml): got %v, want an error that names the formats", err)
	}
	if f, ok := ByExtension(".yaml"); ok {
		t.Errorf("ByExtension(.yaml): got %v, want none", f)
	}
}

func TestParseBy(t *testing.T) {
	t.Parallel()
	for _, by := range bys() {
		if got, err := ParseBy(string(by)); got != by || err != nil {
			t.Errorf("ParseBy(%q) = %q, %v", by, got, err)
		}
	}
	if _, err := ParseBy("domain"); err == nil {
		t.Error("ParseBy(domain): no error")
	}
}

var errFull = errors.New("disk full")

// fullDisk takes some bytes and fails then.
type fullDisk struct{ room int }

func (w *fullDisk) Write(b []byte) (int, error) {
	if w.room -= len(b); w.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	r := reporttest.Findings()
	doublings := 8 // more than any buffer holds
	if testing.Short() {
		doublings = 6
	}
	for range doublings {
		r.Senders = append(r.Senders, r.Senders...)
		r.Deliveries = append(r.Deliveries, r.Deliveries...)
	}
	for _, f := range Formats() {
		rooms := []int{5000, 0}
		if testing.Short() {
			rooms = rooms[:1]
		}
		for _, room := range rooms {
			if err := f.Write(&fullDisk{room}, r, Options{}); !errors.Is(err, errFull) {
				t.Errorf("%s: got error %v, want %v", f.Name(), err, errFull)
			}
		}
	}
}

// The zero Options and a zone of its own must not change what programs read.
func TestZone(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("far", 14*60*60)
	for _, f := range []Format{CSV{}, JSON{}} {
		if a, b := write(t, f, reporttest.Findings(), Options{}), write(t, f, reporttest.Findings(), Options{Location: zone, Width: 80, Color: true}); a != b {
			t.Errorf("%s depends on the terminal: got\n%s\nwant\n%s", f.Name(), b, a)
		}
	}
	if got := write(t, Table{}, reporttest.Findings(), Options{Location: zone, Width: 80, Now: reporttest.Now(), Unicode: true}); !strings.Contains(got, "16–23 Nov 2026") {
		t.Errorf("days are not those of the zone:\n%s", got)
	}
}
