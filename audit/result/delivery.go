package result

import (
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Delivery is one misdirected message for one recipient.
type Delivery struct {
	Time        *time.Time      `json:"time"`
	Sender      *string         `json:"sender"` // as logged; null if the log does not name it
	AuthUser    *string         `json:"auth_user"`
	Person      string          `json:"person"` // the name it is ranked under, "" if none
	Recipient   string          `json:"recipient"`
	Orig        string          `json:"orig_recipient"`
	Meant       string          `json:"meant"`
	Lookalike   string          `json:"lookalike"`
	Intended    string          `json:"intended"`
	Confidence  float64         `json:"confidence"`
	Cause       Cause           `json:"cause"` // "" in a report of an earlier version
	Status      parsers.Status  `json:"status"`
	Arrived     parsers.Arrived `json:"arrived"`
	DSN         string          `json:"dsn"`
	Relay       string          `json:"relay"`
	Bytes       int64           `json:"bytes"`
	Count       int64           `json:"count"` // equal deliveries that this one stands for
	MessageID   string          `json:"message_id"`
	QueueID     string          `json:"queue_id"`
	Subject     string          `json:"subject"` // "" unless asked for
	Source      string          `json:"source"`
	Line        int64           `json:"line"`
	New         bool            `json:"new"` // not reported before; false without a history
	Attachments int             `json:"attachments"`
	Sensitive   []string        `json:"sensitive"` // classes of audit/content, by name

	AttachmentBytes int64    `json:"attachment_bytes"` // decoded
	AttachmentKinds []string `json:"attachment_kinds"` // such as document, archive
}

// Key is the same for the same delivery in every run, whichever file it is read
// from then: what was reported before is known by it.
func (d *Delivery) Key() uint64 {
	var b strings.Builder
	if d.Time != nil {
		b.WriteString(strconv.FormatInt(d.Time.UnixNano(), 36))
	}
	for _, s := range [...]string{d.MessageID, d.QueueID, d.Person, strings.ToLower(d.Recipient)} {
		b.WriteByte(0)
		b.WriteString(s)
	}
	return xxhash.Sum64String(b.String())
}

// A Cause says how a delivery came to go to the wrong address: what keeps the next one
// from going there depends on it.
type Cause string

// The causes.
const (
	CauseTyped       Cause = "typed"        // somebody wrote to it once or twice
	CauseForward     Cause = "forward"      // an alias or a forwarding rule sent it on
	CauseList        Cause = "list"         // a mailing list has it among its members
	CauseAddressBook Cause = "address-book" // somebody wrote to it again and again
	CauseWebForm     Cause = "web-form"     // a program's mail: whoever gave the address mistyped it
	CauseReplyAll    Cause = "reply-all"    // others had written to it shortly before
)

// IsMachine says that no person sent the mail.
func (c Cause) IsMachine() bool { return c == CauseList || c == CauseWebForm }
