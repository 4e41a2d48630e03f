package exim_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/exim"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestCases reads the lines of servers with other selectors, routers and
// administrators than those of the samples.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, exim.Format{}, []parserstest.Case{
		{Name: "fields of any name end the address", Log: `
			2026-11-23 09:18:27 1tABcd-0001Xy-2R <= alice@corp.example H=pc [192.168.0.7] P=esmtpa A=plain:alice S=448 Q=bulk
			2026-11-23 09:18:28 1tABcd-0001Xy-2R => jane@army.ml Q=bulk R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 OK"
			2026-11-23 09:18:29 1tABcd-0001Xy-2R -> kim@army.ml F=alice@corp.example R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 OK"
			2026-11-23 09:18:30 1tABcd-0001Xy-2R => joe@army.ml <team@corp.example> SRS=<SRS0=MQy=SO=corp.example=alice@corp.example> R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 OK"
			2026-11-23 09:18:31 1tABcd-0001Xy-2R => sue@army.ml H=mx.army.ml [192.0.2.25] C="250 OK"
			2026-11-23 09:18:32 1tABcd-0001Xy-2R == lee@army.ml Q=bulk R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host
			2026-11-23 09:18:33 1tABcd-0001Xy-2R ** ray@army.ml <team@corp.example> Q=bulk R=dnslookup T=remote_smtp: retry timeout exceeded
			`, Want: []string{
			`<alice@corp.example> -> <jane@army.ml> delivered yes login="alice" relay="mx.army.ml[192.0.2.25]" queue="1tABcd-0001Xy-2R" bytes=448 submitted incomplete at 2026-11-23T09:18:28Z line=2`,
			`<alice@corp.example> -> <kim@army.ml> delivered yes login="alice" relay="mx.army.ml[192.0.2.25]" queue="1tABcd-0001Xy-2R" bytes=448 submitted incomplete at 2026-11-23T09:18:29Z line=3`,
			`<alice@corp.example> -> <joe@army.ml> delivered yes login="alice" orig="team@corp.example" relay="mx.army.ml[192.0.2.25]" queue="1tABcd-0001Xy-2R" bytes=448 submitted incomplete at 2026-11-23T09:18:30Z line=4`,
			`<alice@corp.example> -> <sue@army.ml> delivered yes login="alice" relay="mx.army.ml[192.0.2.25]" queue="1tABcd-0001Xy-2R" bytes=448 submitted incomplete at 2026-11-23T09:18:31Z line=5`,
			`<alice@corp.example> -> <lee@army.ml> deferred no login="alice" queue="1tABcd-0001Xy-2R" bytes=448 submitted failed incomplete at 2026-11-23T09:18:32Z line=6`,
			`<alice@corp.example> -> <ray@army.ml> expired no login="alice" orig="team@corp.example" queue="1tABcd-0001Xy-2R" bytes=448 submitted failed incomplete at 2026-11-23T09:18:33Z line=7`,
		}},
		{Name: "parents in round brackets, a file with a blank in its name, and a program after a name", Log: `
			2026-11-23 09:18:27 1tABcd-0001Xy-2R <= alice@corp.example H=pc [192.168.0.7] P=esmtpa A=plain:alice S=448
			2026-11-23 09:18:28 1tABcd-0001Xy-2R => bob+01 - test ("bob+01 - Test R=1"@corp.example, bob@corp.example) <bob@corp.example> SRS=<SRS0=zT=ZG=corp.example=alice@corp.example> R=virtual_user T=dovecot_virtual_delivery C="250 2.0.0 Saved"
			2026-11-23 09:18:29 1tABcd-0001Xy-2R => /home/corp/mail/.Server Status/ <sam@corp.example> R=virtual_user_filter T=address_directory
			2026-11-23 09:18:30 1tABcd-0001Xy-2R ->  jane@army.ml <" jane"@corp.example> R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 OK"
			2026-11-23 09:18:31 1tABcd-0001Xy-2R ** jim@army.ml (info@corp.example) <info@corp.example> R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.26] : SMTP error from remote mail server after end of data: 550-5.7.25 no PTR record
			2026-11-23 09:18:32 1tABcd-0001Xy-2R -> sales+spam |/usr/local/cpanel/bin/autorespond sales@corp.example /home/corp/.autorespond (sales@corp.example) <sales@corp.example> R=virtual_aliases_nostar T=virtual_address_pipe
			2026-11-23 09:18:32 1tABcd-0001Xy-2R Completed
			`, Want: []string{
			`<alice@corp.example> -> <bob@corp.example> delivered yes login="alice" dsn="2.0.0" queue="1tABcd-0001Xy-2R" bytes=448 local submitted at 2026-11-23T09:18:28Z line=2`,
			`<alice@corp.example> -> <sam@corp.example> delivered yes login="alice" queue="1tABcd-0001Xy-2R" bytes=448 local submitted at 2026-11-23T09:18:29Z line=3`,
			`<alice@corp.example> -> <jane@army.ml> delivered yes login="alice" orig="\" jane\"@corp.example" relay="mx.army.ml[192.0.2.25]" queue="1tABcd-0001Xy-2R" bytes=448 submitted at 2026-11-23T09:18:30Z line=4`,
			`<alice@corp.example> -> <jim@army.ml> bounced no login="alice" orig="info@corp.example" dsn="5.7.25" relay="mx.army.ml[192.0.2.26]" queue="1tABcd-0001Xy-2R" bytes=448 submitted failed at 2026-11-23T09:18:31Z line=5`,
			`<alice@corp.example> -> <sales@corp.example> delivered yes login="alice" queue="1tABcd-0001Xy-2R" bytes=448 local submitted at 2026-11-23T09:18:32Z line=6`,
		}},
		{Name: "what runs Exim stamps its lines as well", Log: `
			2026-11-23 09:18:27.123456789 2026-11-23 09:18:26 exim 4.96 daemon started: pid=1
			2026-11-23 09:18:28.123456789 2026-11-23 09:18:27.100 +0000 [410] 1tABcd-0001Xy-2R <= alice@corp.example U=alice P=local S=448
			2026-11-23 09:18:29.123456789 2026-11-23 09:18:28.100 +0000 [411] 1tABcd-0001Xy-2R => jane@army.ml R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 OK"
			2026-11-23 09:18:29.123456789 2026-11-23 09:18:28.100 +0000 [411] 1tABcd-0001Xy-2R Completed
			`, Want: []string{
			`<alice@corp.example> -> <jane@army.ml> delivered yes relay="mx.army.ml[192.0.2.25]" queue="1tABcd-0001Xy-2R" bytes=448 submitted at 2026-11-23T09:18:29.123456789Z line=3`,
		}},
		{Name: "a blank in the domain is no address", Log: `
			2026-11-23 09:18:27 1tABcd-0001Xy-2R <= alice@corp.example H=pc [192.168.0.7] P=esmtpa A=plain:alice S=448
			2026-11-23 09:18:28 1tABcd-0001Xy-2R => jane@army.ml later R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 OK"
			2026-11-23 09:18:28 1tABcd-0001Xy-2R == jane@army.ml later R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host
			`, Malformed: []string{"2: blank in the domain of a recipient", "3: blank in the domain of a recipient"}},
		{Name: "completed after a time in the queue; nobody waits any more", Log: `
			2026-11-23 09:18:27 1tABcd-0001Xy-2R <= alice@corp.example H=pc [192.168.0.7] P=esmtpa A=plain:alice S=448
			2026-11-23 09:18:28 1tABcd-0001Xy-2R => jane@army.ml R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 OK" QT=1s DT=0s
			2026-11-23 09:18:28 1tABcd-0001Xy-2R == joe@army.ml R=dnslookup T=remote_smtp defer (111): Connection refused
			2026-11-23 09:18:38 1tABcd-0001Xy-2R Completed QT=11s
			`, Want: []string{
			`<alice@corp.example> -> <jane@army.ml> delivered yes login="alice" relay="mx.army.ml[192.0.2.25]" queue="1tABcd-0001Xy-2R" bytes=448 submitted at 2026-11-23T09:18:28Z line=2`,
			`<alice@corp.example> -> <joe@army.ml> unknown unknown login="alice" queue="1tABcd-0001Xy-2R" bytes=448 submitted failed at 2026-11-23T09:18:28Z line=3`,
		}},
		{Name: "told to be refused, and delivered", Log: `
			2026-11-23 09:18:27 1tABcd-0001Xy-2R (= alice@corp.example H=pc [192.0.2.7] P=esmtpa A=plain:alice S=448
			2026-11-23 09:18:28 1tABcd-0001Xy-2R => jo@army.ml R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.26] C="250 OK"
			2026-11-23 09:18:28 1tABcd-0001Xy-2R Completed
			`, Want: []string{
			`<alice@corp.example> -> <jo@army.ml> delivered yes login="alice" relay="mx.army.ml[192.0.2.26]" queue="1tABcd-0001Xy-2R" bytes=448 submitted at 2026-11-23T09:18:28Z line=2`,
		}},
		{Name: "discarded by an ACL and by a transport", Log: `
			2026-11-29 11:21:59.985 +0000 [409] 1xXcyl-00006b-3A <= alice@corp.example H=(ws17) [127.0.0.1]:53978 P=esmtpa A=plain:alice S=473 T="A < B" from <alice@corp.example> for jane@army.ml "kim lee"@army.ml
			2026-11-29 11:21:59.989 +0000 [409] 1xXcyl-00006b-3A => blackhole (DATA ACL discarded recipients)
			2026-11-29 11:21:59.990 +0000 [409] 1xXcyl-00006b-3A Completed
			2026-11-29 11:22:00.453 +0000 [416] H=(ws17) [127.0.0.1]:54028 I=[127.0.0.1]:587 F=<alice@corp.example> RCPT <x@acldisc.example>: discarded by RCPT ACL
			2026-11-29 11:22:01.100 +0000 [395] 1xXcyl-00006N-0H <= alice@corp.example H=(ws17) [127.0.0.1]:53852 P=esmtpa A=plain:alice S=484 from <alice@corp.example> for x@discard.example team@corp.example
			2026-11-29 11:22:01.259 +0000 [396] 1xXcyl-00006N-0H => x@discard.example R=disc T=nul S=0 H=localhost QT=0.167s DT=0.016s
			2026-11-29 11:22:01.260 +0000 [396] 1xXcyl-00006N-0H => jane@army.ml <team@corp.example> R=uucp T=rsmtp H=hub C="250 OK"
			2026-11-29 11:22:01.261 +0000 [396] 1xXcyl-00006N-0H Completed
			`, Want: []string{
			`<alice@corp.example> -> <"kim lee"@army.ml> discarded no login="alice" subject="A < B" queue="1xXcyl-00006b-3A" bytes=473 submitted at 2026-11-29T11:21:59.985Z line=1`,
			`<alice@corp.example> -> <jane@army.ml> discarded no login="alice" subject="A < B" queue="1xXcyl-00006b-3A" bytes=473 submitted at 2026-11-29T11:21:59.985Z line=1`,
			`<alice@corp.example> -> <x@acldisc.example> discarded no submitted failed at 2026-11-29T11:22:00.453Z line=4`,
			`<alice@corp.example> -> <x@discard.example> discarded no login="alice" queue="1xXcyl-00006N-0H" bytes=484 submitted at 2026-11-29T11:22:01.259Z line=6`,
			`<alice@corp.example> -> <jane@army.ml> delivered maybe login="alice" orig="team@corp.example" queue="1xXcyl-00006N-0H" bytes=484 handed submitted at 2026-11-29T11:22:01.26Z line=7`,
		}},
		{Name: "cancelled, and marked delivered, by the administrator", Log: `
			2026-11-29 11:22:02 1xXcyo-000075-0N <= alice@corp.example H=(ws17) [127.0.0.1]:41200 P=esmtpa A=plain:alice S=465
			2026-11-29 11:22:07 1xXcyo-000075-0N == mg@gamil.example R=dnslookup T=remote_smtp defer (111): Connection refused
			2026-11-29 11:22:10 1xXcyo-000075-0N cancelled by root
			2026-11-29 11:22:11 1xXcyo-000075-0N Completed QT=9s
			2026-11-29 11:22:12 1xXcyo-00007C-1T <= alice@corp.example H=(ws17) [127.0.0.1]:41232 P=esmtpa A=plain:alice S=465
			2026-11-29 11:22:12 1xXcyo-00007C-1T => up@army.ml R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.26] C="250 OK"
			2026-11-29 11:22:13 1xXcyo-00007C-1T == md@gamil.example R=dnslookup T=remote_smtp defer (-54): retry time not reached for any host
			2026-11-29 11:22:13 1xXcyo-00007C-1T address <md@gamil.example> marked delivered by root
			2026-11-29 11:22:13 1xXcyo-00007C-1T address <up@army.ml> marked delivered by root
			2026-11-29 11:22:14 1xXcyo-00007C-1T Completed
			`, Want: []string{
			`<alice@corp.example> -> <mg@gamil.example> bounced no login="alice" queue="1xXcyo-000075-0N" bytes=465 submitted failed at 2026-11-29T11:22:07Z line=2`,
			`<alice@corp.example> -> <up@army.ml> delivered yes login="alice" relay="mx.army.ml[192.0.2.26]" queue="1xXcyo-00007C-1T" bytes=465 submitted at 2026-11-29T11:22:12Z line=6`,
			`<alice@corp.example> -> <md@gamil.example> removed no login="alice" queue="1xXcyo-00007C-1T" bytes=465 submitted at 2026-11-29T11:22:13Z line=8`,
		}},
		{Name: "in the foreground with -d: by the process", Log: `
			    1 LOG: MAIN
			    1   exim 4.89 daemon started: pid=1, -q15m, listening for SMTP on port 25 (IPv6 and IPv4)
			  273 LOG: MAIN
			  273   <= webmaster@corp.example H=web (83d1331a44cb) [172.19.0.3] P=esmtp S=2162 id=1566@83d1331a44cb
			  273 LOG: smtp_connection MAIN
			  273   SMTP connection from web (83d1331a44cb) [172.19.0.3] closed by QUIT
			  280 LOG: MAIN
			  280   <= root@corp.example U=root P=local S=99
			  274 LOG: MAIN
			  274   => jane@army.ml R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C="250 2.0.0 OK"
			  274 LOG: MAIN
			  274   Completed
			  283 LOG: MAIN
			  283   ** kim@army.ml R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25]: SMTP error from remote mail server after RCPT TO:<kim@army.ml>: 550 5.1.1 unknown
			  290 LOG: MAIN REJECT
			  290   H=(h) [192.0.2.50] F=<a@b.example> rejected RCPT <x@y.example>: relay not permitted
			`, Want: []string{
			`<webmaster@corp.example> -> <jane@army.ml> delivered yes dsn="2.0.0" relay="mx.army.ml[192.0.2.25]" id="1566@83d1331a44cb" queue="274" bytes=2162 submitted line=10`,
			`? -> <kim@army.ml> bounced no dsn="5.1.1" relay="mx.army.ml[192.0.2.25]" queue="283" no-user incomplete line=14`,
			`<a@b.example> -> <x@y.example> rejected no inbound failed line=16`,
		}},
	})
}

// TestRefusedHeader has a header of a refused message that poses as a line of a
// log in the foreground.
func TestRefusedHeader(t *testing.T) {
	t.Parallel()
	const log = "2026-11-20 08:00:04 H=ext [192.0.2.50] F=<spam@evil.example> rejected after DATA: no\n" +
		"P Subject: a\n" +
		"  274   => victim@army.ml R=dnslookup T=remote_smtp H=mx.army.ml [192.0.2.25] C=\"250 OK\"\n"
	if got, _ := parserstest.Read(exim.Format{}, []byte(log)); len(got) != 0 {
		t.Errorf("got %d deliveries, want none", len(got))
	}
}
