package lines

import (
	"bytes"
	"strings"
	"time"
)

// months are the names of the months as daemons abbreviate them in other languages than
// English, by their number, lower-case and without a point: journalctl writes those of its
// locale (the C library's %b), for German, French, Spanish, Italian, Portuguese, Dutch, the
// Scandinavian languages, Polish, Czech, Hungarian, Russian and Turkish. Names that are
// English as well are here for their lower case.
var months = [...]string{
	"jan janv ene gen sty led oca янв", "feb fév févr fev lut úno febr şub фев", "mar mär mrz mars mrt bře márc мар", "apr avr avril abr kwi dub ápr nis апр",
	"may mai mag mei maj kvě máj май мая", "jun juin giu cze čen jún haz июн", "jul juil lug lip čec júl tem июл", "aug août aou ago sie srp ağu авг",
	"sep sept set wrz zář szept eyl сен", "oct okt ott out paź říj eki окт", "nov lis kas ноя", "dec dez déc dic des gru pro ara дек",
}

// monthNamed returns the month of a word in another language, "Okt", "déc." or "11月"; 0
// if it is none.
func monthNamed(word []byte) time.Month {
	const longest = len("szept.") + len("ş")
	if len(word) > longest {
		return 0
	}
	if number, ok := bytes.CutSuffix(word, []byte("月")); ok || bytes.HasSuffix(word, []byte("월")) {
		if !ok {
			number = bytes.TrimSuffix(word, []byte("월"))
		}
		if n, ok := dayOf(number); ok && n <= int(time.December) {
			return time.Month(n)
		}
		return 0
	}
	name := strings.ToLower(strings.TrimSuffix(string(word), "."))
	for i, names := range months {
		for one := range strings.FieldsSeq(names) {
			if one == name {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}

// dayOf reads a number of one digit or two.
func dayOf(b []byte) (n int, ok bool) {
	if len(b) > len("23") || !isNumber(b) {
		return 0, false
	}
	for _, c := range b {
		n = 10*n + int(c-'0')
	}
	return n, n > 0 && n <= 31
}

func isNumber(b []byte) bool {
	return len(b) > 0 && len(bytes.TrimLeft(b, "0123456789")) == 0
}

// LocalStamp reads the month and the day of a stamp of RFC 3164 in another language, or with
// the day first, as "Okt 23 09:18:31", "нояб 3 09:18:31" and "23. Nov 09:18:31", and returns
// what begins with its time of day.
func LocalStamp(b []byte) (month time.Month, day int, clock []byte, ok bool) {
	const longest, clockLength = len("szeptember. 23 "), len("09:18:31")
	i := bytes.IndexByte(b[:min(len(b), longest+clockLength)], ':')
	if i < len("1 x 09") || i+len(":18:31") >= len(b) || b[i+len(":18")] != ':' {
		return 0, 0, nil, false
	}
	first, rest, _ := bytes.Cut(b, []byte(" "))
	second, clock, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	name, number := first, second
	if n := bytes.TrimSuffix(first, []byte(".")); len(n) <= len("23") && isNumber(n) {
		name, number = second, n
	}
	day, ok = dayOf(number)
	month = monthNamed(name)
	return month, day, clock, ok && month > 0 && len(clock) > clockLength
}
