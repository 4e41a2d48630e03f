package parsers

// Pages count the answers of APIs that a source consists of, which say of themselves whether
// they are whole.
type Pages struct {
	More   int64 // those after which another one comes
	Last   int64 // all others
	Failed int64 // those that say that a part of what was asked for is missing
	Listed int64 // records in those that say how many there are in all
	All    int64 // the largest number that one says
}

// Merge adds those of another part of the source, or of another source.
func (p *Pages) Merge(q Pages) {
	p.More += q.More
	p.Last += q.Last
	p.Failed += q.Failed
	p.Listed += q.Listed
	p.All = max(p.All, q.All)
}

// Lack returns what the pages say that is missing of them, "" if that is nothing. Those of several
// files are taken together: each but the last says that there is another one.
func (p *Pages) Lack() string {
	switch {
	case p.Failed > 0:
		return "the answer says that a part of it is missing: the search failed in part, was stopped or has not ended"
	case p.More > 0 && p.Last == 0:
		return "the answer says that there is another page, which is not here"
	case p.Listed < p.All:
		return "the answer says that there are more records than it lists"
	}
	return ""
}
