package guard

import (
	"encoding/binary"
	"errors"
	"net"
)

// maxFrame bounds what a mail server sends at a time, in bytes: no body is asked for. The
// library would take half a gigabyte.
const maxFrame = 64 << 10

// A framed listener accepts connections whose frames are bounded.
type framed struct{ net.Listener }

// Accept implements net.Listener.
func (l framed) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &framedConn{Conn: conn}, nil
}

// A framedConn ends at a frame that is too long: four bytes with its length begin one.
type framedConn struct {
	net.Conn
	head []byte // of the frame at hand, up to four bytes
	left uint32 // of the frame, after its head
}

var errFrame = errors.New("a frame is too long")

// Read implements net.Conn.
func (c *framedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	for part := b[:n]; len(part) > 0; {
		if c.left > 0 {
			skip := min(uint32(len(part)), c.left)
			c.left -= skip
			part = part[skip:]
			continue
		}
		c.head, part = append(c.head, part[0]), part[1:]
		if len(c.head) == frameHead {
			if c.left = binary.BigEndian.Uint32(c.head); c.left > maxFrame {
				return 0, errFrame
			}
			c.head = c.head[:0]
		}
	}
	return n, err
}

// frameHead is the length of the head of a frame.
const frameHead = 4
