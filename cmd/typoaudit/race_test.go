//go:build race

package main

// slowdown is by how much tests that start the program again and again do less
// under the race detector, which makes all that it does slow.
const slowdown = 10
