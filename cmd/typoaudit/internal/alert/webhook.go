package alert

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// SignatureHeader has "sha256=" and the HMAC-SHA-256 of the body in hexadecimal digits, as
// that of GitHub's webhooks has.
const SignatureHeader = "X-Typoaudit-Signature"

// A Webhook is an address that alerts are sent to by HTTP.
type Webhook struct {
	URL      string
	Template string // json, slack, teams, matrix or ntfy
	Key      string // of the signature, "" for none
	Token    string // of the header Authorization, "" for none
	// Client sends the requests; its timeout and redirects are its own.
	Client *http.Client
}

// NewClient returns a client that follows no redirect: what is sent is for the address that
// is named.
func NewClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.IdleConnTimeout, t.MaxResponseHeaderBytes = 4, time.Minute, 64<<10
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Request returns the request that sends a message.
func (w *Webhook) Request(ctx context.Context, m *Message) (*http.Request, error) {
	body, err := w.Body(m)
	if err != nil {
		return nil, err
	}
	method, address := http.MethodPost, w.URL
	if w.Template == "matrix" { // client-server API, PUT /rooms/{room}/send/m.room.message/{transaction}
		sum := sha256.Sum256(body)
		method, address = http.MethodPut, strings.TrimSuffix(w.URL, "/")+"/"+hex.EncodeToString(sum[:16])
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, plainURL(err)
	}
	r.Header.Set("User-Agent", m.Tool.Name+"/"+m.Tool.Version)
	r.Header.Set("Content-Type", "application/json")
	if w.Template == "ntfy" {
		r.Header.Set("Content-Type", "text/plain; charset=utf-8")
		r.Header.Set("Title", m.Title())
		r.Header.Set("Priority", "high")
		r.Header.Set("Tags", "warning")
	}
	if w.Key != "" {
		r.Header.Set(SignatureHeader, signature(w.Key, body))
	}
	if w.Token != "" {
		r.Header.Set("Authorization", "Bearer "+w.Token)
	}
	return r, nil
}

func signature(key string, body []byte) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write(body)
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

// Body returns the message in the form of the template.
func (w *Webhook) Body(m *Message) ([]byte, error) {
	type object map[string]any
	text := strings.Join(m.Lines(), "\n")
	switch w.Template {
	case "slack":
		return marshal(object{"text": strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)})
	case "teams": // Adaptive Card, as the workflow "post to a channel when a webhook request is received" takes it
		var blocks []object
		for i, line := range m.Lines() {
			block := object{"type": "TextBlock", "text": markdownSafe(line), "wrap": true}
			if i == 0 {
				block["weight"] = "Bolder"
			}
			blocks = append(blocks, block)
		}
		card := object{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": blocks}
		return marshal(object{"type": "message", "attachments": []object{{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}})
	case "matrix":
		return marshal(object{"msgtype": "m.text", "body": text})
	case "ntfy":
		return []byte(text), nil
	}
	return m.JSON()
}

// marshal writes JSON without escapes for HTML, which no reader of it is.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// markdownSafe escapes what an Adaptive Card takes for Markdown.
func markdownSafe(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`").Replace(s)
}

// Send implements the Send of a Destination.
func (w *Webhook) Send(ctx context.Context, m *Message) error {
	r, err := w.Request(ctx, m)
	if err != nil {
		return errors.Join(err, ErrPermanent)
	}
	answer, err := w.Client.Do(r)
	if err != nil {
		return plainURL(err)
	}
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // so that the connection can be used again
	_ = answer.Body.Close()
	switch s := answer.StatusCode; {
	case s >= 200 && s < 300:
		return nil
	case s == http.StatusTooManyRequests, s == http.StatusRequestTimeout, s >= 500:
		return fmt.Errorf("it answers %d", s)
	default:
		return fmt.Errorf("it answers %d: %w", s, ErrPermanent)
	}
}

// plainURL takes the address off an error: it may be a secret.
func plainURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
