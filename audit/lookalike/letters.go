package lookalike

import _ "embed"

// Letters.txt says how much more or less often than others people mistype these
// very letters: the letter left out after another one, put in after one and
// before one, typed instead of another one, and the two that are swapped. They were
// counted in the 29,417 words of one error in the dictionary of codespell 2.2.2
// (Debian; the list is CC BY-SA 3.0): mistakes that people made in source code
// and its documentation. It holds counts and no word of the list.
//
// A line has a letter for each of a to z: "m" is as often as the kind on the average, each
// letter after it half a nat more often (1.6 times), each before it half a nat
// less. TestLetters writes it.
//
//go:embed letters.txt
var letterTables string

// The tables of letters.txt.
const (
	tableDeleted        = iota // by the letter before, and the one that is missing
	tableInsertedAfter         // by the letter before, and the one that is too many
	tableInsertedBefore        // by the letter after, and the one that is too many
	tableInstead               // by the letter that was meant, and the one that was typed
	tableTransposed            // by the first letter and the second, as they were meant
)

// letterStep is the step of letters.txt, in nats.
const letterStep = 0.5

// tableSize is that of a table: 26 lines of 26 letters and the end of a line.
const tableSize = 26 * 27

// oddsOf returns how much likelier, in nats, the error is for these letters than
// on the average of its kind.
func oddsOf(table int, a, b byte) float64 {
	a, b = a-'a', b-'a'
	if a >= 26 || b >= 26 {
		return 0
	}
	return letterStep * float64(int(letterTables[table*tableSize+int(a)*27+int(b)])-'m')
}

// letterOdds returns how much likelier an error of one letter in d, typed for e, is
// for its letters than on the average of its kind. Both are the texts in
// which the error was found.
func letterOdds(x edit, d, e string) float64 {
	switch {
	case x.want == 0 && x.got == 0:
		return 0
	case x.got == 0:
		if x.at == 0 {
			return 0
		}
		return oddsOf(tableDeleted, e[x.at-1], x.want)
	case x.want == 0:
		var after, before float64
		if x.at > 0 {
			after = oddsOf(tableInsertedAfter, d[x.at-1], x.got)
		}
		if x.at+1 < len(d) {
			before = oddsOf(tableInsertedBefore, d[x.at+1], x.got)
		}
		return (after + before) / 2
	case x.kind == Transposition:
		return oddsOf(tableTransposed, x.want, x.got)
	}
	return oddsOf(tableInstead, x.want, x.got)
}
