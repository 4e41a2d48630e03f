package safe

import "strings"

// Defang returns a domain, or an address with its domain, so that no mail
// program makes a link of it: army[.]ml.
func Defang(s string) string {
	at := strings.LastIndexByte(s, '@') + 1
	return s[:at] + strings.ReplaceAll(s[at:], ".", "[.]")
}

// IsShellDomain reports whether s is a domain that a shell takes without
// quotes. A report may have been read back from a file that anybody wrote.
func IsShellDomain(s string) bool {
	const longest = 253 // RFC 1035 section 2.3.4
	return s != "" && len(s) <= longest && s[0] != '-' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}

// ShellPath returns a path as a shell takes it.
func ShellPath(path string) string {
	path = Text(path)
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
