package block

// sendmail writes lines of the access map (cf/README, "Anti-spam configuration
// control").
func sendmail() Server {
	return Server{
		Name: "sendmail",
		mark: "# ",
		head: `Append to /etc/mail/access and run makemap hash /etc/mail/access < /etc/mail/access.
sendmail.mc needs FEATURE(access_db) and FEATURE(blocklist_recipients).
It is asked for mail by SMTP alone: forwards and aliases go through.
`,
		rule: func(lookalike, intended string) string {
			return "To:" + lookalike + "\tERROR:5.1.2:550 " + hint(intended)
		},
	}
}
