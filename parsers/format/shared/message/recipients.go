package message

// recipients is the set of those for whom a message was emitted. Most messages
// have few, which are compared one by one.
type recipients struct {
	n    int
	text []byte // the first few in lower case, each with a line end
	many map[string]bool
}

// fewRecipients is how many are compared one by one.
const fewRecipients = 8

func (s *recipients) clear() {
	s.n, s.text = 0, s.text[:0]
	clear(s.many)
}

// add adds an address, which has no line end in it. It is false for one that is
// there, in whatever case.
func (s *recipients) add(address []byte) bool {
	from := len(s.text)
	for _, c := range address {
		s.text = append(s.text, lower(c))
	}
	key := s.text[from:]
	if s.many[string(key)] || hasLine(s.text[:from], key) {
		s.text = s.text[:from]
		return false
	}
	s.n++
	if s.n <= fewRecipients {
		s.text = append(s.text, '\n')
		return true
	}
	if s.many == nil {
		s.many = map[string]bool{}
	}
	s.many[string(key)] = true
	s.text = s.text[:from]
	return true
}

// hasLine reports whether one of the lines of text is line.
func hasLine(text, line []byte) bool {
	for n := len(line); len(text) > n; {
		if text[n] == '\n' && string(text[:n]) == string(line) {
			return true
		}
		end := 0
		for text[end] != '\n' {
			end++
		}
		text = text[end+1:]
	}
	return false
}
