package source

import "bytes"

// Marks that whoever hands a log on puts in the place of the signs of an address and of a host, so
// that nothing makes a link of it: jane[at]army[dot]ml, jane@army[.]ml, jane(at)army(dot)ml. They
// stand between brackets of any kind, in small letters or in capitals.
var marks = [...]struct {
	word string
	sign byte
}{{"at", '@'}, {"@", '@'}, {"dot", '.'}, {".", '.'}}

// markAt returns the sign that the mark at the start of text stands for, and its length in bytes;
// 0 if there is none.
func markAt(text []byte) (sign byte, length int) {
	for _, m := range marks {
		end := 1 + len(m.word)
		if len(text) > end && closes(text[0]) == text[end] && bytes.EqualFold(text[1:end], []byte(m.word)) {
			return m.sign, end + 1
		}
	}
	return 0, 0
}

// closes returns the bracket that closes an open one.
func closes(open byte) byte {
	switch open {
	case '[':
		return ']'
	case '(':
		return ')'
	case '{':
		return '}'
	}
	return '\n'
}

// refanged returns a line with the signs in the place of their marks. A mark stands between letters
// or digits: brackets round a word of a text have a blank beside them.
func refanged(line []byte) []byte {
	i := bytes.IndexAny(line, "[({")
	if i < 0 {
		return line
	}
	out := make([]byte, 0, len(line))
	for ; i >= 0; i = bytes.IndexAny(line, "[({") {
		out = append(out, line[:i]...)
		sign, n := markAt(line[i:])
		if n == 0 || !endsName(out) || i+n >= len(line) || !isNameByte(line[i+n]) {
			n, sign = 1, line[i]
		}
		out = append(out, sign)
		line = line[i+n:]
	}
	return append(out, line...)
}

func endsName(text []byte) bool { return len(text) > 0 && isNameByte(text[len(text)-1]) }

// isNameByte reports a byte that stands beside a dot or an at sign of an address, in any script.
func isNameByte(c byte) bool {
	return (c|0x20)-'a' < 26 || isDigit(c) || c == '-' || c == '_' || c >= 0x80
}

// countAddresses adds how many addresses of a line have marks, and how many have none.
func countAddresses(line []byte, defanged, plain *int) {
	before := plainAddresses(line)
	if whole := refanged(line); len(whole) < len(line) {
		*defanged += plainAddresses(whole) - before
	}
	*plain += before
}

// plainAddresses counts the addresses of a line whose domains have a dot.
func plainAddresses(line []byte) (n int) {
	for {
		i := bytes.IndexByte(line, '@')
		if i < 0 {
			return n
		}
		named := endsName(line[:i])
		line = line[i+1:]
		end := 0
		for end < len(line) && isNameByte(line[end]) {
			end++
		}
		if named && end > 0 && end+1 < len(line) && line[end] == '.' && isNameByte(line[end+1]) {
			n++
		}
	}
}
