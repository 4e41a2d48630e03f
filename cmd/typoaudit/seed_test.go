package main

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// isLong reports that the tests are to take long: nightly, and when asked for.
func isLong() bool { return os.Getenv("TYPOAUDIT_TEST_LONG") != "" }

// seedVariable names the environment variable that holds the seed of the random
// numbers of a test, so that one that failed can be replayed.
const seedVariable = "TYPOAUDIT_TEST_SEED"

// seeded returns random numbers from a seed that is logged.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(seedVariable); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("replay with %s=%d", seedVariable, seed)
	return rand.New(rand.NewPCG(seed, 0))
}
