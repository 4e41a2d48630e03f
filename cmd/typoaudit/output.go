package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/source"
	"github.com/typoaudit/typoaudit/report"
)

// outputOptions are the flags that concern the report.
type outputOptions struct {
	format   string
	template string
	color    string
	progress string
	quiet    bool
	verbose  bool
	top      int
}

func (o *outputOptions) addFlags(f *pflag.FlagSet) {
	f.StringVarP(&o.format, "format", "f", "", "write the report as `FORMAT`: "+strings.Join(report.Names(), ", ")+" (default: that of the extension of --output, else table)")
	oneOf(f, "format", report.Names()...)
	f.StringVar(&o.template, "template", "", "write what the template in `FILE` makes of the report (Go's text/template), in place of --format")
	f.StringVar(&o.color, "color", "auto", "`WHEN` to use colour: auto, always or never")
	f.StringVar(&o.progress, "progress", "auto", "`WHEN` to show progress: auto, always or never")
	for _, name := range []string{"color", "progress"} {
		oneOf(f, name, "auto", "always", "never")
	}
	f.BoolVarP(&o.quiet, "quiet", "q", false, "write no report to standard output")
	f.IntVar(&o.top, "top", topOfTerminal, "show `N` rows of the table, 0 for all (default: 20 on a terminal, else all)")
	f.Lookup("top").DefValue = "0" // which help leaves out: it depends on the terminal
	f.BoolVarP(&o.verbose, "verbose", "v", false, "list lines that were not understood")
}

const (
	topOfTerminal = -1 // stands for usualTop on a terminal, and else for all rows
	usualTop      = 20
)

// An output is one report to write.
type output struct {
	path   string // "-" for standard output
	format report.Format
	// isMissing says that it could not be written.
	isMissing bool
}

type outputs struct {
	list    []output
	top     int // as given: that of a terminal is for none of the files
	options report.Options
}

// outputs returns the reports that the flags and the settings ask for.
func (o *outputOptions) outputs(e *env, s *config.Settings) (*outputs, error) {
	by, err := report.ParseBy(s.By)
	if err != nil {
		return nil, err
	}
	format, err := o.formatOf()
	if err != nil {
		return nil, err
	}
	for flag, v := range map[string]string{"--color": o.color, "--progress": o.progress} {
		if v != "auto" && v != "always" && v != "never" {
			return nil, fmt.Errorf("%s %s: auto, always or never", flag, v)
		}
	}
	out := &outputs{top: o.top, options: report.Options{By: by, Now: e.now(), Location: e.location, Unicode: e.unicode()}}
	out.options.Width = e.width()
	switch {
	case o.top >= 0:
		out.options.Top = o.top
	case o.top != topOfTerminal:
		return nil, fmt.Errorf("--top %d: 0 or more", o.top)
	case out.options.Width > 0:
		out.options.Top = usualTop
	}
	if o.verbose {
		out.options.Verbose = 1
	}
	out.options.Color = o.color == "always" || o.color == "auto" && e.colored()
	files := s.Output
	if len(files) == 0 && !o.quiet {
		files = []string{"-"}
	}
	seen := map[string]bool{}
	for _, path := range files {
		if isStdout(path) {
			path = "-"
		}
		if seen[path] {
			return nil, fmt.Errorf("--output %s: given twice", path)
		}
		seen[path] = true
		f, err := o.formatFor(path, format)
		if err != nil {
			return nil, err
		}
		out.list = append(out.list, output{path: path, format: f})
	}
	return out, nil
}

// isStdout reports a path that is standard output by another name.
func isStdout(path string) bool {
	return slices.Contains([]string{"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}, path)
}

// formatFor returns the format of a file: that of its extension, or the one that was
// chosen. An extension that no format has is refused unless one was chosen: what is
// named report.pdf is to be none of ours.
func (o *outputOptions) formatFor(path string, chosen report.Format) (report.Format, error) {
	plain, _ := source.PlainName(path)
	ext := filepath.Ext(plain)
	if path == "-" || ext == "" || isStream(path) {
		return chosen, nil
	}
	if f, ok := report.ByExtension(ext); ok {
		return f, nil
	}
	if o.format != "" || o.template != "" {
		return chosen, nil
	}
	return nil, failure.WithHint(fmt.Errorf("--output %s: no report has the extension %s; there are %s", path, ext, strings.Join(report.Extensions(), " ")),
		"name the format by --format")
}

// isStream reports a device or a pipe, also through a link such as /dev/fd/63.
func isStream(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&(os.ModeDevice|os.ModeNamedPipe) != 0
}

// maxTemplate bounds a template, in bytes.
const maxTemplate = 4 << 20

// readTemplate reads the file that --template names.
func readTemplate(path string) (string, error) {
	text, err := os.ReadFile(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("--template %s: %w", path, failure.Plain(err))
	case len(text) == 0 || len(text) > maxTemplate:
		return "", fmt.Errorf("--template %s: empty, or larger than %d bytes", path, maxTemplate)
	}
	return string(text), nil
}

// formatOf is the format of files whose extension names none.
func (o *outputOptions) formatOf() (report.Format, error) {
	if o.template == "" {
		return report.ByName(cmp.Or(o.format, report.Table{}.Name()))
	}
	text, err := readTemplate(o.template)
	if err != nil {
		return nil, err
	}
	t, err := report.ParseTemplate(filepath.Base(o.template), text)
	if err != nil {
		return nil, fmt.Errorf("--template: %w", err)
	}
	return t, nil
}

// unicode reports whether the locale's characters are UTF-8 (POSIX: LC_ALL, then
// LC_CTYPE, then LANG).
func (e *env) unicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(e.getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// colored reports whether standard output is a terminal that is to show colours
// (no-color.org).
func (e *env) colored() bool {
	return e.width() > 0 && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
}

// width returns the columns of the terminal on standard output, 0 if it is
// none.
func (e *env) width() int {
	f, ok := e.stdout.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	const usual = 80
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w <= 0 {
		return usual
	}
	return w
}

func (o *outputs) write(e *env, r *result.Result) error {
	var errs []error
	for i := range o.list {
		out := &o.list[i]
		if out.path == "-" {
			w := bufio.NewWriterSize(e.stdout, 64<<10)
			if err := errors.Join(out.format.Write(w, r, o.options), w.Flush()); !isReaderGone(err) {
				errs = append(errs, err)
			}
			continue
		}
		plain := o.options
		plain.Width, plain.Color, plain.Unicode, plain.Top = 0, false, true, max(o.top, 0)
		e.warnOfFolder(out.path)
		err := writeReport(out.path, func(w io.Writer) error { return out.format.Write(w, r, plain) })
		out.isMissing = err != nil
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
