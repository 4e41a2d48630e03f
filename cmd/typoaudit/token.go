package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
)

// A savedToken is a token file as auth login writes it: the token, and what it
// takes to have a new one when it has aged.
type savedToken struct {
	ClientID     string        `json:"client_id"`
	ClientSecret string        `json:"client_secret,omitempty"`
	TokenURL     string        `json:"token_url"`
	Scopes       []string      `json:"scopes"`
	Token        *oauth2.Token `json:"token"`
}

// httpTimeout bounds a question to an authorization server.
const httpTimeout = 30 * time.Second

// withClient returns a context in which the library asks no longer than
// httpTimeout, and follows no redirection: a secret goes where it was meant to.
func withClient(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		Timeout:       httpTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}

// tokenFile returns a file that holds a token.
func tokenFile(path string) *tokens { return &tokens{path: path} }

// tokens gives out the token of a file, renewed where needed. The connections
// of a run share it.
type tokens struct {
	path string
	mu   sync.Mutex
}

func (t *tokens) token(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, err := readBounded(t.path)
	if err != nil {
		return "", fmt.Errorf("--token-file %s: %w", t.path, failure.Plain(err))
	}
	if !strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		if token := firstLine(text); token != "" {
			return token, nil
		}
		return "", fmt.Errorf("--token-file %s: it is empty", t.path)
	}
	var saved savedToken
	if err := json.Unmarshal(text, &saved); err != nil || saved.Token == nil {
		return "", fmt.Errorf("--token-file %s: neither a token nor a file of typoaudit auth login", t.path)
	}
	token, err := t.renew(ctx, &saved)
	if err != nil {
		return "", fmt.Errorf("--token-file %s: %w", t.path, err)
	}
	return token, nil
}

// renew returns the token of saved, or a new one, which it saves.
func (t *tokens) renew(ctx context.Context, saved *savedToken) (string, error) {
	if saved.Token.Valid() {
		return saved.Token.AccessToken, nil
	}
	if saved.Token.RefreshToken == "" {
		return "", failure.WithHint(errors.New("the token has expired"), "log in again by typoaudit auth login")
	}
	if err := checkEndpoint(saved.TokenURL); err != nil {
		return "", err
	}
	config := oauth2.Config{ClientID: saved.ClientID, ClientSecret: saved.ClientSecret, Endpoint: oauth2.Endpoint{TokenURL: saved.TokenURL}, Scopes: saved.Scopes}
	fresh, err := config.TokenSource(withClient(ctx), saved.Token).Token()
	if err != nil {
		return "", failure.WithHint(fmt.Errorf("renew the token: %w", plainOAuthError(err)), "log in again by typoaudit auth login")
	}
	saved.Token = fresh
	if err := saved.write(t.path); err != nil {
		return "", err
	}
	return fresh.AccessToken, nil
}

// write keeps a token, for its owner's eyes only.
func (s *savedToken) write(path string) error {
	return writeFile(path, func(w io.Writer) error { return json.NewEncoder(w).Encode(s) })
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSecret))
}

// plainOAuthError takes the server's answer out of an error of the library,
// which puts all of it in: it may hold a secret. The code of the error is one
// of a few words (RFC 6749 section 5.2, RFC 8628 section 3.5).
func plainOAuthError(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return errors.New("the authorization server cannot be asked, or its answer cannot be read")
	}
	switch refused.ErrorCode {
	case "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "access_denied", "expired_token":
		return fmt.Errorf("the authorization server refused: %s", refused.ErrorCode)
	}
	if refused.Response != nil {
		return fmt.Errorf("the authorization server refused, with status %d", refused.Response.StatusCode)
	}
	return errors.New("the authorization server refused")
}
