package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers/format/table"
)

// TestDatabaseColumns: the topic names each column of parse, and no other.
func TestDatabaseColumns(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("help/databases.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(row[1], -1) {
			named[name[1]] = true
		}
	}
	line := reflect.TypeFor[table.Line]()
	for i := range line.NumField() {
		name, _, _ := strings.Cut(line.Field(i).Tag.Get("json"), ",")
		if !named[name] {
			t.Errorf("the topic does not name %s", name)
		}
		delete(named, name)
	}
	delete(named, "coverage")
	if len(named) > 0 || !strings.Contains(string(text), "`"+table.Schema+"`") {
		t.Errorf("the topic names %v, or not the schema %s", named, table.Schema)
	}
}

// A database runs the statements of a recipe, and returns the rows of its last two queries:
// senders with their exposure, and lookalikes with their messages.
type database func(t *testing.T, folder string) (senders map[string]float64, lookalikes []string)

// runRecipe holds what a recipe answers against the report, also where it is run twice, and
// where nothing is new.
func runRecipe(t *testing.T, recipe string, run database) {
	t.Helper()
	folder := t.TempDir()
	log := filepath.Join(examples, "logs", "maillog")
	fill := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	call := func(args ...string) {
		t.Helper()
		if r := call(t.Context(), nil, args...); r.status != exitOK {
			t.Fatalf("%v: %+v", args, r)
		}
	}
	call("parse", "-o", filepath.Join(folder, "deliveries.jsonl.zst"), "--internal", "corp.example", log)
	report := filepath.Join(folder, "report.json.gz")
	call("scan", "-o", filepath.Join(folder, "findings.jsonl"), "-o", report, "--internal", "corp.example", log)
	want, err := readReport(report)
	if err != nil {
		t.Fatal(err)
	}
	fill("recipe.sql", example(t, "databases/"+recipe))
	for range 2 {
		senders, lookalikes := run(t, folder)
		checkAnswers(t, want, senders, lookalikes)
	}
	// A month later, somebody wrote to one domain more.
	later := strings.ReplaceAll(example(t, "logs/maillog"), "Nov ", "Dec ")
	fill("later.log", later)
	call("parse", "-o", filepath.Join(folder, "deliveries.jsonl.zst"), "--internal", "corp.example", filepath.Join(folder, "later.log"))
	if _, lookalikes := run(t, folder); len(lookalikes) != 0 {
		t.Errorf("%v are said to be new, a month after they were first written to", lookalikes)
	}
}

func checkAnswers(t *testing.T, want *result.Result, senders map[string]float64, lookalikes []string) {
	t.Helper()
	if len(senders) != len(want.Senders) || len(senders) == 0 {
		t.Errorf("%d senders, the report has %d", len(senders), len(want.Senders))
	}
	for i := range want.Senders {
		s := &want.Senders[i]
		if got := senders[s.Sender]; math.Abs(got-s.Exposure) > 0.001 {
			t.Errorf("%s: exposure %g, the report says %g", s.Sender, got, s.Exposure)
		}
	}
	var names []string
	for i := range want.Lookalikes {
		names = append(names, want.Lookalikes[i].Domain)
	}
	if strings.Join(lookalikes, " ") != strings.Join(names, " ") {
		t.Errorf("lookalikes %v, the report has %v", lookalikes, names)
	}
}

// wanted finds a program that CI installs; elsewhere a test without it is skipped.
func wanted(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("TYPOAUDIT_REQUIRE_INTEROP") != "" {
			t.Fatal(err)
		}
		t.Skip(program + " is not installed")
	}
}

func TestSQLiteRecipe(t *testing.T) {
	t.Parallel()
	wanted(t, "sqlite3")
	wanted(t, "zstd")
	runRecipe(t, "sqlite.sql", func(t *testing.T, folder string) (map[string]float64, []string) {
		cmd := exec.Command("sqlite3", "-bail", "mail.db")
		cmd.Dir = folder
		text, err := os.ReadFile(filepath.Join(folder, "recipe.sql"))
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdin = strings.NewReader(strings.Replace(string(text), ".mode column", ".mode json", 1))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return answers(t, regexp.MustCompile(`(?s)\[\{.*?\}\]\n`).FindAllString(string(out), -1))
	})
}

// answers reads the rows of the queries of a recipe.
func answers(t *testing.T, tables []string) (senders map[string]float64, lookalikes []string) {
	t.Helper()
	senders = map[string]float64{}
	for _, text := range tables {
		var rows []struct {
			Sender, Lookalike, Missing string
			Exposure                   float64
		}
		if err := json.Unmarshal([]byte(text), &rows); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		for _, r := range rows {
			switch {
			case r.Missing != "":
				t.Errorf("missing: %s", r.Missing)
			case r.Sender != "":
				senders[r.Sender] = r.Exposure
			case r.Lookalike != "":
				lookalikes = append(lookalikes, r.Lookalike)
			}
		}
	}
	return senders, lookalikes
}

// duckScript runs the statements of a file, and prints the rows of each as JSON.
const duckScript = `
const { DuckDBInstance } = require('@duckdb/node-api');
(async () => {
  const c = await (await DuckDBInstance.create('mail.duckdb')).connect();
  const all = await c.extractStatements(require('fs').readFileSync('recipe.sql', 'utf8'));
  for (let i = 0; i < all.count; i++) {
    const rows = await (await all.prepare(i)).runAndReadAll();
    console.log(JSON.stringify(rows.getRowObjectsJson()));
  }
})().catch((e) => { console.error(e); process.exit(1); });
`

func TestDuckDBRecipe(t *testing.T) {
	slow(t) // TestSQLiteRecipe asks the same questions
	t.Parallel()
	wanted(t, "node")
	if err := exec.Command("node", "-e", "require('@duckdb/node-api')").Run(); err != nil {
		if os.Getenv("TYPOAUDIT_REQUIRE_INTEROP") != "" {
			t.Fatal(err)
		}
		t.Skip("@duckdb/node-api of npm is not where NODE_PATH names")
	}
	runRecipe(t, "duckdb.sql", func(t *testing.T, folder string) (map[string]float64, []string) {
		cmd := exec.Command("node", "-e", duckScript)
		cmd.Dir = folder
		var complaint strings.Builder
		cmd.Stderr = &complaint
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, complaint.String())
		}
		return answers(t, strings.SplitAfter(strings.TrimSpace(string(out)), "\n"))
	})
}
