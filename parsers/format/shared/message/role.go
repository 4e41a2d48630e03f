package message

import (
	"mime"
	"strings"
)

// A Role says how the messages of a folder concern its owner.
type Role uint8

// The roles. The zero value means that the folder does not say: an archive, a
// trash, an export.
const (
	RoleUnknown  Role = iota
	RoleSent          // the owner sent them
	RoleReceived      // they came in
	RoleDraft         // they were not sent, or not yet
	RoleJunk          // they came in, and their senders may be forged
)

// RoleOf returns the role of a folder by its name, in the languages in which mail
// programs name folders. Of a path the last part counts that names one:
// "INBOX.Sent", "Mail/Sent.sbd/2024", "[Gmail]/Gesendet".
func RoleOf(folder string) Role {
	folder = strings.ToLower(decoded(folder))
	if r := roleOf(folder); r != RoleUnknown {
		return r
	}
	parts := strings.FieldsFunc(folder, func(c rune) bool { return c == '/' || c == '\\' || c == '.' || c == '^' })
	for i := len(parts) - 1; i >= 0; i-- {
		if r := roleOf(parts[i]); r != RoleUnknown {
			return r
		}
	}
	return RoleUnknown
}

// decoded undoes encoded words (RFC 2047), as Takeout writes labels.
func decoded(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	if d, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		return d
	}
	return s
}

// roleOf returns the role of one name in lower case.
func roleOf(name string) Role {
	name = strings.Map(func(c rune) rune {
		switch c {
		case '-', '_', ' ':
			return ' '
		case '’':
			return '\''
		}
		return c
	}, strings.Trim(name, " \"'[]"))
	name = strings.TrimRight(name, " 0123456789()") // Sent-1, "Sent (2)", sent-2024
	switch name {
	case "sent", "sent items", "sent mail", "sent messages", "sentmail", "sentitems", "sent objects", "outgoing", "gmail sent mail", // en
		"gesendet", "gesendete objekte", "gesendete elemente", "gesendete nachrichten", "gesendete mails", "postausgang gesendet", // de
		"envoyés", "éléments envoyés", "messages envoyés", "objets envoyés", "courrier envoyé", // fr
		"enviados", "elementos enviados", "mensajes enviados", "correo enviado", "itens enviados", "e mails enviados", "e mail enviados", "enviadas", // es, pt
		"inviati", "posta inviata", "inviata", "elementi inviati", "messaggi inviati", // it
		"verzonden", "verzonden items", "verzonden berichten", "verzonden objecten", // nl
		"skickat", "skickade objekt", "skickade", "sendt", "sendt post", "sendte elementer", "sendte", "sendt e post", // sv, da, nb
		"lähetetyt", "lähetetyt viestit", "saadetud", "saadetud kirjad", "nosūtītie", "išsiųsti", "išsiųsti laiškai", // fi, et, lv, lt
		"wysłane", "elementy wysłane", "odeslané", "odeslaná pošta", "odoslané", "odoslaná pošta", "elküldött", "elküldött elemek", "elküldött üzenetek", // pl, cs, sk, hu
		"trimise", "mesaje trimise", "elemente trimise", "poslano", "poslane stavke", "poslato", "изпратени", // ro, hr, sl, sr, bg
		"отправленные", "надіслані", "відправлені", "απεσταλμένα", "σταλμένα", "gönderilmiş öğeler", "gönderilenler", "gönderilmiş", // ru, uk, el, tr
		"送信済み", "送信済みアイテム", "送信済みメール", "已发送", "已发送邮件", "已傳送", "寄件備份", "已寄出", "보낸편지함", "보낸 편지함", "보낸 메일함", // ja, zh, ko
		"נשלח", "פריטים שנשלחו", "דואר יוצא", "البريد المرسل", "العناصر المرسلة", "المرسل": // he, ar
		return RoleSent
	case "inbox", "posteingang", "boîte de réception", "bandeja de entrada", "caixa de entrada", "posta in arrivo", "in arrivo", "postvak in", "inkorg", "inkorgen",
		"indbakke", "innboks", "saapuneet", "odebrane", "skrzynka odbiorcza", "doručená pošta", "beérkezett üzenetek", "mesaje primite", "входящие", "вхідні",
		"εισερχόμενα", "gelen kutusu", "受信トレイ", "收件箱", "收件匣", "받은편지함", "받은 편지함", "דואר נכנס", "البريد الوارد", "received":
		return RoleReceived
	case "drafts", "draft", "outbox", "unsent messages", "unsent", "templates", "postponed", "scheduled", "snoozed drafts", "entwürfe", "vorlagen", "postausgang", "brouillons", "boîte d'envoi", "modèles",
		"borradores", "plantillas", "bandeja de salida", "rascunhos", "modelos", "caixa de saída", "bozze", "modelli", "posta in uscita", "concepten", "sjablonen", "postvak uit",
		"utkast", "utkorg", "mallar", "kladder", "kladde", "udbakke", "utboks", "luonnokset", "lähtevät", "szkice", "szablony", "wersje robocze", "robocze", "skrzynka nadawcza",
		"koncepty", "rozepsané", "šablony", "piszkozatok", "ciorne", "skice", "черновики", "чернетки", "исходящие", "вихідні", "πρόχειρα", "εξερχόμενα", "taslaklar", "giden kutusu",
		"下書き", "送信トレイ", "草稿", "草稿箱", "发件箱", "寄件匣", "임시보관함", "임시 보관함", "보낼 편지함", "טיוטות", "מסודות", "المسودات", "مسودات":
		return RoleDraft
	case "junk", "spam", "junk e mail", "junk email", "bulk mail", "bulk", "werbung", "spamverdacht", "courrier indésirable", "indésirables", "pourriel", "correo no deseado",
		"lixo eletrônico", "lixo electrónico", "posta indesiderata", "ongewenste e mail", "ongewenst", "skräppost", "uønsket", "søppelpost", "roskaposti", "wiadomości śmieci",
		"nevyžádaná pošta", "levélszemét", "спам", "нежелательная почта", "ανεπιθύμητα", "önemsiz", "迷惑メール", "垃圾邮件", "垃圾郵件", "스팸", "스팸편지함", "דואר זבל", "البريد العشوائي":
		return RoleJunk
	}
	return RoleUnknown
}
