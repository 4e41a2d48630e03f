package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// now is when the tests begin.
func now() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func tool() result.Tool { return result.Tool{Name: "typoaudit", Version: "test"} }

// found is an example of another lookalike.
func found(lookalike string) Finding {
	f := Example(now())
	f.Delivery.Lookalike, f.Delivery.Recipient = lookalike, "jane@"+lookalike
	return f
}

// A told is a destination that notes what it is told.
type told struct {
	mu  sync.Mutex
	all []*Message
}

func (d *told) send(_ context.Context, m *Message) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, m)
	return nil
}

func destination(send func(context.Context, *Message) error) Destination {
	return Destination{Name: "alert 1", MinConfidence: 0.9, Maybe: true, Names: true, Send: send}
}

func desk(t *testing.T, to Destination, complain func(error)) *Desk {
	return NewDesk(t.Context(), []Destination{to}, tool(), []time.Duration{0, 0}, complain)
}

// TestOnceAnHour: of a lookalike a destination is told at once, and then after an hour of all
// that was found since.
func TestOnceAnHour(t *testing.T) {
	t.Parallel()
	var to told
	d := desk(t, destination(to.send), func(err error) { t.Error(err) })
	d.Take([]Finding{found("army.ml"), found("army.ml"), found("navy.ml")}, now())
	for minute := range 59 {
		d.Take([]Finding{found("army.ml")}, now().Add(time.Duration(minute)*time.Minute))
	}
	d.Take(nil, now().Add(time.Hour))
	d.Take(nil, now().Add(3*time.Hour))
	d.Close(time.Minute)
	got := map[string][]int64{}
	for _, m := range to.all {
		got[m.Lookalike] = append(got[m.Lookalike], m.Messages)
		if m.New != (len(got[m.Lookalike]) == 1) || len(m.Deliveries) > maxListed {
			t.Errorf("new %v, %d deliveries: %+v", m.New, len(m.Deliveries), m)
		}
	}
	if text := fmt.Sprint(got); text != "map[army.ml:[2 59] navy.ml:[1]]" {
		t.Errorf("told of %s", text)
	}
	if n := len(d.queues[0].of); n != 0 {
		t.Errorf("%d lookalikes are kept, of which nothing is to be told", n)
	}
}

// TestWants: what is not sure enough, or did not arrive, is told to nobody.
func TestWants(t *testing.T) {
	t.Parallel()
	var to told
	x := destination(to.send)
	x.Maybe, x.Names = false, false
	d := desk(t, x, func(err error) { t.Error(err) })
	unsure, maybe, bounced := found("a.example"), found("b.example"), found("c.example")
	unsure.Delivery.Confidence, maybe.Delivery.Arrived, bounced.Delivery.Arrived = 0.89, parsers.ArrivedMaybe, parsers.ArrivedNo
	d.Take([]Finding{unsure, maybe, bounced, found("army.ml")}, now())
	d.Close(time.Minute)
	if len(to.all) != 1 || to.all[0].Lookalike != "army.ml" {
		t.Fatalf("told of %+v", to.all)
	}
	text, err := to.all[0].JSON()
	if err != nil || strings.Contains(string(text), "kim") || strings.Contains(string(text), "jane") {
		t.Errorf("%v: an alert without names has one: %s", err, text)
	}
}

// TestHangingWebhook: an address that never answers keeps nobody waiting; what it cannot be
// told of is counted and said.
func TestHangingWebhook(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-hang }))
	defer server.Close()
	defer close(hang)
	var mu sync.Mutex
	var said []string
	hook := &Webhook{URL: server.URL, Template: "json", Client: NewClient()}
	d := desk(t, destination(hook.Send), func(err error) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, err.Error())
	})
	taken := make(chan struct{})
	go func() {
		defer close(taken)
		for i := range 3 * maxWaiting {
			d.Take([]Finding{found(fmt.Sprintf("x%d.example", i))}, now())
		}
	}()
	<-taken // else the test never ends
	d.Close(0)
	c := d.Counts()
	if c.Sent != 0 || c.Failed+c.LeftOut != 3*maxWaiting {
		t.Errorf("%+v of %d", c, 3*maxWaiting)
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, "are waiting already") || !strings.Contains(text, "were left out") || strings.Contains(text, server.URL) {
		t.Errorf("said %s", text)
	}
}

// TestFoundBefore: after an alert that nobody got, the next one does not say that one was sent.
func TestFoundBefore(t *testing.T) {
	t.Parallel()
	var texts []string // by the goroutine of the destination, which Close waits for
	d := desk(t, destination(func(_ context.Context, m *Message) error {
		texts = append(texts, strings.Join(m.Lines(), "\n"))
		return ErrPermanent
	}), func(error) {})
	d.Take([]Finding{found("army.ml")}, now())
	d.Take([]Finding{found("army.ml")}, now().Add(time.Hour))
	d.Close(time.Minute)
	if len(texts) != 2 || !strings.Contains(texts[0], "No report in the history has this lookalike.") || !strings.Contains(texts[1], "This lookalike was found before.") || strings.Contains(texts[1], "alert") {
		t.Errorf("said %q", texts)
	}
}

// TestTry: a destination that is tried once, as by --test-alert, has an end.
func TestTry(t *testing.T) {
	t.Parallel()
	to := destination(func(ctx context.Context, _ *Message) error {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("it may hang")
		}
		return errors.New("refused")
	})
	if err := to.Try(t.Context(), to.Test(found("army.ml"), tool(), now())); err == nil {
		t.Error("got no error")
	}
}

// TestPanic: a panic while one alert is sent is a failure of that alert alone.
func TestPanic(t *testing.T) {
	t.Parallel()
	tries := 0
	var said []string // by the goroutine of the destination, which Close waits for
	d := desk(t, destination(func(context.Context, *Message) error {
		if tries++; tries == 1 {
			panic("a fault of the program")
		}
		return nil
	}), func(err error) { said = append(said, err.Error()) })
	d.Take([]Finding{found("army.ml")}, now())
	d.Take([]Finding{found("navy.ml")}, now())
	d.Close(time.Minute)
	if c := d.Counts(); c.Failed != 1 || c.Sent != 1 || len(said) != 1 || !strings.Contains(said[0], "internal error") {
		t.Errorf("%+v, said %q", c, said)
	}
}

// TestTries: what may pass is tried again, and nothing else.
func TestTries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		statuses []int
		tries    int
		sent     int64
	}{{[]int{500, 204}, 2, 1}, {[]int{429, 503}, 2, 0}, {[]int{404}, 1, 0}, {[]int{302}, 1, 0}, {[]int{200}, 1, 1}} {
		tries := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(test.statuses[tries])
			tries++
		}))
		hook := &Webhook{URL: server.URL + "/secret", Template: "json", Client: NewClient()}
		d := desk(t, destination(hook.Send), func(err error) {
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("an error has the address: %v", err)
			}
		})
		d.Take([]Finding{found("army.ml")}, now())
		d.Close(time.Minute)
		server.Close()
		if c := d.Counts(); tries != test.tries || c.Sent != test.sent || c.Failed != 1-test.sent {
			t.Errorf("%v: %d tries, %+v", test.statuses, tries, c)
		}
	}
}

// TestTemplates: each form of a webhook has what its service takes.
func TestTemplates(t *testing.T) {
	t.Parallel()
	f := found("army.ml")
	f.Delivery.Person = `<kim>&[x](https://evil.example)`
	m := newMessage([]Finding{f}, tool(), now())
	for _, test := range []struct{ template, method, path, has, hasNot string }{
		{"json", "POST", "/hook", `"schema":"typoaudit.alert/v1"`, ""},
		{"slack", "POST", "/hook", `army[.]ml`, `<kim>`},
		{"teams", "POST", "/hook", `"contentType":"application/vnd.microsoft.card.adaptive"`, `[x](`},
		{"matrix", "PUT", "/hook/", `"msgtype":"m.text"`, ""},
		{"ntfy", "POST", "/hook", "1 mail to army[.]ml, where army.mil was meant\n", ""},
	} {
		w := &Webhook{URL: "https://chat.example/hook", Template: test.template, Key: "key", Token: "token"}
		r, err := w.Request(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		body, err := w.Body(m)
		if err != nil || !strings.Contains(string(body), test.has) || test.hasNot != "" && strings.Contains(string(body), test.hasNot) {
			t.Errorf("%s: %v, %s", test.template, err, body)
		}
		if test.template != "ntfy" && !json.Valid(body) {
			t.Errorf("%s: not JSON: %s", test.template, body)
		}
		if r.Method != test.method || !strings.HasPrefix(r.URL.Path, test.path) || r.Header.Get("Authorization") != "Bearer token" || r.Header.Get(SignatureHeader) != signature("key", body) {
			t.Errorf("%s: %s %s %v", test.template, r.Method, r.URL, r.Header)
		}
	}
	// RFC 4231 section 4.3
	if got := signature("Jefe", []byte("what do ya want for nothing?")); got != "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" {
		t.Error(got)
	}
}

// TestSyslog: what a log contains is in quotes.
func TestSyslog(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	socket, err := net.ListenPacket("unixgram", path)
	if err != nil {
		t.Skip(err)
	}
	defer socket.Close()
	f := found("army.ml")
	f.Delivery.Person = "kim\n<0>kernel: x"
	if err := (&Syslog{path}).Send(t.Context(), newMessage([]Finding{f}, tool(), now())); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1<<10)
	n, _, err := socket.ReadFrom(b)
	if got := string(b[:n]); err != nil || !strings.HasPrefix(got, "<20>typoaudit[") || !strings.Contains(got, `sender="kim\n<0>kernel: x" recipient="jane@army.ml" meant="jane@army.mil" status=delivered arrived=yes`) {
		t.Errorf("%v: %q", err, got)
	}
	if err := (&Syslog{path + "x"}).Send(t.Context(), newMessage([]Finding{f}, tool(), now())); err == nil || errors.Is(err, ErrPermanent) {
		t.Errorf("no socket: %v", err)
	}
}
