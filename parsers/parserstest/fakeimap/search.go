package fakeimap

import (
	"strconv"
	"strings"
	"time"
)

// A search is the criteria of a SEARCH, word by word.
type search struct {
	words    []string
	seq      int
	uid      uint32
	received time.Time
}

// inSearch reports whether a message is among those that the client asks for:
// sets of sequence numbers, UID and a set, SINCE and BEFORE a day, OR of two of
// them, and any of these in parentheses.
func inSearch(criteria string, seq int, uid uint32, received time.Time) bool {
	words := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(criteria))
	s := search{words, seq, uid, received}
	all := true
	for len(s.words) > 0 {
		all = s.key() && all
	}
	return all
}

func (s *search) take() (word string) {
	if len(s.words) > 0 {
		word, s.words = s.words[0], s.words[1:]
	}
	return word
}

// key takes one criterion, and reports whether the message meets it.
func (s *search) key() bool {
	switch w := s.take(); {
	case w == "(":
		all := true
		for len(s.words) > 0 && s.words[0] != ")" {
			all = s.key() && all
		}
		s.take()
		return all
	case w == "OR":
		one, other := s.key(), s.key()
		return one || other
	case w == "UID":
		return inSet(s.take(), s.uid)
	case w == "SINCE":
		return !s.received.Before(searchDay(s.take()))
	case w == "BEFORE":
		return s.received.Before(searchDay(s.take()))
	case w != "" && w[0]-'0' < 10:
		return inSet(w, uint32(s.seq))
	}
	return true
}

// searchDay reads a day; one that cannot be read is long ago.
func searchDay(word string) time.Time {
	day, err := time.Parse("2-Jan-2006", strings.Trim(word, `"`))
	if err != nil {
		return time.Time{}
	}
	return day
}

func inSet(set string, n uint32) bool {
	for part := range strings.SplitSeq(set, ",") {
		from, to, isRange := strings.Cut(part, ":")
		low, high := number(from), number(to)
		if !isRange {
			high = low
		}
		if low <= uint64(n) && uint64(n) <= high {
			return true
		}
	}
	return false
}

// number reads a message number; "*" is the largest.
func number(s string) uint64 {
	if s == "*" {
		return 1 << 32
	}
	n, _ := strconv.ParseUint(s, 10, 32)
	return n
}
