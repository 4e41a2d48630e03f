package aliases

import (
	"bytes"

	"golang.org/x/text/encoding/unicode"
)

// decode makes UTF-8 of UTF-16, which exports of Windows are in, and takes off a byte
// order mark.
func decode(text []byte) ([]byte, error) {
	if order, ok := byteOrder(text); ok {
		return unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(text)
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

// byteOrder recognises UTF-16 by its mark, or by a NUL in every other place of the first
// characters.
func byteOrder(text []byte) (order unicode.Endianness, ok bool) {
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		return unicode.BigEndian, true
	}
	const sample, enough = 64, 8 // bytes
	if len(text) < enough {
		return unicode.LittleEndian, false
	}
	var nul [2]int
	head := text[:min(sample, len(text))/2*2]
	for i, c := range head {
		if c == 0 {
			nul[i&1]++
		}
	}
	switch half := len(head) / 2; {
	case nul[0] == 0 && nul[1] == half:
		return unicode.LittleEndian, true
	case nul[1] == 0 && nul[0] == half:
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, false
}
