package parts

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
)

// walked lists the parts as "type name: text".
func walked(t *testing.T, message string) (out []string, sum Summary) {
	t.Helper()
	sum, err := Walk(strings.NewReader(message), func(p *Part) error {
		s := p.Type
		if p.Name != "" {
			s += " " + p.Name
		}
		if r, ok := p.Text(); ok {
			b, err := io.ReadAll(r)
			if err != nil {
				t.Error(err)
			}
			s += ": " + string(b)
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return out, sum
}

const mixed = `Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
Content-Type: multipart/mixed; boundary="outer"

To be ignored
--outer
Content-Type: multipart/alternative; boundary=outer-2

--outer-2
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

f=FCr=
 Dich = 1=zz
--outer-2
Content-Type: text/html; charset=utf-8

<style>p{}</style><p>one<br>two&amp;<b>th</b>ree</p><script>x()</script>
--outer-2--
epilogue
--outer
Content-Type: application/octet-stream; name="C:\folder\notes.txt"
Content-Disposition: attachment
Content-Transfer-Encoding: base64

aGVs*bG8=
--outer
Content-Type: image/png
Content-ID: <logo>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--outer
Content-Type: message/rfc822

Subject: inner
From: jane@corp.example

inner body
--outer
Content-Type: application/pdf
Content-Disposition: attachment; filename*=utf-8''pl%C3%A4ne.pdf

%PDF-1.7
--outer--
behind the end
`

func TestWalk(t *testing.T) {
	t.Parallel()
	want := []string{
		"text/x-subject: Grüße", "text/plain: für Dich = 1=zz", "text/html: \none\ntwo&three\n", "application/octet-stream notes.txt: hello",
		"image/png", "text/plain: inner body", "application/pdf pläne.pdf",
	}
	for _, message := range []string{mixed, strings.ReplaceAll(mixed, "\n", "\r\n")} {
		got, sum := walked(t, message)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		attached := parsers.Attachments{Number: 3, Bytes: 5 + 8, Kinds: parsers.KindText | parsers.KindMessage | parsers.KindPDF}
		if diff := cmp.Diff(Summary{Parts: 6, Attachments: attached}, sum); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"pdf", "message", "text"}, attached.Kinds.Words()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestWalkBroken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		message string
		want    []string
	}{
		"empty":             {"", nil},
		"no header":         {"\nbody", []string{"text/plain: body"}},
		"no empty line":     {"Content-Type: text/plain\nthis is no field\nmore", []string{"text/plain: this is no field\nmore"}},
		"no last boundary":  {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n", []string{"text/plain: one", "text/plain: two\n"}},
		"inner without end": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--\n", []string{"text/plain: one", "text/plain: two"}},
		"no boundary":       {"Content-Type: multipart/mixed\n\n--b\n\none\n", []string{"multipart/mixed"}},
		"a bad parameter":   {"Content-Type: text/plain; charset=\"utf-8\"; charset=x; =; name=\"a;b.txt\"\n\nhi", []string{"text/plain a;b.txt: hi"}},
		"a bad type":        {"Content-Type: text\n\nhi", []string{"text/plain: hi"}},
		"unknown charset":   {"Content-Type: text/plain; charset=klingon\n\nhi", []string{"text/plain: hi"}},
		"a header alone":    {"Subject: s\n", []string{"text/x-subject: s"}},
		"a digest":          {"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: s\n\none\n--b--", []string{"text/plain: one"}},
		"dashes":            {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bb\n--c\n--b--", []string{"text/plain: --bb\n--c"}},
		"utf-16":            {"Content-Type: text/plain; charset=us-ascii\n\n\xff\xfeh\x00i\x00", []string{"text/plain: hi"}},
	} {
		got, _ := walked(t, test.message)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	deep, many, parts := &strings.Builder{}, &strings.Builder{}, 100_000
	if testing.Short() {
		parts = 2 * MaxParts
	}
	for i := range parts {
		fmt.Fprintf(deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	many.WriteString("Content-Type: multipart/mixed; boundary=b\n\n")
	for range parts {
		many.WriteString("--b\n\nx\n")
	}
	for name, test := range map[string]struct {
		r     io.Reader
		limit string
		parts int
	}{
		"deep":          {strings.NewReader(deep.String()), "nested", 1},
		"deep messages": {strings.NewReader(strings.Repeat("Content-Type: message/rfc822\n\n", parts)), "", 1},
		"many parts":    {strings.NewReader(many.String()), "very many parts", MaxParts},
		"long header":   {strings.NewReader("X: " + strings.Repeat("x", 3*MaxHeaders) + "\n\nbody"), "headers", 0},
		"many fields":   {strings.NewReader(strings.Repeat("A: b\n", MaxHeaders)), "headers", 0},
	} {
		sum, err := Walk(test.r, func(*Part) error { return nil })
		if err != nil || sum.Parts != test.parts || (test.limit != "") != (len(sum.Limits) == 1) || !strings.Contains(strings.Join(sum.Limits, " "), test.limit) {
			t.Errorf("%s: %+v, %v", name, sum, err)
		}
	}
}

// TestMaxBytes: of a message that never ends the beginning is walked.
func TestMaxBytes(t *testing.T) {
	t.Parallel()
	w := &NewWalker().w
	w.begin(io.MultiReader(strings.NewReader("Content-Disposition: attachment\n\n"), endless{}), func(*Part) error { return nil })
	w.left = 1 << 20
	if err := w.walk(); err != nil || len(w.sum.Limits) != 1 || w.sum.Attachments.Bytes < 1<<20-lineSize || w.sum.Attachments.Bytes > 1<<20 {
		t.Errorf("%+v, %v", w.sum, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestErrors(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	if _, err := Walk(strings.NewReader(mixed), func(*Part) error { return wrong }); !errors.Is(err, wrong) {
		t.Error(err)
	}
	half := io.MultiReader(strings.NewReader(mixed[:600]), iotest.ErrReader(wrong))
	if sum, err := Walk(half, func(*Part) error { return nil }); !errors.Is(err, wrong) || sum.Parts == 0 {
		t.Errorf("%+v, %v", sum, err)
	}
}

// TestAgainstTheStandardLibrary: the output of mime/multipart is read back, in
// whatever pieces it comes.
func TestAgainstTheStandardLibrary(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	fmt.Fprintf(&b, "Content-Type: %s\r\n\r\n", mime.FormatMediaType("multipart/mixed", map[string]string{"boundary": m.Boundary()}))
	var want []string
	for i := range 20 {
		text := strings.Repeat(fmt.Sprintf("line %d\r\n--no boundary\r\n", i), i*100)
		part, err := m.CreatePart(textproto.MIMEHeader{"Content-Type": {"text/plain; charset=utf-8"}, "Content-Transfer-Encoding": {"base64"}})
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(part, base64.StdEncoding.EncodeToString([]byte(text)))
		want = append(want, text)
	}
	m.Close()
	var got []string
	_, err := Walk(iotest.OneByteReader(&b), func(p *Part) error {
		text, err := io.ReadAll(p)
		got = append(got, string(text))
		return err
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// office makes an archive of files.
func office(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, files[i+1])
	}
	z.Close()
	return b.String()
}

func attached(name, data string) string {
	return "Content-Type: application/octet-stream; name=" + name + "\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte(data))
}

func TestOffice(t *testing.T) {
	t.Parallel()
	word := office(t, "word/styles.xml", "<s>no</s>", "word/document.xml", `<w:document xmlns:w="x"><w:p><w:r><w:t>pass</w:t></w:r><w:r><w:t>word: x</w:t></w:r></w:p><w:p><w:t>two</w:t></w:p></w:document>`)
	sheet := office(t, "xl/sharedStrings.xml", "<sst><si><t>Card</t></si></sst>", "xl/worksheets/sheet1.xml", "<row><c><v>4111</v></c><c><v>22</v></c></row>")
	odt := office(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<text:p>a<text:s/>b</text:p>")
	for name, test := range map[string][2]string{
		"a.docx": {word, "password: x\ntwo\n\n"},
		"a.xlsx": {sheet, "Card\n\n4111\t\t22\t\t\n\n"},
		"a.odt":  {odt, "a b\n\n"},
		"b.docx": {office(t, "word/document.xml", "<p>broken <b"), "broken \n"},
	} {
		got, _ := walked(t, attached(name, test[0]))
		if diff := cmp.Diff([]string{"application/octet-stream " + name + ": " + test[1]}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestOfficeBombs: what grows too much, and what has too many files, is not
// read.
func TestOfficeBombs(t *testing.T) {
	t.Parallel()
	spaces := 20 << 20
	if testing.Short() {
		spaces = 2 << 20 // as dense
	}
	var many []string
	for i := range maxEntries + 1 {
		many = append(many, fmt.Sprintf("word/document%d.xml", i), "<p>x</p>")
	}
	for name, data := range map[string]string{
		"ratio.docx": office(t, "word/document.xml", "<p>"+strings.Repeat(" ", spaces)), "many.docx": office(t, many...),
		"none.docx": "PK\x03\x04", "empty.docx": office(t),
	} {
		if got, _ := walked(t, attached(name, data)); len(got) != 1 || strings.Contains(got[0], ":") {
			t.Errorf("%s: %.100q", name, got)
		}
	}
}

// TestSizes: what is not read is as large as what is, however it is encoded and
// damaged, and wherever reading ends.
func TestSizes(t *testing.T) {
	t.Parallel()
	bodies := []string{
		"", "\n", "\r\n", "\r", "x", "QUJD", "QUJDRA==", "QUJDRA==\nQUJD", "QUJDR", "QUJDRE", "QUJDREU", "QU*JD RE\tU=", "====", "Q=Q=Q=", "Q\r\nU\r\nJ\r\nD\r\n", "_-_-\r\r\n\n",
		"a=3D=\n=4", "=", "==", "=\r\nx", "=\r", "= \n", "=4Z=zz=4=41", "soft=\r\n=\n\n", "tail=\r\n", "--\n-- b\n--bb\n", strings.Repeat("QUJD\r\n", 9000), strings.Repeat("QUJDRUZH", 9000), strings.Repeat("=41=\n", 9000), strings.Repeat("-", 40_000),
		strings.Repeat("\r", 40_000), "text\n" + strings.Repeat("\r", 17_000) + "\n",
	}
	for _, encoding := range []string{"base64", "quoted-printable", "8bit", ""} {
		for _, body := range bodies {
			for _, end := range []string{"", "\n--b--\n", "\r\n--b\r\n\r\nnext"} {
				message := "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment\nContent-Transfer-Encoding: " + encoding + "\n\n" + body + end
				var whole int64
				want, _ := Walk(strings.NewReader(message), func(p *Part) error {
					n, err := io.Copy(io.Discard, p)
					whole += n
					return err
				})
				for _, read := range []int64{0, 1, 2, 5000} {
					got, err := Walk(iotest.HalfReader(strings.NewReader(message)), func(p *Part) error {
						_, _ = io.CopyN(io.Discard, p, read)
						return nil
					})
					if diff := cmp.Diff(want, got); diff != "" || err != nil || want.Attachments.Bytes > whole {
						t.Errorf("%s %.30q %q, %d bytes read: %s %v", encoding, body, end, read, diff, err)
					}
				}
			}
		}
	}
}

// FuzzWalk: no input panics, runs away, or yields more than it had.
func FuzzWalk(f *testing.F) {
	f.Add(mixed)
	f.Add(attached("a.docx", office(f, "word/document.xml", "<p>x</p>")))
	f.Add("Content-Type: text/html\n\n<p>a&#x41;<scr")
	f.Add("Content-Type: multipart/digest; boundary=\"\"\n\n--\n\n--")
	f.Fuzz(func(t *testing.T, message string) {
		var read int64
		sum, err := Walk(strings.NewReader(message), func(p *Part) error {
			if r, ok := p.Text(); ok {
				n, err := io.Copy(io.Discard, r)
				read += n
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if left, err := Walk(strings.NewReader(message), nil); err != nil || cmp.Diff(sum, left) != "" {
			t.Errorf("where the parts are not read: got %+v, want %+v; error %v", left, sum, err)
		}
		if sum.Parts > len(message) || sum.Attachments.Bytes > int64(len(message)) || read > 1000*int64(len(message)+1) {
			t.Errorf("%+v, %d bytes of text of %d", sum, read, len(message))
		}
	})
}

func BenchmarkWalk(b *testing.B) {
	message := "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n" +
		strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 100_000) + "--b--\n"
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		if sum, err := Walk(strings.NewReader(message), func(*Part) error { return nil }); err != nil || sum.Attachments.Number != 1 {
			b.Fatal(sum, err)
		}
	}
}
