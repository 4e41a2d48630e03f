package table

import (
	"strings"
	"sync"

	"github.com/typoaudit/typoaudit/parsers"
)

// statusWords are the words that other systems have for a status, in the languages of
// headings.
func statusWords() map[parsers.Status]string {
	return map[parsers.Status]string{
		parsers.StatusDelivered: "sent|ok|success|succeeded|relayed|delivered to recipient|mail delivered|opened|clicked|" +
			"zugestellt|gesendet|versendet|remis|remise|livré|distribué|envoyé|entregado|enviado|consegnato|consegnata|inviato|inviata|entregue|afgeleverd|bezorgd|verzonden|" +
			"dostarczono|wysłano|доставлено|отправлено|配信済み|配信済|送信済み|配信されました|已送达|已发送|已傳遞|전달됨",
		parsers.StatusBounced: "failed|failure|bounce|undelivered|undeliverable|hard bounce|hardbounce|hard_bounce|hardfail|not delivered|delivery failed|permanent failure|invalid email|error|" +
			"fehler|fehlgeschlagen|unzustellbar|nicht zugestellt|échec|échoué|en échec|error de entrega|fallido|con error|rebotado|non riuscito|fallito|falhou|falha|mislukt|niepowodzenie|" +
			"сбой|ошибка|失敗|失敗しました|失败|실패",
		parsers.StatusDeferred: "queued|pending|delayed|soft bounce|softbounce|soft_bounce|softfail|retrying|in progress|processing|temporary failure|" +
			"ausstehend|in warteschlange|en attente|pendiente|in sospeso|pendente|in behandeling|oczekujące|ожидание|保留中|挂起|대기중",
		parsers.StatusRejected:  "refused|blocked|denied|abgelehnt|blockiert|refusé|bloqué|rechazado|bloqueado|rifiutato|bloccato|rejeitado|geweigerd|拒否|拒绝",
		parsers.StatusDiscarded: "dropped|filteredasspam|filtered as spam",
		parsers.StatusHeld:      "quarantined|quarantine|quarantäne|in quarantäne|quarantaine|mis en quarantaine|cuarentena|en cuarentena|in quarantena|quarentena|検疫済み|検疫|隔离",
		parsers.StatusUnknown:   "processed|accepted|allowed|none|getting status|gettingstatus",
	}
}

// statusOf are the statuses by their words.
var statusOf = sync.OnceValue(func() map[string]parsers.Status {
	of := map[string]parsers.Status{}
	for status, words := range statusWords() {
		for w := range strings.SplitSeq(words, "|") {
			of[w] = status
		}
	}
	return of
})

// readStatus reads a word of parsers.Status, or one that other systems have for it.
func readStatus(s *parsers.Status, word []byte) error {
	err := s.UnmarshalText(word)
	if err == nil {
		return nil
	}
	other, ok := statusOf()[string(word)]
	if !ok {
		return err
	}
	*s = other
	return nil
}

// readDirection reads a word of parsers.Direction, or one that other systems have for it.
func readDirection(d *parsers.Direction, word []byte) error {
	switch string(word) {
	case "out", "outgoing", "originating":
		*d = parsers.DirectionOutbound
	case "in", "incoming":
		*d = parsers.DirectionInbound
	default:
		return d.UnmarshalText(word)
	}
	return nil
}
