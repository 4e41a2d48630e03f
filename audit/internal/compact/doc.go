// Package compact holds many small values in little memory: lists, texts,
// numbers of strings, and rows of a table. None of them holds a pointer for
// each value, so that millions of values cost the garbage collector nothing,
// and none copies its values to grow.
package compact
