//go:build !race

package main

// slowdown is for the race detector: see race_test.go.
const slowdown = 1
