package content

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// The set: mails as people write them, made of templates with numbers drawn
// again. The ordinary ones hold what looks like the sensitive: order and
// tracking numbers with the check digit of a card, references that begin like
// an account, code that handles passwords, mail about passwords, invitations to
// meetings, clinics and hotels in passing.
const (
	ordinaryMails  = 2000
	sensitiveMails = 300
)

// A drawer draws what templates name in braces.
type drawer struct{ *rand.Rand }

func (d drawer) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + d.IntN(10))
	}
	return string(b)
}

func (d drawer) from(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[d.IntN(len(alphabet))]
	}
	return string(b)
}

func (d drawer) of(list string) string { f := strings.Fields(list); return f[d.IntN(len(f))] }

const alnum = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"

// card draws a number that is right, in one of the ways to write it.
func (d drawer) card(grouped bool) string {
	prefix := d.of("4 4 4 51 53 55 2221 37 6011 3530")
	n := 16
	if prefix == "37" {
		n = 15
	}
	number := prefix + d.digits(n-len(prefix)-1)
	for c := '0'; c <= '9'; c++ {
		if luhn([]byte(number + string(c))) {
			number += string(c)
			break
		}
	}
	if !grouped || n == 15 {
		return number
	}
	sep := d.of("- _ _")
	return strings.ReplaceAll(number[:4]+sep+number[4:8]+sep+number[8:12]+sep+number[12:], "_", " ")
}

// iban draws an account number that is right.
func (d drawer) iban() string {
	country := d.of("DE FR ES IT NL GB PL AT BE CH SE NO DK PT")
	length, form := ibanFormat(country)
	bban := ""
	for form != "" {
		n := 0
		for isDigit(form[0]) {
			n, form = n*10+int(form[0]-'0'), form[1:]
		}
		if form[0] == 'n' {
			bban += d.digits(n)
		} else {
			bban += d.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ", n)
		}
		form = form[1:]
	}
	for check := range 97 {
		iban := fmt.Sprintf("%s%02d%s", country, check+2, bban)
		if len(iban) == length && mod97([]byte(iban)) {
			if d.IntN(2) == 0 {
				return iban
			}
			var groups []string
			for len(iban) > 4 {
				groups, iban = append(groups, iban[:4]), iban[4:]
			}
			return strings.Join(append(groups, iban), " ")
		}
	}
	panic("no check digits")
}

// id draws a number of a person, with its word.
func (d drawer) id() string {
	try := func(word string, length int, valid func(string) bool) string {
		for {
			if n := d.digits(length); valid(n) {
				return word + n
			}
		}
	}
	switch d.IntN(8) {
	case 0:
		return try("Steuer-ID: ", 11, isSteuerID)
	case 1:
		return try("BSN ", 9, isBSN)
	case 2:
		return try("PESEL: ", 11, idKinds()[10].valid)
	case 3:
		n := try("SSN: ", 9, isSSN)
		return n[:8] + "-" + n[8:10] + "-" + n[10:]
	case 4:
		return try("NHS number ", 10, idKinds()[2].valid)
	case 5:
		return try("CPF: ", 11, isCPF)
	case 6:
		n := 10_000_000 + d.IntN(80_000_000)
		return fmt.Sprintf("DNI: %d%c", n, "TRWAGMYFPDXBNJZSQVHLCKE"[n%23])
	}
	return try("personnummer ", 10, isPersonnummer)
}

func (d drawer) password() string {
	switch d.IntN(4) {
	case 0:
		return d.of("Sommer Winter Luna Azerty kiwi Fiets Hund") + d.digits(2+d.IntN(3)) + d.of("! ? # $ *")
	case 1:
		return d.from(alnum, 6) + d.digits(1) + d.from(alnum, 4)
	case 2:
		return d.of("blue-horse red.lamp green_tree") + "-" + d.digits(2)
	}
	return d.from(alnum+"!#$%*+", 9) + d.digits(2)
}

func (d drawer) uuid() string {
	h := d.from("0123456789abcdef", 32)
	u := h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	if d.IntN(2) == 0 {
		u = strings.ToUpper(u)
	}
	return u
}

// fill replaces the names in braces.
func (d drawer) fill(template string) string {
	for {
		i := strings.IndexByte(template, '{')
		if i < 0 {
			return template
		}
		name, rest, _ := strings.Cut(template[i+1:], "}")
		template = template[:i] + d.draw(name) + rest
	}
}

func (d drawer) draw(name string) string {
	switch name {
	case "card":
		return d.card(d.IntN(2) == 0)
	case "cardlike":
		return d.card(false)
	case "iban":
		return d.iban()
	case "ibanlike":
		return d.of("DE FR GB NL ES") + d.digits(2+d.IntN(20))
	case "id":
		return d.id()
	case "password":
		return d.password()
	case "uuid":
		return d.uuid()
	case "hex":
		return d.from("0123456789abcdef", 40)
	case "token":
		switch d.IntN(4) {
		case 0:
			return "AKIA" + d.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
		case 1:
			return "ghp_" + d.from(alnum, 36)
		case 2:
			return "xoxb-" + d.digits(12) + "-" + d.from(alnum, 24)
		}
		return "sk_live_" + d.from(alnum, 24)
	case "key":
		return "-----" + "BEGIN " + strings.ReplaceAll(d.of("RSA_PRIVATE_KEY OPENSSH_PRIVATE_KEY PRIVATE_KEY EC_PRIVATE_KEY"), "_", " ") + "-----\n" + d.from(alnum+"+/", 64) + "\n" + d.from(alnum+"+/", 64)
	case "phone":
		return d.of("+49 +44 +1 +33 0") + " " + d.digits(3) + " " + d.digits(7)
	case "name":
		return d.of("Anna Bob Chiara Dmitri Eva Farid Greta Hugo Ines Jonas Kim Lena")
	case "n":
		return d.digits(1 + d.IntN(5))
	case "n10":
		return d.digits(10)
	case "n16":
		return d.digits(16)
	case "ip":
		return fmt.Sprintf("192.0.2.%d", d.IntN(256))
	case "date":
		return fmt.Sprintf("2026-%02d-%02d", 1+d.IntN(12), 1+d.IntN(28))
	case "track":
		return "1Z" + d.from("0123456789ABCDEFGHJKLMNPRSTUVWXY", 16)
	}
	panic(name)
}

func ordinaryTemplates() []string {
	return []string{
		"Hi {name},\nyour order {cardlike} has shipped. Tracking number {track}.\nThanks", "Order confirmation no. {cardlike}. Paid by credit card ending in {n}. Invoice {n10}.",
		"Bestellnummer {cardlike}\nDie Rechnung {n10} wurde mit Ihrer Kreditkarte bezahlt.\nViele Grüße, {name}", "Commande n° {cardlike} : votre colis {track} arrive le {date}.", "Su pedido {cardlike} ha sido enviado el {date}.",
		"Ticket {uuid} was assigned to {name}. See https://help.corp.example/t/{cardlike}?card=1", "Build {n} failed at commit {hex}\nid={uuid}\nsession {cardlike}", "Call me at {phone} or {phone}, {name}",
		"{date} 09:12:44 host sshd[{n}]: Failed password for root from {ip} port {n} ssh2\n{date} 09:12:45 host sshd[{n}]: Accepted publickey for {name} from {ip}",
		"def login(user, password):\n    token = os.environ['TOKEN']\n    if password == settings.PASSWORD:\n        return sign(user, token)\n# {name}, please review",
		"services:\n  db:\n    password: process.env.DB_PASSWORD\n    user: app\nreviewed by {name}", "spring.datasource.password=$" + "DB_PASSWORD\nspring.datasource.url=jdbc:x://db:{n}/app",
		"Your password will expire in {n} days. Change it at https://id.corp.example. We never ask for your password.", "You asked to reset your password. Password reset link: https://id.corp.example/r/{hex}\nIf it was not you, ignore this.",
		"Hallo {name},\ndas Passwort schicke ich dir gleich per SMS. Passwort: folgt separat.\nGruß", "Le mot de passe vous sera envoyé séparément. Mot de passe : voir SMS", "La contraseña se envía aparte. Contraseña: ver mensaje",
		"Username: {name}\nPassword: ********\nLogin at https://portal.corp.example", "Join the meeting\nMeeting ID: {n10}\nPasscode: {n}aB\nDial-in {phone},,{n10}#", "Topic: weekly\nhttps://zoom.example/j/{n10}\nMeeting ID: {n10}\nPassword: {n}x9",
		"Invoice {n10}, customer reference {ibanlike}, amount EUR {n}.00, due {date}", "Rechnung {n10}: bitte überweisen Sie den Betrag. Unsere Referenz: {ibanlike}. Danke, {name}", "Container {ibanlike} arrives on {date}, seal {n10}",
		"Meeting moved to {date}, room {n}. {name} brings the slides, {name} the hotel list.", "Our hotel contract for the conference is signed; {name} books the dinner for {n} people.",
		"The hospital project: server {ip} is up, {name} migrates on {date}.", "The doctor's office called back about the printer contract no {n16}.", "Serial {n16}, IMEI {cardlike}, warranty until {date}",
		"Flight of ideas: {n} new ones since {date}. Regards, {name}", "Part {n10} of batch {n16} was scrapped.\nISBN 978-{n10}\nEAN {n10}{n}", "UUID {uuid}\nUUID {uuid}\ncorrelation {hex}", "AWS region eu-central-1, bucket b-{n10}, key AKIA..., see vault.",
		"Dear {name}, the minutes are attached. Next date {date}. Best", "Hej {name}, mötet flyttas till {date}. Ring {phone}. Hälsningar", "Ciao {name}, la riunione è il {date}, sala {n}. Il numero è {phone}.", "Hoi {name}, de vergadering is op {date}. Factuur {n10} volgt.",
		"GET /api/v1/cards/{cardlike} 200 {n}ms\nGET /api/v1/orders/{n16} 404\npassword_hash=$2b$12$abcdefgh", "INSERT INTO users (name, password) VALUES (?, ?); -- {name}", "The card reader at gate {n} is broken, case number {cardlike}.",
		"Passwords: new policy\nPassword policy: at least 12 characters, password manager required.\nPassword hint: none", "SSN fields must be masked (format 000-00-0000), says {name}.", "IBAN check is in PR {n}: reject DE00000000000000000000", "PIN-Code Eingabe funktioniert nicht, Gerät {n10}, Raum {n}",
		"My old password was too short, now it has {n} characters.", "Passwords are like toothbrushes: change them often, says {name}.", "WLAN-Passwort steht am Empfang, Raum {n}.", "Wifi password: ask reception, floor {n}",
		"The password is the name of the project plus the year.", "Your card was charged EUR {n}.00. Reference: {cardlike}", "Paid with Visa ending {n}; transaction {cardlike}.", "Payment by Mastercard\nAuthorisation {n10}\nTerminal {cardlike}",
		"Password Sha256 is no word for it; {name} means the hash function.", "1Password 8 is out, password manager of the year. {n} off", "Secret Santa: draw a name by {date}! Secret: surprise", "The API key rotation is on {date}. API key: rotated by {name}",
		"Please find the pain points of the migration in the list. {name}", "New train timetable from {date}, gate {n} closed.", "Password for guests has changed; ask {name}.", "PIN: see letter", "kein Passwort nötig, {name}",
		"assert login('{name}', password='') is None\nassert resp.status == {n}", "password: <your password>\nuser: <your name>", "iban: DE..\nvat DE{n10}", "git clone https://git.corp.example/x.git\nPassword for 'https://{name}@git.corp.example':",
		"Voucher {cardlike} for your gift card order is valid until {date}.", "Phone list: {name} {phone}, {name} {phone}, {name} {n16}",
	}
}

func sensitiveTemplates() map[Class][]string {
	return map[Class][]string{
		Credentials: {
			"Hi {name},\nyour account is ready.\nUser: {name}\nPassword: {password}\nPlease change it.", "The password for the archive is {password}, {name}", "Hallo {name},\nBenutzer: {name}\nPasswort: {password}\nGruß", "Das Kennwort lautet: {password}",
			"Bonjour,\nidentifiant : {name}\nmot de passe : {password}\nCordialement", "Usuario: {name}\nContraseña: {password}", "Nome utente {name}\npassword={password}\n", "Wachtwoord: {password}", "Login {name}, hasło: {password}", "логин {name}\nпароль: {password}",
			"export AWS_ACCESS_KEY_ID={token}", "use this token: {token} until {date}", "here is my key\n{key}\n", "pwd: {password}\nhost: {ip}", "DB_PASSWORD={password}\nDB_HOST={ip}", "postgres://app:{hex}@{ip}/app", "Lösenord: {password}\nMvh {name}", "senha: {password}",
			"Username {name}\nPassword {password}x7\n", "log in as {name}, password \"{password}x7\"", "user/pass: admin/{password}", "login: {name}, password: {password}", "Wi-Fi password = {password}7", "temporary password for {name}: {password}7",
		},
		PaymentCard: {
			"Please book with my card {card}, exp 09/28, CVV {n}", "Visa {card}\nvalid thru 11/27\n{name}", "Kreditkarte: {card}, gültig bis 10/28", "Carte bancaire : {card}, expire 09/27", "Tarjeta de crédito {card}, caduca 08/27", "Carta di credito: {card} scad. 10/27",
			"Credit card number: {card}", "Mastercard {card} for the deposit, order follows", "номер карты {card}", "Kaartnummer {card}", "CC# {card} exp 11/28", "Card\tExp\n{card}\t09/27", "please charge my debit card: {card}",
		},
		BankAccount: {"Please transfer to {iban}.\n{name}", "IBAN: {iban}\nBIC: COBADEFFXXX", "Meine neue Bankverbindung: {iban}", "Voici mon RIB : {iban}", "Número de cuenta {iban}", "coordinate bancarie: {iban}", "rekening {iban} t.n.v. {name}", "({iban})", "to {iban}, thanks"},
		NationalID:  {"For payroll: {id}", "New hire {name}, {id}, starts {date}", "Formular anbei. {id}.", "{name}\n{id}\n{phone}"},
		Health: {
			"{name}'s biopsy came back; the oncologist starts chemotherapy on {date}. Prescription attached.", "Der Befund der Patientin liegt vor, MRT am {date}, Medikamente wie besprochen.", "Le diagnostic du patient : IRM le {date}, ordonnance jointe.",
			"El paciente tiene diabetes; receta y análisis de sangre el {date}", "Sick note attached: diagnosis depression, medication changed, doctor {name}.", "HIV test positive, CD4 count low; antiretroviral treatment plan discussed on {date}.", "Lab results: hepatitis. Dosage twice daily. Dr {name}", "Entlassbrief: Herzinfarkt am {date}, EKG und Laborwerte anbei",
			"Blood pressure high, the patient has asthma and takes insulin since {date}.",
		},
		Travel: {
			"Itinerary for General {name}: flight LH{n} on {date}, hotel Astoria room {n}, departure 09:10 from gate {n}.", "Flug LH{n}, Abflug {date}, Hotel Adler, Buchungscode XK{n}", "Vol AF{n}, départ le {date}, hôtel du Lac, référence {n10}",
			"I am arriving {date} at the airport, staying at the hotel Astor, room {n}; driver please. Flight UA{n}", "Your reservation: train to Paris, seat 45, departure 10:12",
			"Boarding pass attached. Passport number follows. Airport transfer at {n}:30, check-in from noon.", "Vuelo IB{n}, llegada {date}, hotel Sol, pasaporte en regla", "Volo AZ{n}, partenza {date}, arrivo a Roma, hotel Centrale",
		},
	}
}

// mail puts around a template what stands in every mail.
func (d drawer) mail(template string) string {
	closing := d.of("Best Regards Thanks Grüße Cordialement Saludos")
	return "Hello,\n\n" + d.fill(template) + "\n\n" + closing + "\n-- \n" + d.fill("{name}, {phone}\nCorp Example, Main Street {n}")
}

// TestFigures: precision and recall on the set, for all and for each class, and
// no false card or account.
func TestFigures(t *testing.T) {
	t.Parallel()
	d := drawer{rand.New(rand.NewPCG(5, 2026))}
	ordinary := ordinaryTemplates()
	type score struct{ right, wrong, missed int }
	scores := map[Class]*score{}
	for _, c := range classes() {
		scores[c] = &score{}
	}
	var total score
	s := NewSearcher()
	judge := func(mail string, truth Class) {
		got := map[Class]bool{}
		s.Reset()
		s.Write([]byte(mail))
		s.End()
		for _, f := range s.Found() {
			got[f.Class] = true
		}
		for c := range got {
			if c != truth {
				scores[c].wrong++
				t.Logf("%s, not %q, in %q", c, truth, mail)
			}
		}
		switch {
		case truth == "" && len(got) > 0:
			total.wrong++
		case truth != "" && got[truth]:
			total.right++
			scores[truth].right++
		case truth != "":
			total.missed++
			scores[truth].missed++
			t.Logf("no %s in %q", truth, mail)
		}
	}
	for i := range ordinaryMails {
		judge(d.mail(ordinary[i%len(ordinary)]), "")
	}
	sensitive, all := sensitiveTemplates(), classes()
	for i := range sensitiveMails {
		class := all[i%len(all)]
		judge(d.mail(sensitive[class][i/len(all)%len(sensitive[class])]), class)
	}
	figures := func(name string, s *score) {
		precision := float64(s.right) / float64(s.right+s.wrong)
		recall := float64(s.right) / float64(s.right+s.missed)
		t.Logf("%-12s precision %.3f, recall %.3f (%d right, %d wrong, %d missed)", name, precision, recall, s.right, s.wrong, s.missed)
		if precision < 0.9 || recall < 0.9 {
			t.Errorf("%s: precision %.3f, recall %.3f", name, precision, recall)
		}
	}
	for _, c := range classes() {
		figures(string(c), scores[c])
	}
	figures("all", &total)
	if scores[PaymentCard].wrong+scores[BankAccount].wrong > 0 {
		t.Error("false alarms of cards or accounts")
	}
}
