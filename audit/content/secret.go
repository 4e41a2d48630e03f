package content

import (
	"bytes"
	"strings"
)

// Credentials: private keys by their first line, tokens by the prefix that
// their issuer gives them, addresses with a password in them, and words for a
// password with a value after it.

// secrets counts the credentials.
func (t *text) secrets() int {
	return t.privateKeys() + t.tokens() + t.urlSecrets() + t.passwords()
}

// keyMarks begin a private key: RFC 7468 and OpenSSH, PGP, PuTTY, age.
func keyMarks() []string {
	return []string{"private key-----", "private key block-----", "putty-user-key-file-", "age-secret-key-1"}
}

func (t *text) privateKeys() (n int) {
	for _, mark := range keyMarks() {
		t.each(mark, func(at int) {
			if strings.HasSuffix(mark, "-----") && !bytes.Contains(t.before(at, len("-----begin encrypted rsa ")), []byte("-----begin ")) {
				return // it ends, or is talked about
			}
			if hasRun(t.raw[at+len(mark) : min(len(t.raw), at+len(mark)+keyReach)]) {
				n++
			}
		})
	}
	return n
}

// The first lines of a key hold a run of so many letters, after a few fields
// at most.
const (
	keyReach = 300
	keyRun   = 16
)

func hasRun(b []byte) bool {
	run := 0
	for _, c := range b {
		if run++; c >= 0x80 || !isWordByte(c) && c != '+' && c != '/' {
			run = 0
		}
		if run >= keyRun {
			return true
		}
	}
	return false
}

// each yields where a word in lower case begins.
func (t *text) each(word string, yield func(at int)) {
	for at := t.from; at < t.until; {
		i := bytes.Index(t.lower[at:], []byte(word))
		if i < 0 || at+i >= t.until {
			return
		}
		yield(at + i)
		at += i + len(word)
	}
}

// A token is what a service hands out in place of a password: a prefix that
// nothing else has, and at least so many letters and digits.
type token struct {
	prefix string
	least  int
}

// tokens as their issuers document them for secret scanners.
func knownTokens() []token {
	return []token{
		{"AKIA", 16}, {"ASIA", 16}, // Amazon
		{"ghp_", 36}, {"gho_", 36}, {"ghu_", 36}, {"ghs_", 36}, {"ghr_", 36}, {"github_pat_", 40},
		{"glpat-", 20}, {"glrt-", 20}, // GitLab
		{"xoxb-", 20}, {"xoxp-", 20}, {"xoxa-", 20}, {"xoxr-", 20}, {"xoxs-", 20}, {"xapp-", 20}, // Slack
		{"sk_live_", 20}, {"rk_live_", 20}, {"whsec_", 24}, // Stripe
		{"sk-ant-", 30}, {"sk-proj-", 30}, {"hf_", 30}, // models
		{"AIza", 35}, {"ya29.", 30}, {"GOCSPX-", 20}, // Google
		{"SG.", 40}, {"key-", 32}, // SendGrid, Mailgun
		{"npm_", 36}, {"pypi-AgE", 30}, {"dckr_pat_", 20}, {"dop_v1_", 60}, {"shpat_", 32}, {"lin_api_", 30}, {"hvs.", 24}, {"NRAK-", 27},
		{"Bearer eyJ", 40}, {"bearer eyJ", 40}, // a JWT as it logs in; in links there are harmless ones
	}
}

func (t *text) tokens() (n int) {
	t.lexicon.tokens.each(t.raw, t.from, t.until, func(at int, w indexed) {
		if run := tokenRun(t.raw[at+len(w.word):]); len(run) >= w.n && isMixed(run) {
			n++
		}
	})
	return n
}

// maxToken is how much of a token is looked at, in bytes.
const maxToken = 200

// tokenRun returns the letters and digits that b begins with, with what tokens
// join them by, at most maxToken.
func tokenRun(b []byte) []byte {
	b = b[:min(len(b), maxToken)]
	for i, c := range b {
		if c >= 0x80 || !isWordByte(c) && c != '_' && c != '-' && c != '.' {
			return b[:i]
		}
	}
	return b
}

// isMixed reports what looks drawn by lot: letters and digits, and no letter all
// over as in a placeholder.
func isMixed(b []byte) bool {
	letters, digits, most := 0, 0, 0
	var count [256]int
	for _, c := range b {
		switch {
		case isDigit(c):
			digits++
		case isWordByte(c):
			letters++
		}
		count[c]++
		most = max(most, count[c])
	}
	return letters > 0 && digits > 0 && most*3 <= len(b)*2
}

// urlSecrets counts addresses such as "postgres://app:s3cret@db.corp.example".
func (t *text) urlSecrets() (n int) {
	t.each("://", func(at int) {
		rest := t.raw[at+3 : min(len(t.raw), at+200)]
		end := bytes.IndexAny(rest, "/ \t\r\n\"'<>?")
		if end < 0 {
			end = len(rest)
		}
		login, _, ok := bytes.Cut(rest[:end], []byte("@"))
		if !ok {
			return
		}
		if _, secret, ok := bytes.Cut(login, []byte(":")); ok && t.isSecret(string(secret), false) {
			n++
		}
	})
	return n
}

// passwordWords name a password, in the languages of Europe and some beyond.
func passwordWords() []string {
	return []string{
		"password", "passwd", "passphrase", "passcode", "passwort", "passwörter", "kennwort", "kenwort", "mot de passe", "mdp", "contraseña", "contrasena", "clave", "senha",
		"palavra-passe", "palavra passe", "parola d'ordine", "parola d’ordine", "parola", "parolă", "parolası", "wachtwoord", "lösenord", "passord", "adgangskode", "kodeord",
		"salasana", "hasło", "haslo", "heslo", "jelszó", "jelszo", "şifre", "sifre", "пароль", "лозинка", "парола", "κωδικός", "κωδικος", "סיסמה", "كلمة المرور", "パスワード",
		"密码", "密碼", "비밀번호", "mật khẩu", "kata sandi", "lozinka", "geslo", "slaptažodis", "parole", "parool", "lykilorð", "contrasenya", "pasahitza",
		"pwd", "pw", "pass", "pin", "api key", "apikey", "api_key", "api-key", "secret key", "secret_key", "client_secret", "client secret", "access token", "access_token", "secret",
		"zugangscode", "code pin",
	}
}

func (t *text) passwords() (n int) {
	seen := map[int]bool{} // where a value begins: one value is one, whatever words it has
	t.lexicon.passwords.each(t.lower, t.from, t.until, func(at int, w indexed) {
		word := string(w.word)
		if !wordEnds(t.lower, at+len(word), word) {
			return
		}
		if begin, ok := t.passwordValue(at, word); ok && !seen[begin] {
			seen[begin] = true
			n++
		}
	})
	return n
}

// How far a value may be from its word, in bytes, and how long it may be.
const (
	maxBetween = 40
	maxSecret  = 72
)

// isVague reports the words that mean other things as well: what stands after
// them must look like a password.
func isVague(word string) bool {
	switch word {
	case "clave", "secret", "pwd", "parole", "parola", "парола", "pass", "pw":
		return true
	}
	return false
}

// meetingReach is how far before a password it stands that it is one of a
// meeting, in bytes. Those are in every invitation, and open nothing else.
const meetingReach = 250

func meetingWords() []string {
	return []string{"meeting id", "meeting-id", "zoom", "webex", "teams meeting", "conference id", "konferenz-id", "dial-in", "id de réunion", "id de reunión", "id riunione", "webinar"}
}

// passwordValue reports whether a value stands after the word for a password at
// a place, and where it begins: after ":" or "=", or after "is" or the like.
// Short words, which begin others, need ":" or "=" at once.
func (t *text) passwordValue(word int, w string) (begin int, ok bool) {
	at := word + len(w)
	rest := t.raw[at:min(len(t.raw), at+maxBetween)]
	mark, width := valueMark(rest)
	if mark < 0 {
		return t.labelled(word, at)
	}
	between := strings.Trim(string(t.lower[at:at+mark]), "\"'*_ ")
	said := rest[mark] != ':' && rest[mark] != '=' && rest[mark] != colon[0]
	if len(w) <= shortWord && (said || between != "") || mentions(between) {
		return 0, false
	}
	begin = at + mark + width
	newline := false
	for begin < len(t.raw) && strings.IndexByte(" \t\r\n", t.raw[begin]) >= 0 {
		newline = newline || t.raw[begin] == '\n'
		begin++
	}
	value, alone := valueAt(t.raw[begin:])
	quoted := begin < len(t.raw) && (t.raw[begin] == '"' || t.raw[begin] == '\'')
	strict := !alone || newline || said || isVague(w) || rest[mark] == '=' && !quoted || len(strings.Fields(between)) > maxQualifiers
	return begin, t.isSecret(value, strict) && !hasWord(t.before(word, meetingReach), t.lexicon.meetings)
}

// labelled reports a value that stands alone in a line with its label, as in a
// table, or in quotes.
func (t *text) labelled(word, at int) (begin int, ok bool) {
	rest := t.raw[at:min(len(t.raw), at+maxSecret)]
	width := len(rest) - len(bytes.TrimLeft(rest, " \t"))
	if width == 0 || width == len(rest) {
		return 0, false
	}
	value, alone := valueAt(rest[width:])
	quoted := strings.IndexByte("\"'`", rest[width]) >= 0
	first := bytes.TrimLeft(t.before(word, maxSecret), " \t")
	if i := bytes.LastIndexByte(t.before(word, maxSecret), '\n'); i >= 0 {
		first = bytes.TrimLeft(t.before(word, maxSecret)[i:], " \t\r\n")
	}
	return at + width, (quoted || alone && len(first) == 0) && len(value) >= minLabelled && t.isSecret(value, true)
}

// minLabelled is the least length of a value that nothing but its place shows.
const minLabelled = 6

// maxQualifiers is how many words may say which password it is: "for the
// archive".
const maxQualifiers = 3

// colon is the one of East Asia.
const colon = "："

// valueMark returns where the mark before a value stands in the rest of a line.
func valueMark(rest []byte) (at, width int) {
	line := rest
	if i := bytes.IndexAny(rest, "\n"); i >= 0 {
		line = rest[:i]
	}
	at = bytes.IndexAny(line, ":=")
	if i := bytes.Index(line, []byte(colon)); i >= 0 && (at < 0 || i < at) {
		return i, len(colon)
	}
	width = 1
	if at < 0 {
		padded := append(bytes.ToLower(line), ' ')
		for _, w := range []string{" is ", " ist ", " lautet ", " est ", " es ", " è ", " é ", " to ", " är ", " er ", " on ", "は", "是"} {
			if i := bytes.Index(padded, []byte(w)); i >= 0 && i+len(w) <= len(line) {
				return i, len(w)
			}
		}
	}
	return at, width
}

// mentions reports the words after which no password follows, but what is said
// of one.
func mentions(between string) bool {
	if between != "" && strings.IndexByte("([.,", between[0]) >= 0 { // a call, an index, a name, a sentence that goes on
		return true
	}
	for _, w := range [...]string{
		"expir", "reset", "polic", "chang", "requir", "length", "forgot", "manager", "protect", "recover", "läuft", "geänd", "zurück", "vergess", "ablauf", "richtlin",
		"hash", "link", "last", "strength", "rule", "hint", "field", "prompt", "request", "failed", "attempt", "caduc", "olvid", "oubli", "modif", "scad", "http", "?", "!", ". ", ";", "{",
	} {
		if strings.Contains(between, w) {
			return true
		}
	}
	return false
}

// valueAt returns the word that b begins with, without quotes around it, and
// whether the line ends after it.
func valueAt(b []byte) (value string, alone bool) {
	b = b[:min(len(b), maxSecret)]
	end := bytes.IndexAny(b, " \t\r\n")
	if end < 0 {
		end = len(b)
	}
	value = string(b[:end])
	rest := bytes.TrimLeft(b[end:], " \t")
	alone = len(rest) == 0 || rest[0] == '\r' || rest[0] == '\n'
	value = strings.TrimRight(strings.Trim(value, "\"'`*“”„«»"), ".,;\"'”")
	return value, alone
}

// isSecret parts a value from a word about one, a placeholder and code. Strict
// asks for letters and digits, or letters and signs.
func (t *text) isSecret(v string, strict bool) bool {
	if len(v) < 4 || len(v) >= maxSecret || isCode(v) || t.lexicon.isPlaceholder(v) {
		return false
	}
	letters, digits, signs, upper := 0, 0, 0, 0
	for i := range len(v) {
		switch c := v[i]; {
		case isDigit(c):
			digits++
		case isWordByte(c):
			letters++
			if i > 0 && isUpper(c) {
				upper++
			}
		case strings.IndexByte("!#$%&*+?@^~_=", c) >= 0:
			signs++
		}
	}
	if strict {
		return letters > 0 && digits > 0 && !isDate(v) || letters > 0 && signs > 0 && upper > 0
	}
	return letters > 0 && (digits > 0 || signs > 0) && !isDate(v) || letters == 0 && digits >= 4 && signs == 0 && digits == len(v) || letters >= 5
}

// isPlaceholder reports what stands for a password that is not there, or says
// something of it.
func (l *lexicon) isPlaceholder(v string) bool {
	lower := strings.ToLower(v)
	if l.placeholders[lower] {
		return true
	}
	for _, mask := range l.masks {
		if strings.HasPrefix(lower, mask) {
			return true
		}
	}
	return strings.Trim(v, v[:1]) == ""
}

// placeholderMasks begin what is no password: masks, types, hashes and
// addresses.
const placeholderMasks = `0x uint int8 int16 int32 int64 float xxx *** ••• ... ___ --- your my- http mailto: $2a$ $2b$ $2y$ $6$ redacted required| example password passwort
sha256: bcrypt`

// placeholderWords are said of a password.
const placeholderWords = `changeme removed hidden masked kennwort none null true false string required optional empty unset unknown reset expired changed incorrect
invalid wrong correct protected encrypted enabled disabled separate separat getrennt follows folgt attached below above same siehe unten oben bekannt known unchanged
forgotten forgot vergessen policy secret email e-mail telefon phone will wird default undefined void text char varchar bytes bool input hash argon2 please bitte nicht
kein keine this that must should never settings vault prompt login username benutzername submit continue welcome weiter pflichtfeld obligatorio obligatoire`

// isCode reports an expression or a template, which is no value.
func isCode(v string) bool {
	if strings.IndexByte("<>[]{}%$(&/\\|@", v[0]) >= 0 {
		return true
	}
	if strings.ContainsAny(v, "(){}[]<>\\") || strings.Contains(v, "->") || strings.Contains(v, "::") || strings.Contains(v, "://") {
		return true
	}
	if strings.Contains(v, ".") && strings.Contains(strings.ToLower(v), "password") {
		return true // form.password1
	}
	// os.environ, config.db.password: names joined by dots
	return strings.Contains(v, ".") && !strings.ContainsAny(v, "0123456789!#$%&*+?@^~=-")
}

// isDate reports 2026-11-30, 30.11.2026, 12:30 and such.
func isDate(v string) bool {
	return len(only([]byte(v), func(c byte) bool { return !isDigit(c) && strings.IndexByte("-./:tzTZ", c) < 0 })) == 0
}
