package guard

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/typoaudit/typoaudit/audit"
)

// A Mode is what a guard may do about a mail that looks like a slip. Each does what the
// ones before do besides.
type Mode int

// The modes, in the order in which they are switched on.
const (
	Observe Mode = iota // say in the log what would be asked
	Warn                // and mark the mail with a header
	Confirm             // refuse it once: sent again, it passes
	Refuse              // and refuse for good what block would block
)

// Modes returns the names of the modes, in their order.
func Modes() []string { return []string{"observe", "warn", "confirm", "refuse"} }

// ParseMode returns the mode of a name.
func ParseMode(name string) (Mode, error) {
	for i, known := range Modes() {
		if name == known {
			return Mode(i), nil
		}
	}
	return 0, fmt.Errorf("--mode %s: one of %s", name, strings.Join(Modes(), ", "))
}

func (m Mode) String() string { return Modes()[m] }

// An Action is what becomes of one recipient.
type Action int

// The actions. The zero value lets the mail pass as if there were no guard.
const (
	Pass Action = iota
	Mark        // let it pass, with a header
	Ask         // refuse it, until it is sent again
	Deny        // refuse it
)

func (a Action) String() string { return [...]string{"pass", "warn", "ask", "refuse"}[a] }

// A Reason is why an action was taken.
type Reason string

// The reasons.
const (
	ReasonClear     Reason = "clear"     // it does not look like a slip
	ReasonSlip      Reason = "slip"      // it does
	ReasonListed    Reason = "listed"    // it is in the file of --refuse
	ReasonConfirmed Reason = "confirmed" // the sender sent it again, now or before
	ReasonLimit     Reason = "limit"     // the sender was asked often enough
	ReasonMachine   Reason = "machine"   // nobody reads a question: a program, a list, a bounce
	ReasonNoLogin   Reason = "no login"  // it is not known who would be asked
	ReasonRule      Reason = "ignored"   // an ignore rule is about it
	ReasonNotReady  Reason = "not ready" // nothing was learned yet
	ReasonLate      Reason = "late"      // the answer took too long
	ReasonInvalid   Reason = "invalid"   // the recipient is no address with a domain
	ReasonForeign   Reason = "foreign"   // it is nobody's mail of ours
)

// A Request is a question about one recipient of a mail that is about to be sent.
type Request struct {
	audit.Attempt
	Instance string       // of the mail: all its recipients have the same; "" if it is not known
	OfNobody bool         // an address is asked about, and no mail: it is weighed whoever writes there
	Unsent   bool         // somebody is writing the mail: a note about it would come too early
	settled  *atomic.Bool // the answer is given, or is about to be noted; nil without a deadline
}

// settle says whether the caller is the first to settle what is answered: what nobody is
// answered any more must not be noted as a question, which the next mail would confirm.
func (r *Request) settle() bool { return r.settled == nil || r.settled.CompareAndSwap(false, true) }

// A Decision is the answer to a Request.
type Decision struct {
	Action Action
	Reason Reason
	// Would is what may be done about what looks like a slip, whatever the mode and the
	// limits make of it: Ask or Deny, and Pass for all other mail.
	Would  Action
	Text   string // for the sender: ASCII, at most maxText bytes; "" if it passes
	Header string // value of the header that marks the mail, "" for none
	// Confirmed says that this is the second try, by which the sender answered.
	Confirmed bool
	Noted     bool // a note to the sender is on its way
	audit.Answer
}

// IsFinding says whether the mail looks like a slip, whatever was done about it.
func (d *Decision) IsFinding() bool { return d.Would != Pass }
