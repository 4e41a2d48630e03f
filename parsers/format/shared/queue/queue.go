// Package queue follows the messages of mail servers that log several lines
// for one: each line names the message by its queue id and host, and says a
// part of its life. A Table holds those of one piece of a log; what a piece
// could not settle, a Joiner joins with what comes before and after.
//
// It is the only place that knows how hops are joined (hops.go), what the last
// word on a recipient is (emit.go), how long a message is waited for, and how it
// is carried over to the next run (carry.go). The texts of messages are slices
// of the block that is read (text.go). Where ids are reused, an open message that goes on
// after its block is stored without pointers (store.go, stored.go), and where very many are,
// outside memory (spill.go), until a line or another message names it.
package queue
