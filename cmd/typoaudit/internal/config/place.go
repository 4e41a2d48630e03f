package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
)

// keyLines returns the lines of the keys: those of the top by their names, those of a
// table below its own, which has a number if there may be several: "source.2.host",
// "tenant.1.source.2.host".
func keyLines(text []byte) map[string]int {
	lines := map[string]int{}
	count := map[string]int{}
	table := ""
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		x := p.Expression()
		keys := x.Key()
		if !keys.Next() {
			continue
		}
		name := string(keys.Node().Data)
		line := p.Shape(keys.Node().Raw).Start.Line
		if x.Kind == unstable.KeyValue {
			lines[strings.TrimPrefix(table+"."+name, ".")] = line
			continue
		}
		table = name
		for keys.Next() { // a table below one of several is one of the last of them
			if n := count[table]; n > 0 {
				table = fmt.Sprintf("%s.%d", table, n)
			}
			table += "." + string(keys.Node().Data)
		}
		if x.Kind == unstable.ArrayTable {
			count[table]++
			table = fmt.Sprintf("%s.%d", table, count[table])
		}
		lines[table] = line
	}
	return lines
}

// At returns an error of a table with the place of it, and of the key if the error begins
// with one, after the name of the table. Tables that stand in a list, source = [{...}], have
// the place of the list.
func (c *File) At(table string, err error) error {
	line, above := c.lines[table], table
	for line == 0 && strings.Contains(above, ".") {
		above = above[:strings.LastIndexByte(above, '.')]
		line = c.lines[above]
	}
	for word := range strings.FieldsSeq(err.Error()) {
		if l, ok := c.lines[table+"."+strings.TrimSuffix(word, ":")]; ok {
			line = l
			break
		}
	}
	return fmt.Errorf("%s:%d: %w", c.Path, line, err)
}

// faultOf says what is wrong with TOML, without the types of Go.
func faultOf(err *toml.DecodeError) string {
	text := strings.TrimPrefix(err.Error(), "toml: ")
	m := regexp.MustCompile(`^cannot decode TOML (.+) into struct field \S+ of type (\S+)$`).FindStringSubmatch(text)
	if m == nil {
		return "not TOML: " + text
	}
	return fmt.Sprintf("%s: takes %s, not %s", strings.Join(err.Key(), "."), kindOf(m[2]), kindOf(m[1]))
}

// kindOf names a type of Go, or a kind of TOML.
func kindOf(name string) string {
	switch name {
	case "string":
		return `a text, "..."`
	case "[]string":
		return `a list of texts, ["...", "..."]`
	case "int", "integer":
		return "a whole number"
	case "float64", "float":
		return "a number"
	case "bool", "boolean":
		return "true or false"
	case "config.Mail":
		return "a table, [mail]"
	case "[]config.Alert":
		return "tables, [[alert]]"
	case "[]config.Tenant":
		return "tables, [[tenant]]"
	case "[]config.Source":
		return "tables, [[source]]"
	case "[]events.Mapping":
		return "tables, [[format]]"
	case "array":
		return "a list"
	}
	return "a " + name
}

// Reword returns an error with the names of the settings as they were given: a flag that
// has its value from the configuration by its place and key, one that has it from the
// environment by the variable. A hint about flags does not help then, and is left out.
func (s *Settled) Reword(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for name, origin := range s.Origins {
		given := s.givenAs(name, origin)
		if given == "" {
			continue
		}
		text = regexp.MustCompile(`--`+name+`\b`).ReplaceAllLiteralString(text, given)
	}
	if text == err.Error() {
		return err
	}
	var hint *failure.Hint
	if errors.As(err, &hint) && strings.Contains(hint.Text, "--") {
		err = failure.Cause(err)
	}
	return &reworded{err, text}
}

// A reworded is an error in other words.
type reworded struct {
	error
	text string
}

func (r *reworded) Error() string { return r.text }

func (r *reworded) Unwrap() error { return r.error }

// givenAs is how a flag was given otherwise, "" for one that was given as such.
func (s *Settled) givenAs(name string, origin Origin) string {
	if origin == Origin(originEnvironment+variable(name)) {
		return variable(name)
	}
	if origin == originFlag || origin == originDefault {
		return ""
	}
	return string(origin) + ": " + strings.ReplaceAll(name, "-", "_")
}
