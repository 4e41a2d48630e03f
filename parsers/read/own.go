package read

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// ownFile returns why a source that begins so is not read: it is what this program wrote.
// What it says of mail would be taken for mail again. It is nil for anything else, also for
// what parse writes, which is there to be read.
func ownFile(head []byte) error {
	what := ownText(head)
	if what == "" && bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\xef\xbb\xbf"), []byte("{")) {
		what = ownObject(head)
	}
	if what == "" {
		return nil
	}
	return &ConvertError{"written by typoaudit itself: " + what + "; name the log that it was made of"}
}

// ownText names what this program wrote and begins with a text of its own, "" for anything
// else.
func ownText(head []byte) string {
	for _, x := range [...]struct{ begin, what string }{
		{"typoaudit partial ", "a partial, which typoaudit merge reads"},
		{"rank,sender,exposure,risk,", "a report (senders)"},
		{"domain,unicode,intended,also,kind,", "a report (lookalikes)"},
		{"time,sender,auth_user,person,recipient,orig_recipient,meant,lookalike,intended,", "a report (findings)"},
		{"wrong_address,right_address,cause,", "a list of fixes"},
	} {
		if bytes.HasPrefix(head, []byte(x.begin)) {
			return x.what
		}
	}
	const database, id = "SQLite format 3\x00", "TYPO" // https://www.sqlite.org/fileformat.html: the application id
	if at := 68; bytes.HasPrefix(head, []byte(database)) && len(head) >= at+len(id) && string(head[at:at+len(id)]) == id {
		return "a history, which --state names the folder of"
	}
	return ""
}

// ownObject names what this program wrote in JSON, "" for anything else.
func ownObject(head []byte) string {
	object := gjson.ParseBytes(head) // the first one; the head may end within it
	const own, ofParse = "typoaudit.", "typoaudit.delivery/"
	if schema := object.Get("schema").String(); strings.HasPrefix(schema, own) && !strings.HasPrefix(schema, ofParse) {
		return fmt.Sprintf("of the schema %q", schema)
	}
	has := func(keys ...string) bool {
		for _, key := range keys {
			if !object.Get(key).Exists() {
				return false
			}
		}
		return true
	}
	switch {
	case has("recipient", "meant", "lookalike", "intended", "confidence"):
		return "findings"
	case has("listed.lookalike", "listed.intended"):
		return "findings in alias maps"
	case has("action", "would", "reason", "mode", "recipient", "meant"):
		return "the decisions of guard"
	case has("time", "what", "person", "recipient"):
		return "what guard asked"
	case has("domain", "intended", "kind", "first_seen", "weeks", "state"):
		return "findings of a history"
	case object.Get("event.module").String() == "typoaudit":
		return "findings (ecs)"
	case object.Get("metadata.product.name").String() == "typoaudit":
		return "findings (ocsf)"
	}
	return ""
}
