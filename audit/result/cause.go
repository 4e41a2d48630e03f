package result

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
