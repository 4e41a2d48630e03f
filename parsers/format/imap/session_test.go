package imap

import (
	"errors"
	"io"
	"net"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// TestRefusedGreeting: a server that refuses is heard, also when it has closed the
// connection before anybody asks.
func TestRefusedGreeting(t *testing.T) {
	t.Parallel()
	for range 20 {
		ours, theirs := net.Pipe()
		c := imapclient.New(ours, nil)
		if _, err := io.WriteString(theirs, "* BYE busy\r\n"); err != nil {
			t.Fatal(err)
		}
		theirs.Close()
		<-c.Closed()
		var refused *imap.Error
		if err := waitGreeting(c); !errors.As(err, &refused) || refused.Text != "busy" {
			t.Fatal(err)
		}
	}
}
