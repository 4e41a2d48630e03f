package content

import "bytes"

// Payment cards (ISO/IEC 7812): the length and first digits of a network, the
// check digit of Luhn, and a word that says that it is a card. A tenth of all
// numbers have the check digit, so that one without the word is none: order and
// tracking numbers look the same.

// How far the words of a card may be from its number, in bytes.
const (
	cardBefore = 160
	cardAfter  = 80
)

func cardWords() []string {
	return fields(`cc pan card cards cardholder cardnumber visa mastercard amex discover maestro cvv cvc expir kreditkarte karte kartennummer kreditkort kort carte carta tarjeta
		cartão cartao kaart kreditkaart creditcard karta karty kartă kartı kart luottokortti kortti kártya карта карты καρτα κάρτα カード 卡 카드 diners jcb unionpay`)
}

// otherNumbers are the words that say that a number is something else, where
// they stand nearer to it.
func otherNumbers() []string {
	return fields(`order invoice tracking shipment parcel ticket ref reference case serial sku authorisation authorization terminal member imei meid phone tel fax mobile customer id uuid
		bestell bestellnummer rechnung rechnungsnummer sendung sendungsnummer auftrag kundennummer vorgang commande facture suivi colis pedido factura seguimiento ordine fattura
		spedizione bestelling factuur zending zamówienie faktura article artikel isbn ean gtin part batch lot transaction trace request session build version
		rastreo encomenda nota número-de-serie isin voucher coupon gutschein serien`)
}

// cards counts the card numbers.
func (t *text) cards() (n int) {
	for i := t.from; i < t.until; {
		if !isDigit(t.raw[i]) {
			i++
			continue
		}
		end, digits := numberAt(t.raw, i)
		if isCard(digits) && t.standsAlone(i, end) && t.isAboutCard(i, end) {
			n++
		}
		i = end
	}
	return n
}

// numberAt reads a number with at most one space or dash between digits, the
// same one throughout, and returns its digits and end. Longer ones than any
// card are read to their end.
func numberAt(b []byte, at int) (end int, digits []byte) {
	var separator byte
	var store [24]byte
	digits = store[:0]
	group, groups := 0, 0
	for i := at; i < len(b); i++ {
		c := b[i]
		switch {
		case isDigit(c):
			if len(digits) < cap(store) {
				digits = append(digits, c)
			}
			group++
			end = i + 1
		case (c == ' ' || c == '-') && (separator == 0 || separator == c) && i+1 < len(b) && isDigit(b[i+1]):
			if separator = c; groups < 5 && (group < 3 || group > 7) {
				digits = append(digits[:0], 'x') // no card is written so
			}
			group, groups = 0, groups+1
		default:
			return end, digits
		}
	}
	return end, digits
}

// standsAlone reports a number that is no part of an identifier, address, path or
// fraction.
func (t *text) standsAlone(from, end int) bool {
	if from > 0 {
		switch c := t.raw[from-1]; {
		case isWordByte(c) && c < 0x80, c == '-', c == '_', c == '/', c == '.', c == '+', c == '=', c == '&', c == '@':
			return false
		}
	}
	if end < len(t.raw) {
		switch c := t.raw[end]; {
		case isWordByte(c) && c < 0x80, c == '-', c == '_', c == '/', c == '@', c == '=':
			return false
		case c == '.' && end+1 < len(t.raw) && isWordByte(t.raw[end+1]):
			return false
		}
	}
	return true
}

// isCard reports a card number by length, network and check digit.
func isCard(d []byte) bool {
	if len(d) < 13 || len(d) > 19 || d[0] == 'x' || !isNetwork(d) || !luhn(d) {
		return false
	}
	return bytes.Count(d, d[:1]) < len(d)-2 // not one digit over and over
}

// isNetwork reports the ranges that the networks issue.
func isNetwork(d []byte) bool {
	four := 0
	for _, c := range d[:4] {
		four = four*10 + int(c-'0')
	}
	switch n := len(d); {
	case d[0] == '4': // Visa
		return n == 13 || n == 16 || n == 19
	case four >= 5100 && four <= 5599, four >= 2221 && four <= 2720: // Mastercard
		return n == 16
	case four/100 == 34, four/100 == 37: // American Express
		return n == 15
	case four == 6011, four >= 6440 && four <= 6599: // Discover
		return n == 16 || n == 19
	case four >= 3528 && four <= 3589: // JCB
		return n == 16 || n == 19
	case four >= 3000 && four <= 3059, four/100 == 36, four/100 == 38, four/100 == 39: // Diners Club
		return n == 14 || n == 16
	case four/100 == 62: // UnionPay
		return n >= 16
	case four/100 == 50, four/100 >= 56 && four/100 <= 58, four/100 == 67: // Maestro
		return n == 16 || n == 18 || n == 19
	}
	return false
}

// luhn checks the last digit (ISO/IEC 7812-1 annex B).
func luhn(d []byte) bool {
	sum := 0
	for i := range d {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// isAboutCard reports whether the words around a number say that it is a card.
func (t *text) isAboutCard(from, end int) bool {
	before := t.before(from, cardBefore)
	card, other := lastOf(before, cardWords()), lastOf(before, otherNumbers())
	if card >= 0 || other >= 0 {
		return card > other
	}
	return hasWord(t.after(end, cardAfter), fields("cvv cvc csc expir exp valid gültig ablauf verfall valable caduc vence scad válid ważna geldig"))
}
