package wire

import "strings"

// A Folder is a response to LIST (RFC 9051 section 7.3.1).
type Folder struct {
	Raw   string   // its name as the server sent it, without quotes; "" if it cannot be read
	Attrs []string // such as \Sent
	Delim string   // what stands between the parts of its name; "" for nothing
}

// Has reports whether the server gave the folder an attribute, in any case.
func (f *Folder) Has(attr string) bool {
	for _, a := range f.Attrs {
		if strings.EqualFold(a, attr) {
			return true
		}
	}
	return false
}

func isList(response []byte) bool { return hasFold(response, "* LIST ") }

// readFolder reads a response to LIST.
func readFolder(response []byte) (f Folder) {
	c := cursor{response}
	if c.skip("* LIST "); !c.attributes(&f) {
		return Folder{}
	}
	c.spaces()
	delim, ok := c.text()
	if c.spaces(); !ok {
		return Folder{}
	}
	name, ok := c.text()
	if !ok || name == nil && !strings.HasPrefix(string(c.rest), "\r") {
		return Folder{}
	}
	if name == nil {
		name = []byte("NIL") // an atom: RFC 9051 lets a folder have this name
	}
	f.Raw, f.Delim = string(name), string(delim)
	return f
}

// attributes takes the list of a folder's attributes.
func (c *cursor) attributes(f *Folder) bool {
	if c.spaces(); !c.skip("(") {
		return false
	}
	for {
		c.spaces()
		if c.skip(")") {
			return true
		}
		a := c.atom()
		if len(a) == 0 {
			return false
		}
		f.Attrs = append(f.Attrs, string(a))
	}
}
