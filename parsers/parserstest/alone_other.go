//go:build !unix

package parserstest

import "testing"

// Alone does nothing where the servers that need it do not run.
func Alone(*testing.T, string) {}
