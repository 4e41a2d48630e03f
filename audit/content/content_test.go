package content

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// found searches one text and writes what was found as "class count".
func found(text string) (out []string) {
	s := NewSearcher()
	s.Write([]byte(text))
	s.End()
	for _, f := range s.Found() {
		out = append(out, fmt.Sprintf("%s %d", f.Class, f.Count))
	}
	return out
}

// TestSensitive: one class, once, in each text.
func TestSensitive(t *testing.T) {
	t.Parallel()
	for class, texts := range map[Class][]string{
		Credentials: {
			"Password: Tr0ub4dor&3", "password is Tr0ub4dor3 for now", "the password for the archive is: kiwi-42", "Passwort: Sommer2026!", "Das Kennwort lautet xK9#pq2L", "Mot de passe : Azerty99",
			"contraseña: Luna2024", "La contraseña es Luna2024.", "wachtwoord: fiets123", "hasło: zaq12wsx", "пароль: qwe123rty", "パスワード：abc12345", "密码: hunter22", "Lösenord: sommar-88", "senha: brasil10",
			"user: root\r\npwd=S3cr3t!x\r\n", "DB_PASSWORD=pgs-8812-zx", `password = "hunter2"`, "Password:\n  Xy7!kkPq\n", "PIN: 4711", "API key: 9f8a7c6e5d4b3a21",
			"Initial password: changeme123", "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5", "비밀번호: qwer1234",
			"password: correcthorse", "<Passwort> ist: Regen77",
			"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA75hGr1\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nAAAAC3NzaC1lZDI1NTE5",
			"use " + "AKIA" + "Q4ZLN7PRT2WX5YB3" + " there", "export T=" + "ghp_" + strings.Repeat("aB3dE9", 6), "postgres://app:s3cr3tpw@db.corp.example/x",
		},
		PaymentCard: {
			"Card number 4111 1111 1111 1111, exp 09/27", "Visa 4539148803436467", "my amex is 3714 496353 98431", "Kreditkarte: 5555-5555-5555-4444", "4012 8888 8888 1881 CVV 123", "Numéro de carte 5105105105105100",
			"карта 4111111111111111", "card 6011\u00a00009\u00a09013\u00a09424",
		},
		BankAccount: {
			"DE89 3704 0044 0532 0130 00", "IBAN: GB29NWBK60161331926819.", "FR1420041010050500013M02606", "NL91ABNA0417164300", "CH93 0076 2011 6238 5295 7", "ES9121000418450200051332",
			"IT60X0542811101000000123456", "(BE68 5390 0754 7034)", "PL61109010140000071219812874", "NO9386011117947",
		},
		NationalID: {
			"SSN: 536-22-8714", "My National Insurance number is QQ 12 34 56 C? No, AB 12 34 56 C", "NHS number 943 476 5919", "Steuer-ID: 86 095 742 719", "Sozialversicherungsnummer 65 170839 J 003",
			"numéro de sécurité sociale 2 55 08 14 168 025 38", "DNI 12345678Z", "NIE: X1234567L", "codice fiscale RSSMRA85T10A562S", "BSN 111222333 en", "Rijksregister 85.07.30-033.28", "PESEL 44051401359",
			"personnummer 811218-9876", "HETU 131052-308T", "CPF 111.444.777-35", "AHV-Nummer 756.9217.0769.85", "身份证号 11010519491231002X", "SIN number 046 454 286", "TFN 123 456 782",
			"T.C. kimlik 10000000146", "CNP 1800101221144", "OIB 69435151530",
		},
		Health: {
			"the patient was diagnosed, see the MRI", "Befund und Rezept liegen beim Hausarzt", "biopsia, quimioterapia y ordonnance", "Your blood test and prescription are at the clinic.",
		},
		Travel: {
			"Itinerary: flight LH 400, hotel Astoria, departure 9:00", "Flug und Hotel gebucht, Abflug 9 Uhr", "vuelo, pasaporte y tarjeta de embarque",
		},
	} {
		for _, text := range texts {
			got := found(text)
			if len(got) != 1 || !strings.HasPrefix(got[0], string(class)+" ") || !Class(class).IsPossible() && got[0] != string(class)+" 1" {
				t.Errorf("%s: %q: %q", class, text, got)
			}
		}
	}
}

// TestOrdinary: what looks like it and is not.
func TestOrdinary(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Order number 4539148803436467 has shipped", "paid by card. Tracking: 4111 1111 1111 1111", "id=4539148803436467", "4111 1111 1111 1112 card", "card 4111-1111 1111-1111", "card 0000 0000 0000 0000",
		"gift card order no. 4539148803436467", "12345678901234567890 card", "https://corp.example/card/4539148803436467",
		"DE89 3704 0044 0532 0130 01", "DE89370400440532013000AB", "XX89370400440532013000", "token-DE89370400440532013000", "SE45", "550E8400-E29B-41D4-A716-446655440000",
		"Password: ********", "password: see attachment", "Your password will expire in 5 days", "Password reset link: https://corp.example/r?x=9", "Passwort: wird separat geschickt", "Failed password for root from 192.0.2.1 port 22",
		"password = os.environ['DB_PASSWORD']", "password: ${DB_PASS}", "def login(user, password: str): pass", "String password = request.getParameter(\"password\");", "Password:\nRemember me\n", "password: string;",
		"The password is case-sensitive.", "Password last changed: 2026-11-03", "password policy: at least 12 characters", "Username:\nPassword:\nSubmit\n", "palabras clave: marketing", "postgres://user:pass@host/db",
		"https://corp.example:8080/a@b", "a private key (-----BEGIN PRIVATE KEY-----) must never be mailed", "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBg\n",
		"Meeting ID: 812 3456 7890\nPasscode: 4kD9xz", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "SSN format is 000-00-0000", "ssn: 000-12-3456", "PESEL 44051401358", "call 536-22-8714", "steuer-id 86 095 742 718",
		"password: required|min:8", "let password = form.password1;", "the pass is 2300m high", "https://news.example/u?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3",
		"Hotel and flight are on you", "the patient reader", "We diagnose network problems; see the hospital contract",
	} {
		if got := found(text); got != nil {
			t.Errorf("%q: got %q, want none", text, got)
		}
	}
}

// TestPieces: the same is found in whatever pieces a text comes, and wherever
// in it.
func TestPieces(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 10, window - 700, window - 520, window - 10, 3*window - 515, 200_000} {
		text := strings.Repeat("Ordinary words go on. ", before/22+1)[:before] + "\nCard 4111 1111 1111 1111 password: Tr0ub4dor3 IBAN DE89370400440532013000\n" + strings.Repeat("More of them. ", 3000)
		want := []string{"bank-account 1", "credentials 1", "payment-card 1"}
		for _, size := range []int{1 << 20, 32 << 10, 1000, 17} {
			s := NewSearcher()
			for b := []byte(text); len(b) > 0; {
				n := min(size, len(b))
				s.Write(b[:n])
				b = b[n:]
			}
			s.End()
			var got []string
			for _, f := range s.Found() {
				got = append(got, fmt.Sprintf("%s %d", f.Class, f.Count))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("after %d bytes, in pieces of %d: %s", before, size, diff)
			}
		}
	}
}

// TestTextsAreApart: words of one text do not explain numbers of the next.
func TestTextsAreApart(t *testing.T) {
	t.Parallel()
	s := NewSearcher()
	for _, text := range []string{"Credit card", "4111 1111 1111 1111", "patient", "MRI", "biopsy"} {
		s.Write([]byte(text))
		s.End()
	}
	if got := s.Found(); got != nil {
		t.Error(got)
	}
}

// TestMaxText: what is beyond the bound is not searched, and that is said.
func TestMaxText(t *testing.T) {
	t.Parallel()
	s := NewSearcher()
	s.left = 1000
	s.Write([]byte("pwd: Tr0ub4dor3\n" + strings.Repeat("word ", 100)))
	if s.Full() {
		t.Error("full before the bound")
	}
	s.Write([]byte(strings.Repeat("word ", 150)))
	s.Write([]byte("\npassword: Tr0ub4dor3"))
	s.End()
	if got := s.Found(); len(got) != 1 || got[0].Count != 1 || !s.Full() {
		t.Error(got, s.Full())
	}
	if s.Reset(); s.Found() != nil || s.Full() {
		t.Error("not as new")
	}
}

func FuzzSearcher(f *testing.F) {
	for _, seed := range []string{"password: x1y2", "card 4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "DNI 12345678Z", "flight hotel itinerary", "ghp_", "-----BEGIN PRIVATE KEY-----"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for range 2 {
			s := NewSearcher()
			s.Write([]byte(text))
			s.End()
			for _, c := range s.Found() {
				if c.Count > len(text) {
					t.Errorf("%v in %d bytes", c, len(text))
				}
			}
			text = strings.Repeat(text, 100)[:min(len(text)*100, 100_000)]
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	text := []byte(strings.Repeat("Dear all, the meeting of 12 May moves to room 4711. Order 998877665544 has shipped. ", 10_000))
	b.SetBytes(int64(len(text)))
	s := NewSearcher()
	for b.Loop() {
		s.Write(text)
		s.End()
	}
}
