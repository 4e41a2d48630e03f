package config

import (
	"os"
	"path/filepath"
)

// ignoreName is the name of the file with the rules that leave findings out.
const ignoreName = "ignore"

// IgnorePath is where the rules stand if no setting names a file: beside the
// configuration in use, with the name of the tenant if it is for one. Where none is, it is beside the place of one where they are
// found, else beside the first place.
func (c *File) IgnorePath(getenv func(string) string) string {
	if c.Path != "" {
		name := ignoreName
		if c.Tenant != nil {
			name += "." + c.Tenant.Name
		}
		return filepath.Join(filepath.Dir(c.Path), name)
	}
	paths := Paths(getenv)
	for _, p := range paths {
		there := filepath.Join(filepath.Dir(p), ignoreName)
		if _, err := os.Stat(there); err == nil {
			return there
		}
	}
	return filepath.Join(filepath.Dir(paths[0]), ignoreName)
}
