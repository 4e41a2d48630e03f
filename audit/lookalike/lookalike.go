// Package lookalike decides whether one domain is a mistyping of another: the
// candidates for what was meant, the kind of the error, the evidence for and
// against a slip, and the confidence that it was one. It holds pure functions:
// no files, clocks or traffic; what the traffic shows comes in as Traffic.
package lookalike

// Evidence is one reason for or against a slip.
type Evidence struct {
	Code   string  // a stable word, such as "twin"
	Text   string  // a sentence for the reader
	Weight float64 // log-odds; below zero speaks against a slip
	// Names are the local parts that Text names, each a word of it: they are people's.
	Names []string
}

// Traffic is what the organisation's own mail shows of one domain, summed
// over the subject of the audit. Counts are of deliveries.
type Traffic struct {
	Sent       int64 // deliveries to the domain
	Senders    int64 // distinct senders that wrote to it
	Recipients int64 // distinct recipients (local parts) at it
	Arrived    int64 // of Sent, accepted by its server
	NoDomain   int64 // of Sent, refused because it has no mail server (NXDOMAIN, null MX)
	Received   int64 // deliveries from the domain to us
	Writers    int64 // distinct senders at the domain that wrote to us, as far as they are known
	// Exchanges counts the pairs of one of ours and one of theirs who wrote to each
	// other again and again, over days: such mail is meant. Answers counts those of
	// ours who wrote first and were answered, later than a program answers. What
	// else a domain wrote to us is no sign that it is meant: a squatter does so too.
	Exchanges, Answers int64
	// Forwarded counts the deliveries of Sent that an alias or a forwarding rule sent
	// on, and Aliases those: each was decided upon once.
	Forwarded, Aliases int64
	NoUser             int64 // of Sent, refused because it has no such recipient
	Failed             int64 // of Sent, returned to the sender for another reason
	// Beginners counts those of Senders who wrote there not only after others did, as
	// those who answer to all; 0 if that is not known.
	Beginners int64
}

// Pair is what the traffic shows of a lookalike and its intended domain together.
type Pair struct {
	// Twins counts the recipients at the lookalike whose local part was also
	// written to (or wrote) at the intended domain.
	Twins int64
	// SharedTwins counts those of Twins whose local part stands at more than
	// 12 domains, such as info@: they prove little.
	SharedTwins int64
	// SameSender counts the twins that the very sender wrote to at both.
	SameSender int64
	// TwinMessages is the most that one person wrote to a twin at the
	// intended domain, for the sentence "Anna wrote to … 41 times"; TwinLocal
	// is that twin's local part.
	TwinMessages int64
	TwinLocal    string
	// FormTyped and FormMeant are local parts at the lookalike and at the intended domain
	// that are two forms of one person's name, where there are no Twins; else "".
	FormTyped, FormMeant string
	// Amid counts those of SameSender who wrote to the twin before and after, and more
	// often: that one is the address that they know.
	Amid int64
	// Corrections counts slips that the sender corrected: the same local part at the
	// intended domain, within minutes after; and those in whose thread somebody of the
	// intended domain writes, and nobody of the other one.
	Corrections int64
	// Reversed counts those of the intended domain that were corrected likewise to the
	// lookalike.
	Reversed int64
	// Unread says that Corrections and Reversed are not known yet: the times of the mail to
	// both were not looked at.
	Unread bool
	// Beside counts the twins that one sender wrote to at both, one soon after the other, more
	// often than anybody corrects a slip.
	Beside int64
	// Knowing counts those senders of the lookalike who write to anybody at the intended
	// domain, of Known who write to anybody at all; both are 0 if that is not known.
	Knowing, Known int64
	// OnlyAnswered says that whoever wrote to the intended domain had been written to
	// from there: that is no sign that anybody means it.
	OnlyAnswered bool
}
