package compact

// A Tournament has which of several comes first, and after a change of that one which comes
// first then (a tree of losers; Knuth, The Art of Computer Programming, section 5.4.1).
type Tournament struct {
	less   func(a, b int32) bool
	losers []int32 // of each match; the first one is the winner of all
}

// NewTournament returns that of n. less must order them; of equals any one is first.
func NewTournament(n int, less func(a, b int32) bool) Tournament {
	t := Tournament{less, make([]int32, max(1, n))}
	if n > 0 {
		t.losers[0] = t.play(1)
	}
	return t
}

// play plays all matches below one, and returns the winner. Of n the matches are 1 to n-1, and
// those who play are n to 2n-1.
func (t *Tournament) play(match int) int32 {
	n := len(t.losers)
	if match >= n {
		return int32(match - n)
	}
	winner, loser := t.play(2*match), t.play(2*match+1)
	if t.less(loser, winner) {
		winner, loser = loser, winner
	}
	t.losers[match] = loser
	return winner
}

// First returns who comes first.
func (t *Tournament) First() int { return int(t.losers[0]) }

// Replay plays the matches of the first one again, which changed.
func (t *Tournament) Replay() {
	winner := t.losers[0]
	for match := (int(winner) + len(t.losers)) / 2; match > 0; match /= 2 {
		if t.less(t.losers[match], winner) {
			winner, t.losers[match] = t.losers[match], winner
		}
	}
	t.losers[0] = winner
}
