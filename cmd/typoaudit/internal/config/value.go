package config

import (
	"fmt"

	"github.com/spf13/pflag"
)

// badValue is the error of a value that is not of the type of its flag. named is what the
// user calls the flag: the flag itself, a variable or a key.
func badValue(named string, f *pflag.Flag, value string) error {
	return fmt.Errorf("%s %s: %s", named, value, wanted(f.Value.Type()))
}

// BadFlag is the error of a value that was given to a flag and is not of its type.
func BadFlag(f *pflag.Flag, value string) error { return badValue("--"+f.Name, f, value) }

// wanted says what a flag of a type of pflag takes.
func wanted(kind string) string {
	switch kind {
	case "int":
		return "not a whole number"
	case "float64":
		return "not a number"
	case "bool":
		return "true or false"
	case "duration":
		return "not a span such as 45s, 10m or 2h"
	case "stringSlice":
		return `quotes that do not fit in a list with commas`
	}
	return "not such a value"
}
