package syslog

// find notes the lines that concern somebody, and returns how many there are.
func (s *sweep) find() int { return sweepLines(s, len(s.window)-s.heading.length-tagReach) }

// sweepLines is find; of lines that begin behind last, nothing is told but that
// they may concern somebody.
//
//go:noescape
func sweepLines(s *sweep, last int) int
