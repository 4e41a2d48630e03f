//go:build race

package main

// slowdown is by how much tests that start the program again and again do less
// under the race detector, which makes each start slow.
const slowdown = 10
