package parts

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
)

// Office files (ECMA-376, OpenDocument) are archives of XML. Bounds of reading
// them; beyond one nothing is read.
const (
	maxOffice    = 16 << 20 // bytes of the file, which is held in memory
	maxEntries   = 5000     // files in it
	maxExtracted = 64 << 20 // bytes of XML, in all office files of a message
	maxRatio     = 200      // of a file in it, as its header says: text and XML come to 20
)

func isOffice(mediaType, ext string) bool {
	switch ext {
	case ".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".pptx", ".pptm", ".ppsx", ".odt", ".ods", ".odp":
		return true
	}
	return strings.HasPrefix(mediaType, "application/vnd.openxmlformats-officedocument.") || strings.HasPrefix(mediaType, "application/vnd.oasis.opendocument.")
}

// directoryEntry begins the record of a file in an archive's directory (PKWARE
// APPNOTE section 4.3.12).
const directoryEntry = "PK\x01\x02"

// officeText returns the text of the XML files that people wrote.
func (p *Part) officeText() (io.Reader, bool) {
	data, err := io.ReadAll(io.LimitReader(p.body, maxOffice+1))
	if err != nil || len(data) > maxOffice || bytes.Count(data, []byte(directoryEntry)) > maxEntries {
		return nil, false
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, false
	}
	files := slices.DeleteFunc(z.File, func(f *zip.File) bool {
		return !holdsText(f.Name) || f.UncompressedSize64/max(1, f.CompressedSize64) > maxRatio
	})
	return &officeText{files: files, left: p.texts}, len(files) > 0
}

// holdsText reports whether a file holds text: others hold styles, relations and
// fonts.
func holdsText(name string) bool {
	if !strings.HasSuffix(name, ".xml") {
		return false
	}
	for _, prefix := range [...]string{"word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments",
		"xl/sharedStrings", "xl/worksheets/", "xl/comments", "ppt/slides/", "ppt/notesSlides/", "content.xml"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// officeText reads one file after the other.
type officeText struct {
	files []*zip.File
	left  *int64 // of maxExtracted
	open  io.ReadCloser
	xml   *xml.Decoder
	rest  []byte
}

func (o *officeText) Read(p []byte) (int, error) {
	for len(o.rest) == 0 {
		if o.xml == nil {
			if err := o.next(); err != nil {
				return 0, err
			}
		}
		token, err := o.xml.RawToken()
		if err != nil { // its end, or XML that is broken: the next file
			o.open.Close()
			o.xml = nil
			o.rest = []byte{'\n'}
			continue
		}
		o.take(token)
	}
	n := copy(p, o.rest)
	o.rest = o.rest[n:]
	return n, nil
}

// next opens the next file that can be.
func (o *officeText) next() error {
	for len(o.files) > 0 && *o.left > 0 {
		f := o.files[0]
		o.files = o.files[1:]
		r, err := f.Open()
		if err != nil {
			continue
		}
		o.open = r
		o.xml = xml.NewDecoder(&budgetReader{r, o.left})
		o.xml.Strict = false
		return nil
	}
	return io.EOF
}

// take keeps the visible part of a token: its text, and a line end or tab where
// a paragraph, row or cell ends. Letters in a paragraph may come in several
// runs, and are joined.
func (o *officeText) take(token xml.Token) {
	switch t := token.(type) {
	case xml.CharData:
		o.rest = append(o.rest, t...)
	case xml.StartElement:
		if t.Name.Local == "tab" || t.Name.Local == "br" || t.Name.Local == "s" {
			o.rest = []byte{' '}
		}
	case xml.EndElement:
		switch t.Name.Local {
		case "p", "h", "row", "si", "table-row", "tr":
			o.rest = []byte{'\n'}
		case "c", "tc", "v", "table-cell":
			o.rest = []byte{'\t'}
		}
	}
}

// budgetReader spends a budget that several readers share.
type budgetReader struct {
	r    io.Reader
	left *int64
}

func (b *budgetReader) Read(p []byte) (int, error) {
	if *b.left <= 0 {
		return 0, io.EOF
	}
	n, err := b.r.Read(p[:min(int64(len(p)), *b.left)])
	*b.left -= int64(n)
	return n, err
}
