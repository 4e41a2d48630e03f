package config

import "testing"

// FuzzParse: a configuration is understood or named wrong, whatever is in it.
func FuzzParse(f *testing.F) {
	f.Add([]byte("internal = [\"corp.example\"]\n[[source]]\ntype = \"log\"\npaths = [\"mail.log\"]\n[mail]\nfrom = \"a@corp.example\"\nto = [\"b@corp.example\"]\nvia = \"smtp://user@host:587\"\npassword_file = \"word\"\n"))
	f.Add([]byte("[[source]]\ntype = \"imap\"\nhost = \"h\"\nport = 993\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Parse("/etc/typoaudit/typoaudit.toml", text)
		if (file == nil) == (err == nil) {
			t.Errorf("%v, %v", file, err)
		}
	})
}
