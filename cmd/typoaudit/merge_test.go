package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/partial"
)

// A cluster is a folder in which logs are read in shards.
type cluster struct {
	*testing.T
	dir   string
	flags []string // of the verdict
}

func newCluster(t *testing.T) *cluster {
	return &cluster{t, t.TempDir(), []string{"--internal", "corp.example", "--protect", "army.mil", "-f", "json"}}
}

// write writes a log and returns its path.
func (c *cluster) write(name, text string) string {
	c.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, at, at); err != nil {
		c.Fatal(err)
	}
	return path
}

// run runs the program, which must end with 0.
func (c *cluster) run(args ...string) string {
	c.Helper()
	r := call(c.Context(), nil, args...)
	if r.status != exitOK {
		c.Fatalf("%v: got %d, %s", args, r.status, r.stderr)
	}
	return r.stdout
}

// shard reads logs and returns the path of the partial.
func (c *cluster) shard(logs ...string) string {
	c.Helper()
	part := logs[0] + ".part"
	c.run(append([]string{"scan", "--partial", part}, logs...)...)
	return part
}

func (c *cluster) merge(parts ...string) string {
	c.Helper()
	return c.run(slices.Concat([]string{"merge"}, c.flags, parts)...)
}

func (c *cluster) scan(logs ...string) string {
	c.Helper()
	return c.run(slices.Concat([]string{"scan"}, c.flags, logs)...)
}

// withoutPlaces returns a report without the files and lines of what was read.
func withoutPlaces(t *testing.T, text string) any {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	for _, d := range r["deliveries"].([]any) {
		delete(d.(map[string]any), "source")
		delete(d.(map[string]any), "line")
	}
	delete(r["coverage"].(map[string]any), "sources")
	return r
}

// checkCut reads a log whole, and cut into logs at byte offsets that are ends of lines: the
// merged report is that of the whole but for files and lines, and to the byte that of a scan
// of the parts.
func (c *cluster) checkCut(text string, at ...int) {
	c.Helper()
	var logs, parts []string
	from := 0
	for i, to := range append(at, len(text)) {
		if from == to {
			continue
		}
		logs = append(logs, c.write(fmt.Sprintf("cut-%02d.log", i), text[from:to]))
		parts = append(parts, c.shard(logs[len(logs)-1]))
		from = to
	}
	slices.Reverse(parts)
	got := c.merge(parts...)
	if diff := cmp.Diff(c.scan(logs...), got); diff != "" {
		c.Fatalf("cut at %v (-scan of the parts +merged):\n%s\n%s", at, diff, text)
	}
	want := withoutPlaces(c.T, c.scan(c.write("whole.log", text)))
	if diff := cmp.Diff(want, withoutPlaces(c.T, got)); diff != "" {
		c.Fatalf("cut at %v (-whole +merged):\n%s\n%s", at, diff, text)
	}
}

// ends returns where the lines of a text end.
func ends(text string) (all []int) {
	for i := range text {
		if text[i] == '\n' {
			all = append(all, i+1)
		}
	}
	return all
}

// firstOf returns the first mails of a log of two hosts.
func firstOf(lines int) string {
	whole, _ := twoHosts("198.51.100.2")
	return whole[:ends(whole)[lines-1]]
}

// TestMergeCuts: a log of two hosts that is cut at a line, at any in the long test.
func TestMergeCuts(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	text, every := firstOf(60), 20
	if testing.Short() {
		every = 80
	}
	for i, at := range ends(text) {
		if os.Getenv("TYPOAUDIT_TEST_LONG") != "" || i%every == 7 {
			c.checkCut(text, at)
		}
	}
}

// randomLog returns the log of a server whose short ids are used again, some lines of which
// are lost. Several mails go on at the same time.
func randomLog(r *rand.Rand, mails int) string {
	type open struct {
		id    string
		lines []string
	}
	var all strings.Builder
	var going []open
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	emit := func(i int) {
		at = at.Add(time.Duration(r.IntN(90)) * time.Second)
		if r.IntN(20) > 0 {
			fmt.Fprintf(&all, "%s mail postfix/%s\n", at.Format("Jan _2 15:04:05"), going[i].lines[0])
		}
		if going[i].lines = going[i].lines[1:]; len(going[i].lines) == 0 {
			going = slices.Delete(going, i, i+1)
		}
	}
	for n := range mails {
		id := fmt.Sprintf("%06X", 0xA0000+r.IntN(12))
		for slices.ContainsFunc(going, func(o open) bool { return o.id == id }) { // it is used again when it is free
			id = fmt.Sprintf("%06X", 0xA0000+r.IntN(12))
		}
		to := fmt.Sprintf("n%d@%s", r.IntN(5), []string{"army.ml", "army.mil", "partner.example", "partner.exmaple"}[r.IntN(4)])
		client := []string{"ws[192.168.1.7]", "ws[192.168.1.7], sasl_method=PLAIN, sasl_username=kim" + fmt.Sprint(n%3), "mx.partner.example[203.0.113.9]", "unknown[203.0.113.8]"}[r.IntN(4)]
		lines := []string{
			fmt.Sprintf("smtpd[1]: %s: client=%s", id, client),
			fmt.Sprintf("cleanup[2]: %s: message-id=<%d@corp.example>", id, n),
			fmt.Sprintf("qmgr[3]: %s: from=<kim%d@corp.example>, size=400, nrcpt=1 (queue active)", id, n%3),
		}
		for range r.IntN(3) {
			lines = append(lines, fmt.Sprintf("smtp[4]: %s: to=<%s>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect: timed out)", id, to))
		}
		next := fmt.Sprintf("%06X", 0xB0000+n) // of a host that logs elsewhere
		lines = append(lines,
			fmt.Sprintf("smtp[4]: %s: to=<%s>, relay=%s:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as %s)", id, to,
				[]string{"127.0.0.1[127.0.0.1]", "mx.corp.example[203.0.113.5]", "mx.partner.example[203.0.113.9]"}[r.IntN(3)], next),
			fmt.Sprintf("qmgr[3]: %s: removed", id))
		going = append(going, open{id, lines})
		for len(going) > 3 || len(going) > 0 && r.IntN(3) == 0 {
			emit(r.IntN(len(going)))
		}
	}
	for len(going) > 0 {
		emit(0)
	}
	return all.String()
}

// TestMergeRandomCuts: random logs with reused ids and lost lines, cut at random; 2,000 of
// them in the long test.
func TestMergeRandomCuts(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	r := rand.New(rand.NewPCG(22, 1))
	n := rounds(3)
	if os.Getenv("TYPOAUDIT_TEST_LONG") != "" {
		n = 2000
	}
	for range n {
		text := randomLog(r, 8+r.IntN(40))
		all := ends(text)
		var at []int
		for range 1 + r.IntN(4) {
			at = append(at, all[r.IntN(len(all))])
		}
		slices.Sort(at)
		c.checkCut(text, slices.Compact(at)...)
	}
}

// TestMergeByHost: the logs of two hosts that hand mail to each other, read apart, and each
// of them cut by time besides.
func TestMergeByHost(t *testing.T) {
	t.Parallel()
	for _, address := range hubAddresses() {
		c := newCluster(t)
		whole, of := twoHosts(address)
		var logs, parts, pieces []string
		for _, host := range []string{"mail", "hub"} {
			logs = append(logs, c.write(host+".log", of[host]))
			parts = append(parts, c.shard(logs[len(logs)-1]))
			half := ends(of[host])[200]
			pieces = append(pieces, c.shard(c.write(host+".log.1", of[host][:half])), c.shard(c.write(host+".log.0", of[host][half:])))
		}
		got := c.merge(parts...)
		if diff := cmp.Diff(c.scan(logs...), got); diff != "" {
			t.Errorf("%s (-scan +merged):\n%s", address, diff)
		}
		want := withoutPlaces(t, c.scan(c.write("whole.log", whole)))
		if diff := cmp.Diff(want, withoutPlaces(t, got)); diff != "" {
			t.Errorf("%s (-whole +merged):\n%s", address, diff)
		}
		if diff := cmp.Diff(want, withoutPlaces(t, c.merge(pieces...))); diff != "" {
			t.Errorf("%s (-whole +merged of host and time):\n%s", address, diff)
		}
	}
}

// TestMergeTree: partials of partials, in any tree and order, and an empty one; the same one
// twice counts once.
func TestMergeTree(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	text := firstOf(200)
	all := ends(text)
	var parts []string
	from := 0
	for i := range 5 {
		to := all[(i+1)*len(all)/5-1]
		parts = append(parts, c.shard(c.write(fmt.Sprintf("tree-%d.log", i), text[from:to])))
		from = to
	}
	want := c.merge(parts...)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range rounds(6) {
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		left, both := filepath.Join(c.dir, fmt.Sprint("left", i)), filepath.Join(c.dir, fmt.Sprint("both", i))
		c.run("merge", "--partial", left, parts[0], parts[1], parts[0])
		c.run("merge", "--partial", both, parts[2], left)
		if diff := cmp.Diff(want, c.merge(both, parts[3], parts[4], parts[1])); diff != "" {
			t.Fatalf("(-all at once +in a tree):\n%s", diff)
		}
	}
}

// TestMergeRefuses: what cannot be merged is named, and ends with 2.
func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	text := firstOf(60)
	half := ends(text)[30]
	one, two := c.write("one.log", text[:half]), c.write("two.log", text[half:])
	first, second := c.shard(one), c.shard(two)
	both := filepath.Join(c.dir, "both.part")
	c.run("scan", "--partial", both, one, two)
	zone := filepath.Join(c.dir, "zone.part")
	c.run("scan", "--tz", "Asia/Tokyo", "--partial", zone, two)
	whole, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	cutOff, other := c.write("cut.part", string(whole[:len(whole)-9])), c.write("other.part", strings.Replace(string(whole), partial.Magic, "typoaudit partial 0\n", 1))
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{first, cutOff}, "cut.part: the partial is damaged, or cut off"},
		{[]string{first, other}, "other.part: a partial of another version"},
		{[]string{first, one}, "one.log: no partial of scan --partial, or damaged"},
		{[]string{first, zone}, `--tz is "UTC" in one and "Asia/Tokyo" in the other`},
		{[]string{first, both}, "one.log of "},
		{[]string{"--expect", "one.log.part,three.part,two.log", first, second}, "missing: three.part"},
		{[]string{"--expect", c.write("list", "one.log.part\nfour.part\n"), first, second}, "missing: four.part"},
		{[]string{"--expect", c.write("three.log", text[half:]+"\n"), first, second}, "three.log\n"},
		{[]string{"--subjects", first}, "--subjects: the partials were written without it"},
		{[]string{first, filepath.Join(c.dir, "none")}, "none: no such file"},
		{nil, "PART"},
	} {
		r := call(t.Context(), nil, append([]string{"merge"}, x.args...)...)
		if r.status != exitUsage || !strings.Contains(r.stderr, x.want) {
			t.Errorf("merge %v: got %d, %q, want 2 and %q", x.args, r.status, r.stderr, x.want)
		}
	}
	for _, flag := range [][2]string{
		{"output", "x.json"}, {"fail-on", "low"}, {"metrics", "x.prom"},
	} {
		r := call(t.Context(), nil, "scan", "--partial", first, "--"+flag[0], flag[1], one)
		if r.status != exitUsage || !strings.Contains(r.stderr, "--"+flag[0]+": is for the report") {
			t.Errorf("scan --partial --%s: got %d, %q, want 2", flag[0], r.status, r.stderr)
		}
	}
	for _, flag := range [][2]string{{"internal", "corp.example"}, {"smarthost", "192.0.2.1"}, {"protect", "army.mil"}, {"min-confidence", "0.5"}} {
		r := call(t.Context(), nil, "scan", "--partial", filepath.Join(c.dir, "again.part"), "--"+flag[0], flag[1], one)
		if r.status != 0 || !strings.Contains(r.stderr, "--"+flag[0]+": is for the verdict, and not in a partial: give it to merge") {
			t.Errorf("scan --partial --%s: got %d, %q, want 0 and a word on it", flag[0], r.status, r.stderr)
		}
	}
	c.run("merge", "--expect", "one.log.part,two.log", first, second)
	info, err := os.Stat(first)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a file that its owner alone may read", info.Mode(), err)
	}
}

// TestMergeMissingAliases: a list that cannot be read is a gap, as it is for scan.
func TestMergeMissingAliases(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	part := c.shard(c.write("one.log", firstOf(60)))
	r := call(t.Context(), nil, append([]string{"merge", "--aliases", filepath.Join(c.dir, "none"), part}, c.flags...)...)
	if r.status != exitPartial || !strings.Contains(r.stderr, "none: no such file") || !strings.Contains(r.stdout, `"incomplete": true`) {
		t.Errorf("got %d, %q, want 3 and an incomplete report", r.status, r.stderr)
	}
}

// TestMergePassed: what a filter passed on is not understood where no shard has a line of the
// server that says what became of it, and is where one has.
func TestMergePassed(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	const passed = "Nov 20 10:00:00 mail amavis[11]: (11-02) Passed CLEAN, [192.0.2.7] <ann@corp.example> -> <jane@army.ml>, Hits: 0.9, queued_as: 8D257A009E\n"
	filter, server := c.shard(c.write("filter.log", passed)), c.shard(c.write("server.log", firstOf(60)))
	for _, test := range []struct {
		parts  []string
		status int
	}{{[]string{filter}, exitPartial}, {[]string{filter, server}, exitOK}} {
		if r := call(t.Context(), nil, slices.Concat([]string{"merge"}, c.flags, test.parts)...); r.status != test.status || test.status != exitOK && !strings.Contains(r.stderr, "amavis 1") {
			t.Errorf("%d parts: got %d, %q, want %d", len(test.parts), r.status, r.stderr, test.status)
		}
	}
}

// TestMergeUnopened: a log that one machine could not open is a gap of the merged report, in
// a tree as well.
func TestMergeUnopened(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	text := firstOf(60)
	half := ends(text)[30]
	one, two, none := c.write("one.log", text[:half]), c.write("two.log", text[half:]), filepath.Join(c.dir, "none.log")
	first, second, tree := c.shard(one), filepath.Join(c.dir, "second.part"), filepath.Join(c.dir, "tree.part")
	if r := call(t.Context(), nil, "scan", "--partial", second, two, none); r.status != exitPartial {
		t.Fatalf("scan --partial: got %d, want 3", r.status)
	}
	want := call(t.Context(), nil, append([]string{"scan", one, two, none}, c.flags...)...)
	if r := call(t.Context(), nil, "merge", "--partial", tree, first, second); r.status != exitPartial || r.stderr != want.stderr {
		t.Errorf("merge --partial: got %d, %q, want 3 and %q", r.status, r.stderr, want.stderr)
	}
	for _, parts := range [][]string{{first, second}, {tree}} {
		got := call(t.Context(), nil, slices.Concat([]string{"merge"}, c.flags, parts)...)
		if got.status != exitPartial || got.stderr != want.stderr {
			t.Errorf("merge: got %d, %q, want 3 and %q", got.status, got.stderr, want.stderr)
		}
		if diff := cmp.Diff(want.stdout, got.stdout); diff != "" {
			t.Errorf("merge (-scan +merged):\n%s", diff)
		}
	}
}

// TestMergeUnrecognised: a shard in which nothing is recognised has a partial, as --expect
// wants it, and is a gap of the report; one of an empty log is on each machine under the same
// path, and is no repetition. Where all shards are so, nothing was recognised.
func TestMergeUnrecognised(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	good, odd := c.shard(c.write("one.log", firstOf(60))), c.write("odd.log", "nothing of mail\n")
	if r := call(t.Context(), nil, "scan", "--partial", odd+".part", odd); r.status != exitPartial || !strings.Contains(r.stderr, "odd.log") {
		t.Errorf("scan --partial: got %d, %q, want 3 and its name", r.status, r.stderr)
	}
	r := call(t.Context(), nil, slices.Concat([]string{"merge", "--expect", "one.log,odd.log"}, c.flags, []string{good, odd + ".part"})...)
	if r.status != exitPartial || !strings.Contains(r.stderr, "odd.log") || !strings.Contains(r.stdout, `"incomplete": true`) {
		t.Errorf("merge: got %d, %q, want 3 and its name", r.status, r.stderr)
	}
	if r := call(t.Context(), nil, "merge", odd+".part"); r.status != exitUsage || !strings.Contains(r.stderr, "odd.log") {
		t.Errorf("merge of it alone: got %d, %q, want 2 and its name", r.status, r.stderr)
	}
	empty := c.write("mail.log", "")
	parts := []string{good}
	for _, host := range []string{"a", "b"} {
		parts = append(parts, filepath.Join(c.dir, host+".part"))
		c.run("scan", "--partial", parts[len(parts)-1], empty)
	}
	if report := c.merge(parts...); strings.Count(report, `"name": `+fmt.Sprintf("%q", empty)) != 2 {
		t.Errorf("two empty logs of one path, and the report has not both:\n%s", report)
	}
}

// TestMergeSameBegin: logs that begin in the same second stand in the order of one scan, of
// which the end of a packed one is not known before it is read.
func TestMergeSameBegin(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	text := firstOf(60)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(strings.ReplaceAll(text, ".example", "2.example"))); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	logs := []string{c.write("a.log", text[:ends(text)[40]]), c.write("b.log.gz", packed.String()), c.write("c.log", strings.ReplaceAll(text, ".example", "3.example"))}
	got := c.merge(c.shard(logs[0]), c.shard(logs[1]), c.shard(logs[2]))
	if diff := cmp.Diff(c.scan(logs...), got); diff != "" {
		t.Errorf("(-scan +merged):\n%s", diff)
	}
}

// TestMergeNext: the commands that a merged table names are of partials.
func TestMergeNext(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	part := c.shard(c.write("one.log", firstOf(60)))
	text := c.run("merge", "--internal", "corp.example", "--protect", "army.mil", "--partial", filepath.Join(c.dir, "again.part"), "-f", "table", part)
	at := strings.Index(text, "Next:")
	if at < 0 || !strings.HasPrefix(strings.Join(strings.Fields(text[at:]), " "), "Next: typoaudit merge --by delivery --internal corp.example --protect army.mil "+part) {
		t.Fatalf("got %s", text)
	}
}

// TestMergeSkipped: sources that were not looked into, copies and what cannot be opened, stand
// in the report where scan has them, whatever the order in which they were given.
func TestMergeSkipped(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	text := firstOf(60)
	var logs []string
	for _, name := range []string{"d.log", "z.gz", "b.log", "a.gz", "c.log"} {
		if strings.HasSuffix(name, ".gz") {
			logs = append(logs, c.write(name, "\x1f\x8b\x08\x00damaged"))
		} else {
			logs = append(logs, c.write(name, text))
		}
	}
	part := filepath.Join(c.dir, "all.part")
	if r := call(t.Context(), nil, append([]string{"scan", "--partial", part}, logs...)...); r.status != exitPartial {
		t.Fatalf("scan --partial: got %d, %s", r.status, r.stderr)
	}
	want := call(t.Context(), nil, slices.Concat([]string{"scan"}, c.flags, logs)...)
	got := call(t.Context(), nil, slices.Concat([]string{"merge"}, c.flags, []string{part})...)
	if diff := cmp.Diff(want.stdout, got.stdout); diff != "" || got.status != exitPartial || want.status != exitPartial || !strings.Contains(got.stdout, "same content as") {
		t.Errorf("got %d and %d (-scan +merged):\n%s\n%s", want.status, got.status, diff, got.stdout)
	}
}

// TestMergeSamples: what scan reports of the samples of all formats it reports as well where
// all that it holds in memory goes through a file, of one shard and of two.
func TestMergeSamples(t *testing.T) {
	t.Parallel()
	wanted, err := filepath.Glob("../../parsers/format/*/testdata/*.want")
	if err != nil || len(wanted) < 50 {
		t.Fatalf("%d samples, %v", len(wanted), err)
	}
	c := newCluster(t)
	c.flags = []string{"--all-senders", "-f", "json"}
	deliveries, every := 0, 8
	if testing.Short() {
		every = 72
	}
	for i, name := range wanted {
		if !isLong() && i%every != 3 {
			continue
		}
		for _, ending := range []string{".log", ".in"} {
			text, err := os.ReadFile(strings.TrimSuffix(name, ".want") + ending)
			if err != nil {
				continue
			}
			log := fmt.Sprintf("%d%s", i, ending)
			deliveries += c.checkShards(c.write(log, string(text)))
			if at := ends(string(text)); ending == ".log" && len(at) > 1 {
				half := at[len(at)/2]
				c.checkShards(c.write("1"+log, string(text[:half])), c.write("2"+log, string(text[half:])))
			}
		}
	}
	if deliveries == 0 || isLong() && deliveries < 600 {
		t.Errorf("%d deliveries in the samples", deliveries)
	}
}

// checkShards reads logs at once, and each as a shard: the reports are the same, and so are the
// exit statuses but for where nothing is recognised. It returns the number of deliveries.
func (c *cluster) checkShards(logs ...string) int {
	c.Helper()
	want := call(c.Context(), nil, slices.Concat([]string{"scan"}, c.flags, logs)...)
	var parts []string
	for _, log := range logs {
		parts = append(parts, log+".part")
		if r := call(c.Context(), nil, "scan", "--all-senders", "--partial", log+".part", log); r.status != exitOK && r.status != exitPartial {
			c.Fatalf("scan --partial %s: got %d, %s", log, r.status, r.stderr)
		}
	}
	got := call(c.Context(), nil, slices.Concat([]string{"merge"}, c.flags, parts)...)
	if diff := cmp.Diff(want.stdout, got.stdout); diff != "" || want.status != got.status {
		c.Errorf("%v: got %d, want %d (-scan +merged):\n%s%s", logs, got.status, want.status, diff, got.stderr)
	}
	var report struct{ Coverage struct{ Deliveries int } }
	if want.status != exitUsage && json.Unmarshal([]byte(want.stdout), &report) != nil {
		c.Errorf("%v: %d, no report: %s", logs, want.status, want.stderr)
	}
	return report.Coverage.Deliveries
}
