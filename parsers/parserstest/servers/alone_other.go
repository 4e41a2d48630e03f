//go:build !unix

package servers

import "testing"

// Alone does nothing where the servers that need it do not run.
func Alone(*testing.T, string) {}
