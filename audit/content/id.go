package content

import (
	"bytes"
	"strings"
)

// National numbers of persons: a word that names the number, and after it a
// number with the check digits of the country. Without the word there are too
// many numbers of that kind; without the check, other numbers beside the word.

// An idKind is the number of one country.
type idKind struct {
	words []string
	// letters is set where letters belong to the number.
	letters bool
	valid   func(number string) bool // in capitals, without separators
}

// idReach is how far a number may be after its word, in bytes.
const idReach = 60

func idKinds() []idKind {
	return []idKind{
		{fields("ssn social_security_number social_security_no"), false, isSSN},
		{fields("nino national_insurance"), true, isNINO},
		{fields("nhs_number nhs_no"), false, weighted(10, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)},
		{fields("steuer-id steuerid steuer-identifikationsnummer steueridentifikationsnummer steuerliche_identifikationsnummer idnr tax_id"), false, isSteuerID},
		{fields("sozialversicherungsnummer rentenversicherungsnummer versicherungsnummer sv-nummer rvnr"), true, isRVNR},
		{fields("sécurité_sociale securite_sociale nir numéro_de_sécu insee"), false, isNIR},
		{fields("dni nie nif documento_nacional"), true, isDNI},
		{fields("codice_fiscale cod._fiscale c.f."), true, isCodiceFiscale},
		{fields("bsn burgerservicenummer sofinummer"), false, isBSN},
		{fields("rijksregister registre_national numéro_national nationaal_nummer insz niss"), false, isRijksregister},
		{fields("pesel"), false, weightedSum(11, 10, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)},
		{fields("personnummer samordningsnummer personal_identity_number"), false, isPersonnummer},
		{fields("fødselsnummer fodselsnummer fødselsnr personnummer d-nummer"), false, isFodselsnummer},
		{fields("henkilötunnus hetu henkilotunnus"), true, isHetu},
		{fields("nif contribuinte número_de_contribuinte"), false, weightedRest(9, 9, 8, 7, 6, 5, 4, 3, 2)},
		{fields("cpf"), false, isCPF},
		{fields("ahv ahv-nummer avs ahv-nr numéro_avs sozialversicherungsnummer"), false, isAHV},
		{fields("aadhaar aadhar uidai"), false, isAadhaar},
		{fields("身份证 身份證 身份证号 resident_id id_card"), true, isResidentID},
		{fields("social_insurance sin_number assurance_sociale"), false, func(n string) bool { return allDigits(n, 9) && luhn([]byte(n)) }},
		{fields("tfn tax_file_number"), false, weightedSum(9, 11, 1, 4, 3, 7, 5, 8, 6, 9, 10)},
		{fields("kimlik tckn t.c._kimlik tc_kimlik"), false, isKimlik},
		{fields("cnp cod_numeric_personal"), false, isCNP},
		{fields("rodné_číslo rodne_cislo rodné rč"), false, isRodneCislo},
		{fields("egn егн"), false, isEGN},
		{fields("oib"), false, func(n string) bool { return allDigits(n, 11) && mod1110(n) }},
		{fields("south_african_id id_number identity_number"), false, isSouthAfricanID},
	}
}

// ids counts the numbers. One that is valid for two countries is one.
func (t *text) ids() (n int) {
	seen := map[int]bool{}
	t.lexicon.ids.each(t.lower, t.from, t.until, func(at int, w indexed) {
		if !wordEnds(t.lower, at+len(w.word), string(w.word)) {
			return
		}
		begin, ok := t.idAfter(at+len(w.word), &t.lexicon.kinds[w.n])
		if ok && !seen[begin] {
			seen[begin] = true
			n++
		}
	})
	return n
}

// idAfter looks for a valid number in the words after a place.
func (t *text) idAfter(at int, k *idKind) (begin int, ok bool) {
	end := min(len(t.raw), at+idReach)
	for i := at; i < end; i++ {
		if isIDByte(t.raw[i-1]) || t.raw[i-1] >= 0x80 || !isIDByte(t.raw[i]) {
			continue
		}
		if number := idAt(t.raw[i:], k.letters); len(number) >= 8 && k.valid(number) {
			return i, true
		}
	}
	return 0, false
}

func isIDByte(c byte) bool { return c < 0x80 && isWordByte(c) }

// maxID is the longest number with its separators, in bytes.
const maxID = 30

// idAt reads a number with its separators, of which there is one at a time, and
// returns it without, in capitals; "" for what goes on as something else.
func idAt(b []byte, letters bool) string {
	b = b[:min(len(b), maxID)]
	var out []byte
	for i, c := range b {
		switch {
		case isDigit(c) || letters && isIDByte(c):
			out = append(out, c)
		case isIDByte(c):
			return ""
		case strings.IndexByte(" -./+", c) < 0 || i+1 == len(b) || !isIDByte(b[i+1]):
			return string(bytes.ToUpper(out))
		case isDigit(b[i+1]) || letters && isLoneLetter(b[i-1:]):
		case c == ' ' || c == '.':
			return string(bytes.ToUpper(out))
		default:
			return ""
		}
	}
	return string(bytes.ToUpper(out))
}

// isLoneLetter reports a digit, a separator and one letter: "56 C".
func isLoneLetter(b []byte) bool {
	return isDigit(b[0]) && (len(b) == 3 || !isIDByte(b[3]) || isDigit(b[3]))
}
