package content

import (
	"strings"
)

// The check digits of the numbers of persons, each as its country defines it.

func allDigits(n string, length int) bool {
	if len(n) != length {
		return false
	}
	for i := range len(n) {
		if !isDigit(n[i]) {
			return false
		}
	}
	return strings.Trim(n, n[:1]) != "" // not one digit over and over
}

func sum(n string, weights ...int) (s int) {
	for i, w := range weights {
		s += w * int(n[i]-'0')
	}
	return s
}

// weighted checks that the last digit is 11 less the rest of the weighted sum of
// those before it.
func weighted(length, modulus int, weights ...int) func(string) bool {
	return func(n string) bool {
		if !allDigits(n, length) {
			return false
		}
		check := (modulus - sum(n, weights...)%modulus) % modulus
		return check < 10 && check == int(n[length-1]-'0')
	}
}

// weightedSum checks that the weighted sum of all digits is a multiple.
func weightedSum(length, modulus int, weights ...int) func(string) bool {
	return func(n string) bool { return allDigits(n, length) && sum(n, weights...)%modulus == 0 }
}

// weightedRest is Portugal's: as weighted, and 10 is written 0.
func weightedRest(length int, weights ...int) func(string) bool {
	return func(n string) bool {
		if !allDigits(n, length) || strings.IndexByte("1235689", n[0]) < 0 {
			return false
		}
		check := 11 - sum(n, weights...)%11
		if check > 9 {
			check = 0
		}
		return check == int(n[length-1]-'0')
	}
}

// isSSN checks the parts that the Social Security Administration never issues;
// there is no check digit.
func isSSN(n string) bool {
	return allDigits(n, 9) && n[:3] != "000" && n[:3] != "666" && n[0] != '9' && n[3:5] != "00" && n[5:] != "0000"
}

// isNINO: two letters, six digits, A to D; D, F, I, Q, U and V are no first
// letters (HMRC NIM39110). There is no check digit.
func isNINO(n string) bool {
	return hasForm([]byte(n), "2a6n1a") && !strings.ContainsAny(n[:2], "DFIQUV") && n[1] != 'O' && n[8] <= 'D'
}

// isSteuerID: ISO 7064 MOD 11,10, and one digit that repeats.
func isSteuerID(n string) bool {
	return allDigits(n, 11) && n[0] != '0' && mod1110(n)
}

// mod1110 checks the last digit (ISO 7064 MOD 11,10).
func mod1110(n string) bool {
	if !allDigits(n, len(n)) {
		return false
	}
	p := 10
	for i := range len(n) - 1 {
		s := (int(n[i]-'0') + p) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (11-p)%10 == int(n[len(n)-1]-'0')
}

// isRVNR: area, birthday, letter, serial, check digit over the sum of digits.
func isRVNR(n string) bool {
	if !hasForm([]byte(n), "8n1a3n") {
		return false
	}
	letter := int(n[8]-'A') + 1
	digits := n[:8] + string([]byte{byte('0' + letter/10), byte('0' + letter%10)}) + n[9:]
	total := 0
	for i, w := range []int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
		v := w * int(digits[i]-'0')
		total += v/10 + v%10
	}
	return total%10 == int(digits[12]-'0')
}

// isNIR: 13 digits and a key of 97 less their rest.
func isNIR(n string) bool {
	if !allDigits(n, 15) || strings.IndexByte("12378", n[0]) < 0 {
		return false
	}
	rest := 0
	for i := range 13 {
		rest = (rest*10 + int(n[i]-'0')) % 97
	}
	return 97-rest == int(n[13]-'0')*10+int(n[14]-'0')
}

// isDNI: eight digits and a letter by their rest of 23; foreigners begin with X,
// Y or Z for 0, 1 or 2.
func isDNI(n string) bool {
	if len(n) != 9 {
		return false
	}
	if i := strings.IndexByte("XYZ", n[0]); i >= 0 {
		n = string([]byte{byte('0' + i)}) + n[1:]
	}
	if !hasForm([]byte(n), "8n1a") {
		return false
	}
	rest := 0
	for i := range 8 {
		rest = (rest*10 + int(n[i]-'0')) % 23
	}
	return "TRWAGMYFPDXBNJZSQVHLCKE"[rest] == n[8]
}

// isCodiceFiscale: 15 letters and digits and a check letter (DM 23/12/1976).
func isCodiceFiscale(n string) bool {
	if len(n) != 16 || !hasForm([]byte(n), "6a2c1a2c1a3c1a") {
		return false
	}
	odd := [...]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	total := 0
	for i := range 15 {
		v := int(n[i] - 'A')
		if isDigit(n[i]) {
			v = int(n[i] - '0')
		}
		if i%2 == 0 {
			v = odd[v]
		}
		total += v
	}
	return byte('A'+total%26) == n[15]
}

// isBSN: nine digits, the last with weight -1, a multiple of 11.
func isBSN(n string) bool {
	if len(n) == 8 {
		n = "0" + n
	}
	return allDigits(n, 9) && sum(n, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
}

// isRijksregister: 97 less the rest of the first nine digits, with a 2 before
// them for who was born since 2000.
func isRijksregister(n string) bool {
	if !allDigits(n, 11) {
		return false
	}
	number := 0
	for i := range 9 {
		number = number*10 + int(n[i]-'0')
	}
	check := int(n[9]-'0')*10 + int(n[10]-'0')
	return 97-number%97 == check || 97-(2_000_000_000+number)%97 == check
}

// isPersonnummer: a date, three digits and that of Luhn; the century may stand
// before it, and + for - at a hundred years.
func isPersonnummer(n string) bool {
	n = strings.ReplaceAll(n, "+", "")
	if len(n) == 12 {
		n = n[2:]
	}
	return allDigits(n, 10) && isMonth(n[2:4]) && luhn([]byte(n))
}

func isMonth(mm string) bool { return mm >= "01" && mm <= "12" }

// isFodselsnummer: two check digits.
func isFodselsnummer(n string) bool {
	if !allDigits(n, 11) {
		return false
	}
	return sum(n, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && sum(n, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// isHetu: a date, a sign of the century that idAt leaves out if it is one of
// its separators, three digits and a check character by the rest of 31.
func isHetu(n string) bool {
	if len(n) == 11 {
		n = n[:6] + n[7:]
	}
	if len(n) != 10 || !allDigits(n[:9], 9) {
		return false
	}
	rest := 0
	for i := range 9 {
		rest = (rest*10 + int(n[i]-'0')) % 31
	}
	return "0123456789ABCDEFHJKLMNPRSTUVWXY"[rest] == n[9]
}

// isCPF: two check digits by the rest of 11.
func isCPF(n string) bool {
	if !allDigits(n, 11) {
		return false
	}
	first := sum(n, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := sum(n, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return first == int(n[9]-'0') && second == int(n[10]-'0')
}

// isAHV: 756 and the check digit of EAN-13.
func isAHV(n string) bool {
	return strings.HasPrefix(n, "756") && allDigits(n, 13) && sum(n, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// isAadhaar: the check digit of Verhoeff (Algorithmic fault detection, 1969).
func isAadhaar(n string) bool {
	if !allDigits(n, 12) || n[0] < '2' {
		return false
	}
	permutation := [8]string{"0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"}
	c := 0
	for i := range 12 {
		v := int(permutation[i%8][n[11-i]-'0'] - '0')
		c = dihedral(c, v)
	}
	return c == 0
}

// dihedral multiplies in the group of the symmetries of the pentagon.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return (a+b-5)%5 + 5
	case b < 5:
		return (a-5-b+5)%5 + 5
	}
	return (a - b + 5) % 5
}

// isResidentID: 17 digits and a check character (GB 11643, ISO 7064 MOD 11-2).
func isResidentID(n string) bool {
	if len(n) != 18 || !allDigits(n[:17], 17) || !isMonth(n[10:12]) {
		return false
	}
	return "10X98765432"[sum(n, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11] == n[17]
}

// isKimlik: two check digits.
func isKimlik(n string) bool {
	if !allDigits(n, 11) || n[0] == '0' {
		return false
	}
	tenth := (sum(n, 7, -1, 7, -1, 7, -1, 7, -1, 7)%10 + 10) % 10
	return tenth == int(n[9]-'0') && sum(n, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)%10 == int(n[10]-'0')
}

// isCNP: the rest of 11, and 10 is written 1.
func isCNP(n string) bool {
	if !allDigits(n, 13) || n[0] == '0' || !isMonth(n[3:5]) {
		return false
	}
	check := sum(n, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if check == 10 {
		check = 1
	}
	return check == int(n[12]-'0')
}

// isRodneCislo: ten digits, a multiple of 11.
func isRodneCislo(n string) bool {
	if !allDigits(n, 10) {
		return false
	}
	rest := 0
	for i := range 10 {
		rest = (rest*10 + int(n[i]-'0')) % 11
	}
	return rest == 0
}

// isEGN: the rest of 11, and 10 is written 0.
func isEGN(n string) bool {
	return allDigits(n, 10) && sum(n, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(n[9]-'0')
}

// isSouthAfricanID: a date, and the check digit of Luhn.
func isSouthAfricanID(n string) bool {
	return allDigits(n, 13) && isMonth(n[2:4]) && luhn([]byte(n))
}
