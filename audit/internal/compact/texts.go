package compact

// Texts hold pieces of text in blocks. They are ready for use when empty.
type Texts struct{ blocks [][]byte }

// textBits is of a block of text: its size is the reach of a place in it.
const textBits = 17

// MaxText is the longest text, in bytes.
const MaxText = 1 << (textBits - 1)

// Room returns n bytes, at most MaxText, and the place where they lie.
func (t *Texts) Room(n int) (b []byte, at uint32) {
	last := len(t.blocks) - 1
	if last < 0 || cap(t.blocks[last])-len(t.blocks[last]) < n {
		t.blocks = append(t.blocks, make([]byte, 0, 1<<textBits))
		last++
	}
	end := len(t.blocks[last])
	t.blocks[last] = t.blocks[last][:end+n]
	return t.blocks[last][end:], uint32(last)<<textBits | uint32(end)
}

// From returns the text that begins at a place, and the texts after it.
func (t *Texts) From(at uint32) []byte {
	return t.blocks[at>>textBits][at&(1<<textBits-1):]
}
