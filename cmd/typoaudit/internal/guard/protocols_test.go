package guard

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestMilterFrames: a frame that claims half a gigabyte ends the connection.
func TestMilterFrames(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer ours.Close()
	go func() {
		for _, size := range []uint32{13, 0, maxFrame, maxFrame + 1} {
			b := binary.BigEndian.AppendUint32(nil, size)
			if _, err := theirs.Write(append(b, make([]byte, min(size, maxFrame))...)); err != nil {
				return
			}
		}
	}()
	n, err := io.Copy(io.Discard, &framedConn{Conn: ours})
	if !errors.Is(err, errFrame) || n < 13+maxFrame {
		t.Errorf("got %d bytes, %v", n, err)
	}
}

func TestExim(t *testing.T) {
	t.Parallel()
	for mode, want := range map[Mode]string{
		Observe: "\n", Warn: "X-Typoaudit: army.ml looks like army.mil (confidence 0.",
		Confirm: "550 5.7.1 did you mean jane@army.mil? If jane@army.ml is right, send again within 10 minutes.",
	} {
		g, _, _ := testGuard(t, mode)
		for _, text := range []string{"bob\nbob@corp.example\njane@army.ml\n", "bob\nbob@corp.example\njane@army.mil\n"} {
			conn := talk(t, g.ServeExim)
			if _, err := io.WriteString(conn, text); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(conn)
			if strings.Contains(text, "army.mil") {
				want = "\n"
			}
			if err != nil || !strings.HasPrefix(string(got), want) || strings.Count(string(got), "\n") != 1 {
				t.Errorf("%s, %q: got %q, %v", mode, text, got, err)
			}
		}
	}
	g, _, _ := testGuard(t, Confirm)
	for _, text := range []string{"a\nb\n\n", strings.Repeat("x", 2*maxPolicyLine)} {
		conn := talk(t, g.ServeExim)
		go func() { _, _ = io.WriteString(conn, text) }()
		if got, err := io.ReadAll(conn); len(got) > 0 || err != nil {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	g, c, _ := testGuard(t, Confirm)
	var out bytes.Buffer
	const rcpt = "filter|0.7|1576146008.006099|smtp-in|rcpt-to|7641df9771b4ed00|1ef1c203cc576e5d|"
	in := "config|smtpd-version|7.0.0\nconfig|ready\n" +
		"report|0.7|1576146008.006099|smtp-in|link-auth|7641df9771b4ed00|ok|bob\n" +
		"report|0.7|1576147242.200225|smtp-in|tx-mail|7641df9771b4ed00|94d9d1b7|ok|bob@corp.example\n" +
		rcpt + "jane@army.ml\n" + rcpt + "jane@army.mil\n" + strings.Repeat("x", 2*maxPolicyLine) + "\n" + "report|0.7|1|smtp-in|tx-mail|1\n" +
		"report|0.7|1576147242.300225|smtp-in|link-disconnect|7641df9771b4ed00\n" + rcpt + "jane@army.ml\n"
	if err := g.Filter(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	want := "register|report|smtp-in|link-auth\nregister|report|smtp-in|link-disconnect\nregister|report|smtp-in|tx-mail\nregister|filter|smtp-in|rcpt-to\nregister|ready\n" +
		"filter-result|7641df9771b4ed00|1ef1c203cc576e5d|reject|550 5.7.1 did you mean jane@army.mil? If jane@army.ml is right, send again within 10 minutes. army.ml looks like army.mil\n" +
		"filter-result|7641df9771b4ed00|1ef1c203cc576e5d|proceed\nfilter-result|7641df9771b4ed00|1ef1c203cc576e5d|proceed\n"
	if got := out.String(); got != want {
		t.Errorf("got:\n%s", got)
	}
	out.Reset()
	c.now = c.now.Add(time.Minute) // as OpenSMTPD 6 says it
	old := "config|ready\nreport|0.5|1|smtp-in|link-auth|1|bob|pass\nreport|0.5|1|smtp-in|tx-mail|1|2|bob@corp.example|ok\nfilter|0.5|1|smtp-in|rcpt-to|1|3|jane@army.ml\n"
	if err := g.Filter(strings.NewReader(old), &out); err != nil || !strings.HasSuffix(out.String(), "filter-result|1|3|proceed\n") || g.Counters.Confirmed.Load() != 1 {
		t.Errorf("got %s, %v", out.String(), err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	g, _, _ := testGuard(t, Confirm)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /check", g.Check)
	s := httptest.NewServer(Local(mux, ListenOptions{}))
	defer s.Close()
	ask := func(method, body string, header ...string) (int, string) {
		r, err := http.NewRequest(method, s.URL+"/check", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
			if header[i] == "Host" {
				r.Host = header[i+1]
			}
		}
		answer, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	const slip = `{"login":"bob","sender":"bob@corp.example","recipient":"jane@army.ml"}`
	status, text := ask("POST", slip)
	var got Reply
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != http.StatusOK || got.Action != "ask" || got.Meant != "jane@army.mil" || got.Code != "550 5.7.1" || !got.Lookalike {
		t.Errorf("got %d %s", status, text)
	}
	if status, text := ask("POST", strings.Replace(slip, ".ml", ".mil", 1)); status != http.StatusOK || !strings.Contains(text, `"action":"pass","reason":"clear"`) {
		t.Errorf("what is meant: got %d %s", status, text)
	}
	for _, body := range []string{`{"recipient":"jane@army.ml"}`, `{"sender":"bob@corp.example","recipient":"jane@army.ml"}`} {
		if status, text := ask("POST", body, "Content-Type", "text/plain"); status != http.StatusOK || !strings.Contains(text, `"action":"warn","reason":"no login"`) || !strings.Contains(text, `"lookalike":true`) {
			t.Errorf("%s: got %d %s, want a lookalike that nobody is asked about", body, status, text)
		}
	}
	for _, body := range []string{strings.Replace(slip, "login", "sasl_username", 1), `{"login":"bob@corp.example","recipient":"jane@army.ml"}`} {
		if _, text := ask("POST", body); !strings.Contains(text, `"action":"ask"`) {
			t.Errorf("%s: got %s, want a question", body, text)
		}
	}
	for body, want := range map[string]string{
		`{"login":"bob","sender":"","recipient":"jane@army.ml"}`: `"action":"pass","reason":"machine"`, `{"sender":"","recipient":"jane@army.ml"}`: `"action":"pass","reason":"foreign"`,
	} {
		if _, text := ask("POST", body); !strings.Contains(text, want) {
			t.Errorf("a bounce: %s: got %s, want %s", body, text, want)
		}
	}
	for _, c := range []struct {
		method, body string
		header       []string
		want         int
	}{
		{"GET", "", nil, http.StatusMethodNotAllowed},
		{"POST", "[" + slip + "]", nil, http.StatusBadRequest},
		{"POST", slip + slip, nil, http.StatusBadRequest},
		{"POST", `{"login":"bob"}`, nil, http.StatusBadRequest},
		{"POST", `{"recipient":"a@b.example","what":1}`, nil, http.StatusBadRequest},
		{"POST", `{"recipient":"` + strings.Repeat("x", maxBody) + `@b.example"}`, nil, http.StatusBadRequest},
		{"POST", slip, []string{"Origin", "https://hostile.example"}, http.StatusForbidden},
		{"POST", slip, []string{"Host", "hostile.example"}, http.StatusForbidden},
	} {
		if status, text := ask(c.method, c.body, c.header...); status != c.want {
			t.Errorf("%s %.80s %v: got %d %s, want %d", c.method, c.body, c.header, status, text, c.want)
		}
	}
}

// FuzzProtocols: whatever comes, each protocol answers in its own words, or ends.
func FuzzProtocols(f *testing.F) {
	f.Add([]byte("bob\nbob@corp.example\njane@army.ml\n"))
	f.Add([]byte("config|ready\nreport|0.7|1|smtp-in|link-auth|1|ok|bob\nfilter|0.7|1|smtp-in|rcpt-to|1|2|jane@army.ml\n"))
	f.Add([]byte(`{"login":"bob","sender":"bob@corp.example","recipient":"jane@army.ml"}`))
	f.Add(append(binary.BigEndian.AppendUint32(nil, 2), "Ox"...))
	g, _, _ := testGuard(f, Confirm)
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := readExim(bufio.NewReaderSize(bytes.NewReader(b), maxPolicyLine)); err == nil {
			if answer := g.answerExim(a); strings.Count(answer, "\n") != 1 || len(answer) > 2*maxText {
				t.Errorf("exim: %q", answer)
			}
		}
		var out bytes.Buffer
		if err := g.Filter(bytes.NewReader(b), &out); err != nil {
			t.Errorf("filter: %v", err)
		}
		if q, err := readQuestion(bytes.NewReader(b)); err == nil && q.Recipient == "" {
			t.Error("a question about nobody")
		}
		conn, theirs := net.Pipe()
		go func() {
			_, _ = theirs.Write(b)
			theirs.Close()
		}()
		if _, err := io.Copy(io.Discard, &framedConn{Conn: conn}); err != nil && !errors.Is(err, errFrame) {
			t.Errorf("milter: %v", err)
		}
		conn.Close()
	})
}
