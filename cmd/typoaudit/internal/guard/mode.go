package guard

import (
	"fmt"
	"strings"
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
