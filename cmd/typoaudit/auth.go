package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/endpoints"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/report"
)

// newAuthCmd returns the command that gathers those about logging in.
func newAuthCmd(e *env) *cobra.Command {
	return group(spec{
		use: "auth", short: "Log in to mail providers that take no passwords",
		examples: `typoaudit auth login --provider microsoft --client-id ID --token-file kim.token`,
		exit: `0  done
2  usage, or the login failed
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
	},
		newAuthLoginCmd(e))
}

type authLoginOptions struct {
	provider     string
	tenant       string
	clientID     string
	clientSecret string
	deviceURL    string
	tokenURL     string
	scopes       []string
	tokenFile    string
}

func (o *authLoginOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.provider, "provider", "", "`PROVIDER`: microsoft, google, or other: with --device-url, --token-url and --scope")
	oneOf(f, "provider", "microsoft", "google", "other")
	f.StringVar(&o.tenant, "tenant", "organizations", "with microsoft: the `TENANT` of the organisation")
	f.StringVar(&o.clientID, "client-id", "", "`ID` of the application that you registered with the provider")
	f.StringVar(&o.clientSecret, "client-secret-file", "", "read the application's secret from `FILE`, if it has one")
	f.StringVar(&o.deviceURL, "device-url", "", "ask for the code at `URL`")
	f.StringVar(&o.tokenURL, "token-url", "", "ask for the token at `URL`")
	f.StringSliceVar(&o.scopes, "scope", nil, "ask for `SCOPE` (repeat; default: reading mail over IMAP)")
	f.StringVar(&o.tokenFile, "token-file", "", "keep the token in `FILE`, which only you can read")
}

func newAuthLoginCmd(e *env) *cobra.Command {
	var o authLoginOptions
	return e.command(spec{
		use:   "login --provider PROVIDER --client-id ID --token-file FILE",
		short: "Get a token for imap --token-file",
		examples: `typoaudit auth login --provider microsoft --client-id ID --token-file kim.token
typoaudit imap --sent --host outlook.office365.com --user kim@corp.example --token-file kim.token`,
		long: `login shows an address and a code. Open the address in any browser, type the
code and log in there; the token is then kept in FILE, and renewed when it has
aged. The password never comes near this program.`,
		exit: `0  the token was kept
2  usage, or the login failed
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		args:  noArgs,
		flags: o.addFlags,
		run:   func(ctx context.Context, _ *config.Settled, _ []string) error { return runAuthLogin(ctx, e, &o) },
	})
}

func runAuthLogin(ctx context.Context, e *env, o *authLoginOptions) error {
	config, err := o.config()
	if err != nil {
		return err
	}
	ctx = withClient(ctx)
	code, err := config.DeviceAuth(ctx)
	if err != nil {
		return causeOr(ctx, fmt.Errorf("ask for a code: %w", plainOAuthError(err)))
	}
	fmt.Fprintf(e.stderr, "Open %s in a browser, type the code %s and log in.\n", report.SafeText(code.VerificationURI), report.SafeText(code.UserCode))
	token, err := config.DeviceAccessToken(ctx, code)
	if err != nil {
		return causeOr(ctx, fmt.Errorf("wait for the login: %w", plainOAuthError(err)))
	}
	saved := savedToken{ClientID: config.ClientID, ClientSecret: config.ClientSecret, TokenURL: config.Endpoint.TokenURL, Scopes: config.Scopes, Token: token}
	if err := saved.write(o.tokenFile); err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "The token is kept in %s.\n", report.SafeText(o.tokenFile))
	return nil
}

// causeOr returns why ctx ended, or err if it did not.
func causeOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// config understands the flags.
func (o *authLoginOptions) config() (*oauth2.Config, error) {
	c := &oauth2.Config{ClientID: o.clientID, Scopes: o.scopes}
	switch o.provider {
	case "microsoft":
		c.Endpoint = endpoints.AzureAD(url.PathEscape(o.tenant))
		c.Scopes = orDefault(o.scopes, "https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access")
	case "google":
		c.Endpoint = endpoints.Google
		c.Scopes = orDefault(o.scopes, "https://mail.google.com/")
	case "other":
	default:
		return nil, failure.WithHint(fmt.Errorf("--provider %q: microsoft, google or other", o.provider), "other needs --device-url, --token-url and --scope")
	}
	if o.deviceURL != "" {
		c.Endpoint.DeviceAuthURL = o.deviceURL
	}
	if o.tokenURL != "" {
		c.Endpoint.TokenURL = o.tokenURL
	}
	switch {
	case o.clientID == "":
		return nil, errors.New("no --client-id given: the one of the application that you registered with the provider")
	case o.tokenFile == "":
		return nil, errors.New("no --token-file given: where the token is kept")
	case len(c.Scopes) == 0:
		return nil, errors.New("no --scope given")
	}
	if err := errors.Join(checkEndpoint(c.Endpoint.DeviceAuthURL), checkEndpoint(c.Endpoint.TokenURL)); err != nil {
		return nil, err
	}
	if o.clientSecret == "" {
		return c, nil
	}
	var err error
	c.ClientSecret, err = readSecret("--client-secret-file", o.clientSecret)
	return c, err
}

func orDefault(given []string, usual ...string) []string {
	if len(given) > 0 {
		return given
	}
	return usual
}

// checkEndpoint says why a secret may not go to an address: it must be over TLS, or
// this machine itself.
func checkEndpoint(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%q: no address of an authorization server", address)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "https" || u.Scheme == "http" && ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%q: not over https", address)
}
