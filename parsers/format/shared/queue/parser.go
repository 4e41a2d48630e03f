package queue

import "github.com/typoaudit/typoaudit/parsers"

// A Parser is the part of a parser of records that its table does; reading the records
// is what remains.
type Parser struct{ *Table }

// Tally returns the tally that Close returns, as far as it has got.
func (p Parser) Tally() *parsers.Tally { return &p.Table.Tally }

// Joins is the part of a body whose pieces are joined by their tables alone.
type Joins struct{}

// NewJoiner implements syslog.Body, and parsers.LineFormat.
func (Joins) NewJoiner(sink parsers.Sink) parsers.Joiner { return NewJoiner(sink) }
