package lookalike

import "golang.org/x/text/unicode/norm"

// glyph returns the ASCII that r is taken for by the eye: its base letter, or
// one that looks the same (Unicode confusables, UTS #39, those that DNS
// registries allow).
func glyph(r rune) string {
	switch r {
	case '0':
		return "o"
	case '1', 'i', 'ı', 'і', 'ι', 'ӏ', 'ł', 'ĺ':
		return "l"
	case 'а', 'α':
		return "a"
	case 'в', 'ь', 'ƅ':
		return "b"
	case 'с', 'ϲ':
		return "c"
	case 'ԁ':
		return "d"
	case 'е', 'є', 'ё':
		return "e"
	case 'һ':
		return "h"
	case 'ј':
		return "j"
	case 'к', 'κ':
		return "k"
	case 'м':
		return "m"
	case 'п':
		return "n"
	case 'о', 'ο', 'σ', 'ø', 'օ':
		return "o"
	case 'р', 'ρ':
		return "p"
	case 'ԛ':
		return "q"
	case 'г':
		return "r"
	case 'ѕ':
		return "s"
	case 'т', 'τ':
		return "t"
	case 'υ', 'ц', 'ս':
		return "u"
	case 'ν', 'ѵ':
		return "v"
	case 'ԝ', 'ω':
		return "w"
	case 'х', 'χ':
		return "x"
	case 'у', 'γ':
		return "y"
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	}
	if r < 0x80 {
		return string(r)
	}
	if base := norm.NFD.String(string(r)); base[0] < 0x80 {
		return glyph(rune(base[0])) // an accented letter: "í" is taken for "i", and so for "l"
	}
	return string(r)
}

// writtenOut returns how a letter is written by who has no key for it, "" if it is an
// ordinary one: the German way, and the Scandinavian.
func writtenOut(r rune) string {
	switch r {
	case 'ä', 'æ':
		return "ae"
	case 'ö', 'ø', 'œ':
		return "oe"
	case 'ü':
		return "ue"
	case 'å':
		return "aa"
	case 'ß':
		return "ss"
	}
	return ""
}
