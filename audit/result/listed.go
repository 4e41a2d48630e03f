package result

// A Listed address is a wrong one in an alias map, a filter or a list: no mail is known to
// have gone there.
type Listed struct {
	Source     string  `json:"source"`
	Line       int     `json:"line"`
	Place      string  `json:"place"` // the alias, or the owner or list of the file
	Cause      Cause   `json:"cause"` // CauseForward or CauseList
	Address    string  `json:"address"`
	Meant      string  `json:"meant"`
	Lookalike  string  `json:"lookalike"`
	Intended   string  `json:"intended"`
	Kind       string  `json:"kind"`
	How        string  `json:"how"`
	Confidence float64 `json:"confidence"`
	Verdict    string  `json:"verdict"`
}

// A ListFile is a file of addresses that mail is sent on to.
type ListFile struct {
	Name          string `json:"name"`
	Lines         int    `json:"lines"`
	Addresses     int    `json:"addresses"`
	NotUnderstood int    `json:"not_understood"` // lines
}

// fix is what is to be changed about l.
func (l *Listed) fix() Fix {
	return Fix{Cause: l.Cause, Wrong: l.Address, Right: l.Meant, Where: l.Place, Who: l.Place, Lookalike: l.Lookalike, Intended: l.Intended, Source: l.Source, Line: l.Line}
}
