package message

// A Filter drops fields that a Reader surely does not look at, quickly, for
// sources that hold all fields of a message.
type Filter struct {
	first [32]uint32 // of the names of a length, the first letters that there are
}

// NewFilter returns a Filter for Fields and, since a file may have no time for a
// message without a date, Received.
func NewFilter() *Filter {
	var f Filter
	for _, name := range append(Fields(), "Received") {
		f.first[len(name)] |= 1 << (lower(name[0]) - 'a')
	}
	return &f
}

// Wants reports whether the field that line begins with may be wanted: it is
// sometimes true for others. line is not empty.
func (f *Filter) Wants(line []byte) bool {
	letter := lower(line[0]) - 'a'
	if letter >= 'z'-'a'+1 {
		return false
	}
	end := 1
	for end < len(line) && end < len(f.first) && line[end] > ' ' && line[end] != ':' {
		end++
	}
	return end < len(f.first) && f.first[end]>>letter&1 != 0
}
