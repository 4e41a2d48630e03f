package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
)

// authServer stands for a provider's: the login is done at the second
// question.
func authServer(t *testing.T, answer func(form map[string][]string) (status int, body string)) *httptest.Server {
	var asked atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/device", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"device_code":"dev-1","user_code":"ABCD-EFGH","verification_uri":"https://login.example/device","expires_in":60,"interval":1}`)
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Content-Type", "application/json")
		if r.Form.Get("grant_type") != "refresh_token" && asked.Add(1) == 1 {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"authorization_pending"}`)
			return
		}
		status, body := answer(r.Form)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func loginArgs(s *httptest.Server, file string) []string {
	return []string{"auth", "login", "--provider", "microsoft", "--client-id", "app-1", "--device-url", s.URL + "/device", "--token-url", s.URL + "/token", "--token-file", file}
}

// TestAuthLogin: the token is kept for its owner alone, used by imap, and
// renewed when it has aged.
func TestAuthLogin(t *testing.T) {
	t.Parallel()
	renewed := 0
	auth := authServer(t, func(form map[string][]string) (int, string) {
		if form["grant_type"][0] == "refresh_token" {
			renewed++
			return 200, fmt.Sprintf(`{"access_token":"access-%d","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-2"}`, renewed+1)
		}
		return 200, `{"access_token":"access-1","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-1"}`
	})
	file := filepath.Join(t.TempDir(), "kim.token")
	r := call(t.Context(), nil, loginArgs(auth, file)...)
	if r.status != exitOK || r.stdout != "" || !strings.Contains(r.stderr, "Open https://login.example/device in a browser, type the code ABCD-EFGH") || strings.Contains(r.stderr, "access-1") {
		t.Fatalf("%+v", r)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
	s := &fakeimap.Server{Messages: leaking()}
	fakeimap.Start(t, s, false)
	imap := func(want string) {
		t.Helper()
		before := len(s.Commands())
		r := call(t.Context(), nil, imapArgs(s, "--tls", "none", "--oauth", "xoauth2", "--token-file", file)...)
		if sent := strings.Join(s.Commands()[before:], "\n"); r.status != exitOK || !strings.Contains(sent, "AUTHENTICATE XOAUTH2 "+base64XOAuth2("kim", want)) {
			t.Errorf("%+v: %s", r, sent)
		}
	}
	imap("access-1")
	age(t, file)
	imap("access-2")
	imap("access-2")
	if renewed != 1 {
		t.Errorf("renewed %d times", renewed)
	}
}

// age makes a token one that has expired.
func age(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var saved savedToken
	if err := json.Unmarshal(text, &saved); err != nil {
		t.Fatal(err)
	}
	saved.Token.Expiry = time.Now().Add(-time.Hour)
	if err := saved.write(file); err != nil {
		t.Fatal(err)
	}
}

func TestAuthLoginFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"refused":          {400, `{"error":"access_denied","error_description":"app-secret"}`, "refused: access_denied"},
		"an unknown word":  {400, `{"error":"app-secret","error_description":"x"}`, "refused, with status 400"},
		"no JSON":          {200, "app-secret", "cannot be read"},
		"a broken server":  {500, "app-secret", "status 500"},
		"no token at all":  {200, `{"hint":"app-secret"}`, "cannot be read"},
		"a way to another": {302, "app-secret", "status 302"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			auth := authServer(t, func(map[string][]string) (int, string) { return tt.status, tt.body })
			file := filepath.Join(t.TempDir(), "kim.token")
			r := call(t.Context(), nil, append(loginArgs(auth, file), "--client-secret-file", secretFile(t, "app-secret"))...)
			if r.status != exitUsage || !strings.Contains(r.stderr, tt.want) || strings.Contains(r.stderr, "app-secret") {
				t.Errorf("got %+v, want %q", r, tt.want)
			}
			if _, err := os.Stat(file); err == nil {
				t.Error("a token was kept")
			}
		})
	}
}

func TestAuthLoginUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, want string }{
		{"--provider example", "microsoft, google or other"},
		{"--provider google --token-file x", "no --client-id"},
		{"--provider google --client-id x", "no --token-file"},
		{"--provider other --client-id x --token-file x", "no --scope"},
		{"--provider other --client-id x --token-file x --scope x", "no address"},
		{"--provider microsoft --client-id x --token-file x --token-url http://login.example/token", "not over https"},
	} {
		r := call(t.Context(), nil, append([]string{"auth", "login"}, strings.Fields(tt.args)...)...)
		if r.status != exitUsage || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: %+v", tt.args, r)
		}
	}
}

func base64XOAuth2(user, token string) string {
	return base64.StdEncoding.EncodeToString([]byte("user=" + user + "\x01auth=Bearer " + token + "\x01\x01"))
}
