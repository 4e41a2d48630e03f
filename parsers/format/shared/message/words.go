package message

import (
	"slices"
	"strings"
)

// The words of mail servers, in lower case, in the languages in which they write
// reports. They are searched in text whose line ends are blanks.

// noDomainWords say that the domain of the recipient is nowhere.
var noDomainWords = [...]string{
	"host or domain name not found", "unrouteable address", "couldn't find any host named", "all relevant mx records point to non-existent hosts",
	"domain name not found", "no such domain", "nxdomain", "host unknown", "domain not found", "domain does not exist", "host not found", "unrouteable mail domain",
	"unknown host", "domain isn't in my list", "no such host",
}

// expiryWords say that a server gave up after many attempts.
var expiryWords = [...]string{
	"retry timeout exceeded", "failing for a long time", "was aborted after", "been in the queue too long", "after multiple retries, giving up", "seconds. giving up", "envelope expired", "message expired", "delivery expired", "delivery time expired", "message timed out", "message will be deleted from queue",
	"retry time not reached for any host after a long failure period", "could not be delivered for more than", "lifetime expired", "max retries exceeded", "retries exceeded", "maximum retry", "hold time exceeded",
}

// delayWords say that a server goes on trying.
var delayWords = [...]string{
	"warning message only", "this is a warning only", "will be retried", "still being retried", "do not need to resend", "don't need to resend", "no need to resend", "need not resend",
	"has been delayed", "is delayed to these", "delivery is delayed", "delivery delayed", "will continue to be attempted", "delivery attempts will continue", "continue to try to deliver",
	"will keep trying", "keep trying to deliver", "not yet been delivered", "has not been delivered yet", "will be attempted for", "delivery status notification (delay)", "temporarily deferred delivery",
	"noch nicht zugestellt", "zustellung verzögert", "verzögerte zustellung", "retardé", "se ha retrasado", "retrasada", "retrasado", "foi atrasada", "ritardata", "è in ritardo", "vertraagd", "opóźnion", "配信が遅延", "遅延しています", "задержана",
}

// rejectWords say that a receipt is a refusal.
var rejectWords = [...]string{"automatically rejected", "was rejected", "been rejected", "was refused", "quota exceeded", "over quota"}

// failWords say that a message was not delivered.
var failWords = [...]string{
	"qmail-send program", "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "can not be delivered", "failed permanently", "wasn't delivered", "was not delivered",
	"was not able to be delivered", "not able to be delivered", "has not been delivered", "have not been delivered", "not been delivered", "were not delivered", "undelivered",
	"delivery has failed", "undeliverable", "undeliverd", "did not reach", "could not deliver", "couldn't deliver", "cannot deliver", "unable to deliver", "not deliverable", "unable to be delivered", "was undeliverable", "non-deliverable", "failed to deliver",
	"delivery failed", "delivery failure", "failed delivery", "delivery error", "delivery problem", "error delivering", "error has occurred while attempting to deliver", "an error occurred while trying to deliver", "error while attempting to deliver", "problem delivering",
	"returned mail", "returned to sender", "returned to you", "returned message", "returning message", "being returned", "mail failure", "failure notice", "failure reasons", "failure notification",
	"permanent fatal errors", "delivery errors", "had fatal errors", "permanent error", "permanent failure", "could not be sent", "couldn't be sent", "unable to send", "was rejected", "been rejected", "has been blocked", "been blocked", "has been refused", "was refused", "was blocked",
	"unknown user", "user unknown", "no such user", "mailbox full", "mailbox is full", "over quota", "mailbox unavailable", "does not exist", "doesn't exist", "address not found", "no mailbox", "not a valid", "invalid address", "recipient address rejected", "could not find", "unknown recipient",
	"mail failed", "failed addresses", "no valid recipients", "fatal delivery error", "did not receive a copy", "not accepting mail", "unknown host", "host unknown", "undelivrable", "did not exactly match",
	"message blocked", "message not delivered", "message rejected", "delivery status notification (failure)", "delivery status notification: error", "permanently failed", "refused to accept", "did not accept", "failed to send",
	// Of other languages, by what Exchange, Gmail, Yahoo, GMX and national providers write.
	"konnte nicht zugestellt", "nicht zugestellt werden", "nicht zustellbar", "unzustellbar", "zustellung fehlgeschlagen", "fehler bei der", "fehler beim senden", "nicht übermittelt", // de
	"n'a pas pu être remis", "n'a pas pu être distribué", "n'a pas été remis", "échec de la remise", "échec de remise", "échec de la distribution", "non remis", "n'ont pas pu être", "n'a pu être délivré", "n'a pas pu etre", "pas pu être", // fr
	"no se ha podido entregar", "no se pudo entregar", "no ha podido ser entregado", "error en la entrega", "error de entrega", "no entregado", "no se entregó", "no pudo ser entregado", // es
	"não pôde ser entregue", "nao pode ser entregue", "não foi possível entregar", "falha na entrega", "não entregue", "não foi entregue", "devolvida", // pt
	"non è stato possibile recapitare", "impossibile recapitare", "non recapitabile", "recapito non riuscito", "non consegnato", "mancata consegna", "mancato recapito", // it
	"kan niet worden bezorgd", "niet bezorgd", "onbestelbaar", "kon niet worden afgeleverd", "niet worden afgeleverd", // nl
	"kunde inte levereras", "gick inte att leverera", "kunne ikke leveres", "kan ikke leveres", "ikke leveret", "ei voitu toimittaa", "toimitus epäonnistui", // sv, da, nb, fi
	"nie może zostać dostarczona", "nie mogła zostać dostarczona", "nie została dostarczona", "niedostarczon", "nie dostarczono", "nedoručiteln", "nemohla být doručena", "nelze doručit", "nem kézbesíthető", "kézbesíthetetlen", "nu a putut fi livrat", // pl, cs, hu, ro
	"не было доставлено", "не может быть доставлено", "не удалось доставить", "не доставлено", "недоставлен", "не вдалося доставити", "teslim edilemedi", "δεν ήταν δυνατή η παράδοση", // ru, uk, tr, el
	"配信できません", "配信されません", "配送できません", "送信できません", "送信に失敗", "送信エラー", "配信エラー", "メールエラー", "エラーメール", "届きません", "配達できません", "配信不能", "配達不能", "お届けでき", "エラー", "返送", // ja
	"无法投递", "无法送达", "未能送达", "投递失败", "退信", "發送失敗", "無法傳遞", "無法遞送", "无法发送", "传递失败", "遞送失敗", "系统退信", "배달하지 못", "전송 실패", "전송하지 못", "반송", "전달되지 않", "전달하지 못", // zh, ko
}

// subjectWords begin the subjects of reports. They raise a suspicion only, so that
// the words that people use are not among them.
var subjectWords = [...]string{
	"undeliverable", "undelivered", "delivery status notification", "returned mail", "failure notice", "mail delivery failed", "mail delivery failure", "delivery failure", "delivery failed", "delivery notification", "mail delivery", "message delivery has failed",
	"mail could not be delivered", "mail delivery error", "message undeliverable", "non-delivery", "nondeliverable", "non delivery", "returned to sender", "returned message", "mail system error", "delivery has failed", "delivery problems", "undeliverable mail", "warning: could not send", "warning: message", "delayed mail", "delivery delayed", "delivery delay", "mail failure", "error mail", "message not delivered", "delivery report", "message status", "mail delivery problem", "couldn't deliver", "could not deliver", "unable to deliver", "email delivery",
	"unzustellbar", "non remis", "no se puede entregar", "non recapitabile", "onbestelbaar", "undelivrable", "nicht zustellbar", "fallo en la entrega", "no entregado", "niedostarczon", "olevererbart", "kan ikke leveres", "teslim edilemedi",
}

// foreignSubjects are those that are not written in ASCII.
var foreignSubjects = [...]string{
	"échec", "não entregue", "devolução", "не удается доставить", "недоставленное", "nedoručiteln", "kézbesíthetetlen",
	"メールエラー", "配信不能", "配信エラー", "送信エラー", "送信できません", "メールを配信できません", "エラー", "系统退信", "退信", "반송", "無法傳遞", "无法送达",
}

// subjectStems are in each of subjectWords: most subjects have none of
// them.
var subjectStems = newStems("deliv", "delay", "return", "failure", "error", "warning", "message s", "unzustellbar", "zustellbar", "remis", "entrega", "recapitabile", "onbestelbaar", "fallo", "niedostarczon", "olevererbart", "leveres", "teslim", "undel")

// daemonNames are those of the senders of reports, as people or addresses.
var daemonNames = newStems("mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mdaemon@",
	"mail.delivery.system@", "mail delivery sub", "mail delivery system", "mail deliver system")

// stems are words of ASCII in lower case that are looked for in every message: one pass over
// the text finds the places where the first three bytes of one may stand.
type stems struct {
	words  []string
	begins [1 << 15 / 64]uint64 // a bit for the low five bits, which have no case, of three bytes
}

func newStems(words ...string) *stems {
	s := &stems{words: words}
	for _, w := range words {
		n := uint(w[0]&31)<<10 | uint(w[1]&31)<<5 | uint(w[2]&31)
		s.begins[n/64] |= 1 << (n % 64)
	}
	return s
}

// in reports whether text holds one of s, in any case.
func (s *stems) in(text []byte) bool {
	n := uint(0)
	for i, c := range text {
		n = (n<<5 | uint(c&31)) & (1<<15 - 1)
		if s.begins[n/64]&(1<<(n%64)) != 0 && i >= 2 && s.begin(text[i-2:]) {
			return true
		}
	}
	return false
}

// begin reports whether text begins with one of s.
func (s *stems) begin(text []byte) bool {
	return slices.ContainsFunc(s.words, func(w string) bool { return hasPrefixFold(text, w) })
}

// says reports whether text holds any of words, which are in lower case, whatever
// its case and line ends.
func says(text []byte, words []string) bool {
	plain := folded(text)
	for _, w := range words {
		if strings.Contains(plain, w) {
			return true
		}
	}
	return false
}

// folded returns text in lower case with one blank for white space of any length,
// and the apostrophe of typewriters for that of typesetters.
func folded(text []byte) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(string(text)), "’", "'")), " ")
}

// maxSubject bounds the subjects that are looked at, in bytes.
const maxSubject = 1 << 10
