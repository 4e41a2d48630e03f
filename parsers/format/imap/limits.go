package imap

import "time"

// Limits bound what a server may cost. Nothing that it sends is believed
// before it is within them.
type Limits struct {
	Greeting time.Duration // for the connection, the TLS handshake and the greeting each
	Read     time.Duration // between two pieces of an answer
	Answer   time.Duration // for a whole answer, from the command to its end
	Total    time.Duration // for everything; 0 is for ever
	Wasted   time.Duration // on attempts in an account that brought nothing
	Pause    time.Duration // before the second attempt to connect; it doubles
	Batch    int           // messages of one FETCH
	Window   int           // messages of one SEARCH
	Messages int           // of one folder; the rest is told to be left out
}

// DefaultLimits are those that a slow server on a slow line keeps.
func DefaultLimits() Limits {
	return Limits{
		Greeting: 15 * time.Second, Read: 30 * time.Second, Answer: 45 * time.Second, Total: 12 * time.Hour, Wasted: 45 * time.Second,
		Pause: 100 * time.Millisecond, Batch: 1000, Window: 50_000, Messages: 20_000_000,
	}
}

// Bounds in bytes and counts. At each of them the connection is given up.
const (
	// maxLine bounds an answer without its literals. The longest genuine one
	// is that to SEARCH, 11 bytes a message.
	maxLine = 1 << 20
	// maxLiteral bounds a header block, as in other mailboxes.
	maxLiteral = 256 << 10
	// maxResponse bounds an answer with its literals.
	maxResponse = 4 << 20
	// maxCommand bounds what a command may bring, and messageShare what it
	// may bring more for each message that is asked for.
	maxCommand   = 2 << 20
	messageShare = 16 << 10
	// maxResponses bounds the answers to a command beside those that it asks
	// for: the client spends more on each than its bytes tell.
	maxResponses = 20_000
	// maxGreeting bounds what is read before TLS begins.
	maxGreeting = 16 << 10
	// maxFolders bounds the list of folders.
	maxFolders = 10_000
)

// maxTries is how often in a row a connection may fail without a single
// message before a folder is given up.
const maxTries = 8

// maxBad is how many messages of a folder may be unreadable before it is
// given up: a server that fails on each of them is not worth the wait.
const maxBad = 1000
