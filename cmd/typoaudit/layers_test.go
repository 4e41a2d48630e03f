package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/typoaudit/typoaudit/"

// layers from left to right: data flows right, imports point left.
var layers = []string{"parsers", "audit", "report", "cmd"}

// owners are the libraries that one layer alone may know. Two may know go-mail
// (report composes mails, and cmd sends them), displaywidth (both write to a terminal)
// and norm: names of folders are composed in parsers, and domains in audit.
var owners = map[string]string{
	"github.com/spf13/":                  "cmd",
	"github.com/schollz/progressbar/":    "cmd",
	"golang.org/x/term":                  "cmd",
	"github.com/pelletier/go-toml":       "cmd",
	"golang.org/x/oauth2":                "cmd",
	"github.com/d--j/go-milter":          "cmd",
	"github.com/olekukonko/tablewriter":  "report",
	"github.com/klauspost/compress/":     "parsers",
	"golang.org/x/net/publicsuffix":      "audit",
	"github.com/rogpeppe/go-internal":    "cmd",
	"github.com/emersion/":               "parsers",
	"modernc.org/":                       "audit",
	"github.com/ulikunitz/xz":            "parsers",
	"github.com/tidwall/gjson":           "parsers",
	"golang.org/x/text/encoding/unicode": "parsers",
	"github.com/mattn/go-runewidth":      "report",
}

// isPipeline reports whether a folder holds what leads from sources to an outcome, whoever asks
// for it: the pipeline, and what it stands on.
func isPipeline(folder string) bool {
	name, ok := strings.CutPrefix(folder, "cmd/typoaudit/internal/")
	return ok && slices.Contains([]string{"pipeline", "partial", "journal", "found", "troubles", "tempfile", "failure"}, name)
}

// violation says what is wrong with a file of a folder importing a package.
func violation(folder, imported string) string {
	layer, _, _ := strings.Cut(folder, "/")
	for prefix, owner := range owners {
		if strings.HasPrefix(imported, prefix) && owner != layer {
			return imported + " is " + owner + "'s"
		}
	}
	if isPipeline(folder) && strings.HasPrefix(imported, "github.com/spf13/") {
		return "the pipeline knows no flags, and imports " + imported
	}
	inner, ok := strings.CutPrefix(imported, module)
	if !ok {
		return ""
	}
	other, _, _ := strings.Cut(inner, "/")
	switch {
	case slices.Index(layers, other) > slices.Index(layers, layer):
		return "imports point left: " + layer + " imports " + other
	case layer == "report" && inner == "audit":
		return folder + " shows a Result, which is audit/result's, and imports what makes it"
	case isPipeline(folder) && strings.HasPrefix(inner, "cmd/") && !isPipeline(inner):
		return "the pipeline knows neither flags nor configuration, and imports " + inner
	case inner == "parsers" && slices.Contains([]string{"audit/result", "audit/organisation", "audit/internal/findings", "audit/internal/threads"}, folder): // they know a delivery, and the nouns of one
	case layer == "audit" && folder != "audit" && strings.HasPrefix(inner, "parsers"):
		return folder + " is of pure functions, and imports " + inner
	case layer != "parsers" && layer != "cmd" && strings.HasPrefix(inner, "parsers/format/"):
		return folder + " imports the format " + inner
	}
	if may, ok := rooms[folder]; ok && !slices.Contains(may, inner) {
		return "the room " + folder + " imports " + inner
	}
	return ""
}

// rooms says what of this module the machinery of the parsers may import: the
// formats stand on it, and it knows none of them.
var rooms = map[string][]string{
	"parsers/lines":  {},
	"parsers/source": {},
	"parsers":        {"parsers/source"},
	"parsers/carry":  {"parsers", "parsers/lines"},
	"parsers/read":   {"parsers", "parsers/source", "parsers/lines", "parsers/carry"},
}

func TestImportsPointLeft(t *testing.T) {
	t.Parallel()
	root := "../.."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			if v := violation(filepath.ToSlash(folder), name); v != "" {
				t.Errorf("%s: %s", path, v)
			}
		}
		return nil
	})
	if err != nil || files < 30 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestViolations(t *testing.T) {
	t.Parallel()
	for _, v := range [][2]string{
		{"parsers", module + "audit"}, {"parsers/format/postfix", module + "audit/domain"}, {"audit", module + "report"}, {"report", module + "cmd/typoaudit"},
		{"audit", module + "parsers/format/postfix"}, {"audit/lookalike", module + "parsers"}, {"audit/result", module + "parsers/read"}, {"report", module + "audit"}, {"parsers/read", module + "parsers/format/postfix"}, {"parsers", module + "parsers/read"}, {"report", "github.com/spf13/cobra"}, {"cmd/typoaudit", "github.com/olekukonko/tablewriter"},
		{"cmd/typoaudit/internal/pipeline", "github.com/spf13/pflag"}, {"cmd/typoaudit/internal/partial", module + "cmd/typoaudit/internal/config"},
	} {
		if violation(v[0], v[1]) == "" {
			t.Errorf("%s may import %s", v[0], v[1])
		}
	}
	for _, v := range [][2]string{{"audit", module + "parsers"}, {"audit", module + "parsers/read"}, {"audit/result", module + "parsers"}, {"report", module + "audit/result"}, {"cmd/typoaudit", module + "parsers/format/postfix"}, {"parsers", "time"}} {
		if why := violation(v[0], v[1]); why != "" {
			t.Errorf("%s may not import %s: %s", v[0], v[1], why)
		}
	}
}

// TestTopLevel: the top level is fixed.
func TestTopLevel(t *testing.T) {
	t.Parallel()
	allowed := strings.Fields("cmd audit parsers report examples go.mod go.sum LICENSE README.md dist dist-man dist-completions")
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".test") || strings.HasSuffix(e.Name(), ".prof") {
			continue // left by profiling; git ignores them
		}
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}
