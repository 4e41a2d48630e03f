package header

import (
	"strconv"
	"strings"
	"time"
)

// A lenientDate is what was read of a date so far, each part -1 before it is.
type lenientDate struct {
	day, month, year     int
	hour, minute, second int
	offset               time.Duration
}

// read reads a date word by word, without the word before its comma: it names the
// day of the week, in whatever language.
func (d *lenientDate) read(text string) (time.Time, bool) {
	if weekday, rest, ok := strings.Cut(text, ","); ok && !strings.ContainsAny(weekday, " 0123456789") {
		text = rest
	}
	for i, word := range dateWords(text) {
		if !d.word(word, i == 0) {
			return time.Time{}, false
		}
	}
	return d.time()
}

// dateWords returns the words of a date without comments, that of the time in one:
// "09 (o'clock) : 55" is 09:55.
func dateWords(text string) []string {
	var bare []byte
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '(':
			bare = append(bare, ' ')
			i = skipComment([]byte(text), i)
		case ',', ';', '"', ')':
			bare = append(bare, ' ')
			i++
		default:
			bare = append(bare, c)
			i++
		}
	}
	text = strings.Join(strings.Fields(string(bare)), " ")
	return strings.Fields(strings.ReplaceAll(strings.ReplaceAll(text, " :", ":"), ": ", ":"))
}

// word reads one word; it is false for one that makes the rest no date.
func (d *lenientDate) word(word string, first bool) bool {
	switch c := word[0]; {
	case c == '+' || c == '-':
		return d.zone(word)
	case c-'0' >= 10:
		return d.name(strings.TrimRight(word, "."), first)
	case len(word) > len("2026-11") && word[4] == '-' && isNumber(word[:4]):
		return d.iso(word)
	case strings.IndexByte(word, ':') > 0:
		return d.clock(word)
	case strings.ContainsAny(word, "-/"):
		return d.joined(word)
	case strings.Count(word, ".") == len("..") && !strings.HasSuffix(word, "."):
		return d.dotted(word)
	}
	return d.number(strings.TrimRight(word, "."))
}

func isNumber(s string) bool {
	for i := range len(s) {
		if s[i]-'0' >= 10 {
			return false
		}
	}
	return s != ""
}

// number reads a day or a year. RFC 5322 section 4.3: years of two and three digits
// are of the last century, or of this one. A number too many is a zone without its
// sign, which is not known.
func (d *lenientDate) number(word string) bool {
	n, err := strconv.Atoi(word)
	switch {
	case err != nil:
		return false
	case d.day < 0 && len(word) <= 2:
		d.day = n
	case d.year < 0:
		switch len(word) {
		case len("26"):
			n += 1900
			if n < 1950 {
				n += 100
			}
		case len("126"):
			n += 1900
		}
		d.year = n
	}
	return true
}

// iso reads a date as ISO 8601 has it, and the time at it.
func (d *lenientDate) iso(word string) bool {
	date, clock := word, ""
	if i := strings.IndexAny(word, "Tt"); i > 0 {
		date, clock = word[:i], word[i+1:]
	}
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return false
	}
	d.year, d.month, d.day = t.Year(), int(t.Month()), t.Day()
	return clock == "" || d.clock(clock)
}

// joined reads 23-Nov-2026. What has numbers alone may be of either order.
func (d *lenientDate) joined(word string) bool {
	parts := strings.FieldsFunc(word, func(c rune) bool { return c == '-' || c == '/' })
	if len(parts) != len("dmy") || parts[1][0]-'0' < 10 {
		return false
	}
	for _, part := range parts {
		if !d.word(part, false) {
			return false
		}
	}
	return true
}

// dotted reads 23.11.2026, and 10.00.00 after a day.
func (d *lenientDate) dotted(word string) bool {
	parts := strings.Split(word, ".")
	if len(parts[2]) != len("2026") {
		return d.day > 0 && d.clock(strings.ReplaceAll(word, ".", ":"))
	}
	month, err := strconv.Atoi(parts[1])
	d.month = month
	return err == nil && d.number(parts[0]) && d.number(parts[2])
}

// clock reads 10:00, 10:00:00, with a fraction, and with a zone or half of the day at
// it.
func (d *lenientDate) clock(word string) bool {
	end := 0
	for end < len(word) && (word[end]-'0' < 10 || word[end] == ':') {
		end++
	}
	parts, rest := strings.Split(word[:end], ":"), word[end:]
	if len(parts) < 2 || len(parts) > 3 {
		return false
	}
	var n [3]int
	for i, part := range parts {
		value, err := strconv.Atoi(part)
		if err != nil || len(part) > 2 {
			return false
		}
		n[i] = value
	}
	d.hour, d.minute, d.second = n[0], n[1], n[2]
	if rest != "" && rest[0] == '.' {
		rest = strings.TrimLeft(rest[1:], "0123456789")
	}
	return rest == "" || d.word(rest, false)
}

// name reads a word: a day of the week, a month, a zone. Of one that is not known
// the first is a day of the week in another language, and one after the date a zone.
func (d *lenientDate) name(word string, first bool) bool {
	month := monthOf(word)
	switch {
	case isWeekday(word):
		return true
	case month > 0 && d.month < 0:
		d.month = month
		return true
	case strings.EqualFold(word, "PM"):
		if d.hour < 12 {
			d.hour += 12
		}
		return true
	case strings.EqualFold(word, "AM"):
		if d.hour == 12 {
			d.hour = 0
		}
		return true
	case d.hour >= 0:
		d.zoneName(word)
		return true
	}
	return first && month == 0
}

// monthOf returns the number of a month, whose name is English and may be cut after
// its third letter; 0 for another word.
func monthOf(word string) int {
	for m := time.January; m <= time.December; m++ {
		if isPrefix(word, m.String()) {
			return int(m)
		}
	}
	return 0
}

func isWeekday(word string) bool {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if isPrefix(word, day.String()) {
			return true
		}
	}
	return false
}

func isPrefix(word, name string) bool {
	return len(word) >= len("Mon") && len(word) <= len(name) && strings.EqualFold(word, name[:len(word)])
}

// zoneName reads the name of a zone, which may have an offset at it: RFC 5322
// section 4.3, and those of Europe, Japan, Korea and Australia that mean one offset
// alone.
func (d *lenientDate) zoneName(word string) {
	if i := strings.IndexAny(word, "+-"); i > 0 {
		d.zone(word[i:])
		return
	}
	minutes := 0
	switch strings.ToUpper(word) {
	case "HST":
		minutes = -10 * 60
	case "AKST":
		minutes = -9 * 60
	case "AKDT", "PST":
		minutes = -8 * 60
	case "PDT", "MST":
		minutes = -7 * 60
	case "MDT", "CST":
		minutes = -6 * 60
	case "CDT", "EST":
		minutes = -5 * 60
	case "EDT", "AST":
		minutes = -4 * 60
	case "NST":
		minutes = -3*60 - 30
	case "ADT":
		minutes = -3 * 60
	case "NDT":
		minutes = -2*60 - 30
	case "CET", "MET", "MEZ", "WEST", "BST":
		minutes = 60
	case "CEST", "MEST", "MESZ", "EET", "SAST":
		minutes = 2 * 60
	case "EEST", "MSK":
		minutes = 3 * 60
	case "HKT", "SGT", "AWST":
		minutes = 8 * 60
	case "JST", "KST":
		minutes = 9 * 60
	case "ACST":
		minutes = 9*60 + 30
	case "AEST":
		minutes = 10 * 60
	case "AEDT":
		minutes = 11 * 60
	case "NZST":
		minutes = 12 * 60
	case "NZDT":
		minutes = 13 * 60
	}
	d.offset = time.Duration(minutes) * time.Minute
}

// zone reads the offset of a zone: +0100, +01:00, +1.
func (d *lenientDate) zone(word string) bool {
	digits := strings.Replace(word[1:], ":", "", 1)
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) > len("0100") || digits[0]-'0' >= 10 {
		return false
	}
	if len(digits) <= len("01") {
		n *= 100
	}
	d.offset = time.Duration(n/100)*time.Hour + time.Duration(n%100)*time.Minute
	if word[0] == '-' {
		d.offset = -d.offset
	}
	return true
}

// time returns the date, if all of it was there and makes sense.
func (d *lenientDate) time() (time.Time, bool) {
	if d.month < 1 || d.month > 12 || d.year < firstYear || d.hour < 0 || d.hour > 23 || d.minute > 59 || d.second > 60 {
		return time.Time{}, false
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, 0, time.UTC)
	if day := time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC); day.Day() != d.day {
		return time.Time{}, false // 31 November
	}
	return t.Add(-d.offset), true
}
