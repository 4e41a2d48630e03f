package mail

import (
	"bytes"
	"fmt"
	"io"
	"regexp"

	gomail "github.com/wneessen/go-mail"
)

// Write writes a mail as a file that is the same for the same mail. go-mail
// draws the boundaries of the parts at random and takes a single one from
// outside: here they become numbers after the mail's own name. No other part
// of a mail can hold "boundary=": bodies and headers that may are encoded.
func Write(w io.Writer, m *gomail.Msg) error {
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return fmt.Errorf("write the mail: %w", err)
	}
	out := b.Bytes()
	found := regexp.MustCompile(`boundary=([0-9a-f]{60})`).FindAllSubmatch(out, -1)
	for i, f := range found {
		out = bytes.ReplaceAll(out, bytes.Clone(f[1]), fmt.Appendf(nil, "%s-%d", digest(m.GetMessageID()), i+1))
	}
	_, err := w.Write(out)
	return err
}
