package wire

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// A Message is the response to FETCH for one message (RFC 9051 section 7.5.2),
// as far as it was asked for. It is borrowed: the next one takes its memory.
type Message struct {
	UID      uint32
	Size     int64     // of the whole message, in bytes (RFC822.SIZE)
	Received time.Time // when the server got it (INTERNALDATE); zero if it does not say
	Header   []byte    // the fields that were asked for
	Body     []byte    // the beginning of the body, if it was asked for
}

// Read reads a response that the client has begun to read, and reports whether
// the message is complete and has a UID. It uses the memory of m again.
func (m *Message) Read(data *imapclient.FetchMessageData) bool {
	*m = Message{Header: m.Header[:0], Body: m.Body[:0]}
	complete, cut := false, false
	for item := data.Next(); item != nil; item = data.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			m.UID = uint32(item.UID)
		case imapclient.FetchItemDataRFC822Size:
			m.Size = item.Size
		case imapclient.FetchItemDataInternalDate:
			m.Received = item.Time
		case imapclient.FetchItemDataBodySection:
			switch {
			case item.Literal == nil:
			case item.Section.Specifier == imap.PartSpecifierText:
				cut = !readLiteral(item.Literal, &m.Body)
			case !complete:
				complete = readLiteral(item.Literal, &m.Header)
			}
		}
	}
	return complete && !cut && m.UID != 0
}

// readLiteral reads a literal to its end, and reports whether it is complete:
// the client takes the end of the connection for the end of a literal.
func readLiteral(r imap.LiteralReader, into *[]byte) bool {
	b := (*into)[:0]
	for {
		b = slices.Grow(b, 512)
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err != nil {
			*into = b
			return errors.Is(err, io.EOF) && int64(len(b)) == r.Size()
		}
	}
}
