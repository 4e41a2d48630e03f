package table

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/tidwall/gjson"
)

// A heading lists the words over a column that mean a field: English ones, and those of other
// languages, in which 1/10 is the first of October.
type heading struct{ english, others string }

// headings are the words that the lists of messages of gateways, services and mail servers
// have over their columns, by the field that they mean: the first of them that a header has
// counts. They are folded: see foldHeading. The envelope goes before the header of a mail.
// Who exports a list gets it in the language of the page: German, French, Spanish, Italian,
// Portuguese, Dutch, Polish, Russian, Japanese, Chinese, Korean.
func headings() map[int]heading {
	return map[int]heading{
		fieldSender: {
			"envelopefrom fromenvelope fromaddressenvelope envelopesender senderenvelope sendersmtp mailfrom senderaddress fromaddress fromemail fromemailaddress from senderemail sendermail originator",
			"absenderadresse absender von adressedelexpéditeur expéditeur expediteur direccióndelremitente remitente mittente remetente afzender nadawca отправитель " +
				"送信者 送信元 差出人 送信者アドレス 发件人 寄件者 寄件人 보낸사람",
		},
		fieldRecipient: {
			"envelopeto toenvelope enveloperecipient recipientenvelope rcptsmtp rcptto rcpt recipientaddress recipientaddresses recipients toaddress toemail to recipientemail",
			"empfängeradresse empfänger empfaenger an adressedudestinataire destinataire destinataires direccióndeldestinatario destinatario destinatarios destinatari " +
				"destinatário destinatários ontvanger odbiorca получатель 受信者 宛先 受信者アドレス 收件人 收件者 받는사람 email emailaddress",
		},
		fieldTime: {
			"datetime timestamp eventtime eventdate received receivedat receiveddate datereceived datetimereceived sentat datesent sentdate datetimesent senttime sentdatetime timesent timereceived emaildate messagedate date",
			"zeitstempel datumuhrzeit empfangen empfangenam gesendet gesendetam datum zeit dateetheure dateheure reçu fechayhora fecha recibido dataora dataehora data ricevuto recebido ontvangen " +
				"дата получено 受信日時 送信日時 日時 日付 日期 时间 收到时间 날짜",
		},
		fieldStatus: {
			"deliverystatus deliveryaction messagestatus laststate finalaction status state outcome result disposition event action",
			"zustellstatus ergebnis état etat statut estado stato staat stan статус состояние 状態 配信状態 状况 状态 狀態 상태",
		},
		fieldSubject:   {"subject messagesubject", "betreff objet asunto oggetto assunto onderwerp temat тема 件名 主题 主旨 제목"},
		fieldMessageID: {"internetmessageid messageid headermessageid", "nachrichtenid iddemessage iddumessage"},
	}
}

// copies are the words over the columns, and the keys, of further recipients of a mail: folded as
// headings.
func copies() []string {
	return strings.Fields("cc bcc ccaddress bccaddress ccaddresses bccaddresses ccrecipients bccrecipients ccemail bccemail kopie blindkopie cci copie copia cco kopia udw")
}

// namesEnvelope reports that the heading of recipients says that they are all who a mail went to.
func namesEnvelope(name string) bool {
	name = foldHeading(name)
	return strings.Contains(name, "envelope") || strings.Contains(name, "rcpt")
}

// furtherRecipients returns the columns of those whom a list names beside the recipients of its
// header: who got copies, and those of further columns of the same name.
func (h *csvHeader) furtherRecipients() (further []int) {
	at := h.at[fieldRecipient]
	if at < 0 || slices.Contains(h.mapped[:], true) || namesEnvelope(h.names[at]) {
		return nil
	}
	for i, name := range h.names {
		if i != at && (strings.EqualFold(name, h.names[at]) || slices.Contains(copies(), foldHeading(name))) {
			further = append(further, i)
		}
	}
	return further
}

// foldHeading brings a heading to the form in which headings has them: small letters and
// digits alone.
func foldHeading(name string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, strings.TrimSuffix(strings.TrimSpace(name), "(UTC)"))
}

// guess finds the fields that no column is called as by the headings that others have for
// them, and says whether it found any. A column is of one field.
func (h *csvHeader) guess() (guessed bool) {
	place, taken := map[string]int{}, map[int]bool{}
	for i, name := range h.names {
		if _, ok := place[foldHeading(name)]; !ok {
			place[foldHeading(name)] = i
		}
	}
	for _, at := range h.at {
		taken[at] = true
	}
	for _, f := range [...]int{fieldSender, fieldRecipient, fieldTime, fieldStatus, fieldSubject, fieldMessageID} {
		if h.at[f] >= 0 {
			continue
		}
		words := headings()[f]
		for word := range strings.FieldsSeq(words.english + " " + words.others) {
			if i, ok := place[word]; ok && !taken[i] {
				h.at[f], h.name[f], h.utc[f], h.free[f] = i, h.names[i], isUTC(h.names[i]), true
				taken[i], guessed = true, true
				h.dayFirst = h.dayFirst || f == fieldSender && strings.Contains(" "+words.others+" ", " "+word+" ")
				break
			}
		}
	}
	if i, ok := place["date"]; ok && h.at[fieldTime] >= 0 && i != h.at[fieldTime] && foldHeading(h.name[fieldTime]) == "time" {
		h.day = i
	}
	return guessed
}

// isClock reports a time of day alone.
func isClock(s string) bool {
	return strings.Contains(s, ":") && !strings.ContainsAny(s, "-/.,T") && len(s) <= len("12:00:00 a.m.")
}

// keys are the fields that a key of JSON means, by its folded form, and how far behind the first
// choice it stands: see headings.
var keys = sync.OnceValue(func() map[string]key {
	of := map[string]key{}
	for f, words := range headings() {
		for rank, word := range strings.Fields(words.english + " " + words.others) {
			of[word] = key{field: f, rank: rank}
		}
	}
	return of
})

type key struct{ field, rank int }

// guess takes the values of an object whose keys only mean the same as the fields: one that
// says from whom and to whom, when and what became of it. Of the others it leaves what was
// read before.
func (p *lineParser) guess(object gjson.Result) {
	var found [fields]gjson.Result
	var rank [fields]int
	var name [fields]string
	object.ForEach(func(called, value gjson.Result) bool {
		if k, ok := keys()[foldHeading(called.Str)]; ok && !p.seen[k.field] && (!found[k.field].Exists() || k.rank < rank[k.field]) {
			found[k.field], rank[k.field], name[k.field] = value, k.rank, called.Str
		}
		return true
	})
	has := func(f int) bool { return p.seen[f] || found[f].Exists() && found[f].Type != gjson.Null }
	if !has(fieldSender) || !has(fieldTime) || !has(fieldStatus) || !has(fieldRecipient) || !p.seen[fieldRecipient] && !strings.Contains(found[fieldRecipient].Raw, "@") {
		return
	}
	p.guessed = true
	for f, value := range found {
		if value.Exists() {
			p.columns.free[f], p.columns.name[f] = true, name[f]
			p.set(f, value)
		}
	}
}
