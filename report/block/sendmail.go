package block

// sendmail writes lines of the access map (cf/README, "Anti-spam configuration
// control").
func sendmail() Server {
	return Server{
		Name: "sendmail",
		mark: "# ",
		head: `Append to /etc/mail/access and run makemap hash /etc/mail/access < /etc/mail/access.
sendmail.mc needs FEATURE(access_db) and FEATURE(blocklist_recipients).
It is asked for mail by SMTP alone: forwards, aliases and sendmail(1) go through, which
the rules for sendmail-mailertable stop.
`,
		rule: func(lookalike, intended string) string {
			return "To:" + lookalike + "\tERROR:5.1.2:550 " + hint(intended)
		},
	}
}

// sendmailMailertable writes lines of the mailertable (cf/README, "Mailertables") with the
// mailer error: every address passes it, also what an alias or a forward sends on.
func sendmailMailertable() Server {
	return Server{
		Name: "sendmail-mailertable",
		mark: "# ",
		head: `Append to /etc/mail/mailertable and run makemap hash /etc/mail/mailertable < /etc/mail/mailertable.
sendmail.mc needs FEATURE(mailertable).
It stops what aliases and forwards send on, and mail of sendmail(1), beside the rules for
sendmail. An alias is refused as a whole where one of its targets is a lookalike; of a
.forward the bounce goes to the sender, who may be outside.
`,
		rule: func(lookalike, intended string) string {
			return lookalike + "\terror:5.1.2:550 " + hint(intended)
		},
	}
}
