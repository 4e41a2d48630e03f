package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
)

// secretOptions are the flags that say where a secret is had from. None holds
// the secret itself: others see the flags of a running program.
type secretOptions struct {
	config.Secret
	mechanism string
}

func (o *secretOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.PasswordFile, "password-file", "", "read the password from `FILE`, its first line")
	f.StringVar(&o.PasswordCommand, "password-command", "", "let the shell run `COMMAND`, which prints the password")
	f.StringVar(&o.PasswordCredential, "password-credential", "", "take the password from the systemd credential `NAME`")
	f.StringVar(&o.TokenFile, "token-file", "", "log in by OAuth with the token in `FILE`: as typoaudit auth login wrote it, or plain")
	f.StringVar(&o.TokenCommand, "token-command", "", "log in by OAuth with the token that `COMMAND` prints")
	f.StringVar(&o.mechanism, "oauth", "auto", "`HOW` a token is sent: xoauth2, oauthbearer, or auto: as the server can")
	oneOf(f, "oauth", "auto", "xoauth2", "oauthbearer")
}

// maxSecret bounds a secret, in bytes.
const maxSecret = 64 << 10

// secret returns where the secret comes from. A password is had once, before
// anything is connected; a token again for each connection.
func (o *secretOptions) secret(ctx context.Context, e *env, user string) (imap.Mechanism, func(context.Context) (string, error), error) {
	given := 0
	for _, s := range []string{o.PasswordFile, o.PasswordCommand, o.PasswordCredential, o.TokenFile, o.TokenCommand} {
		if s != "" {
			given++
		}
	}
	mechanism, err := o.oauth()
	switch {
	case err != nil:
		return 0, nil, err
	case given > 1:
		return 0, nil, errors.New("more than one of --password-file, --password-command, --password-credential, --token-file and --token-command")
	case o.TokenFile != "":
		e.warnOfSecret("--token-file", o.TokenFile)
		return mechanism, tokenFile(o.TokenFile).token, nil
	case o.TokenCommand != "":
		return mechanism, func(ctx context.Context) (string, error) {
			return e.runForSecret(ctx, "--token-command", o.TokenCommand)
		}, nil
	}
	password, err := o.password(ctx, e, user)
	if err != nil {
		return 0, nil, err
	}
	return imap.Password, func(context.Context) (string, error) { return password, nil }, nil
}

func (o *secretOptions) oauth() (imap.Mechanism, error) {
	switch o.mechanism {
	case "auto":
		return imap.Token, nil
	case "xoauth2":
		return imap.XOAuth2, nil
	case "oauthbearer":
		return imap.OAuthBearer, nil
	}
	return 0, fmt.Errorf("--oauth %s: auto, xoauth2 or oauthbearer", o.mechanism)
}

func (o *secretOptions) password(ctx context.Context, e *env, user string) (string, error) {
	switch {
	case o.PasswordFile != "":
		e.warnOfSecret("--password-file", o.PasswordFile)
		return readSecret("--password-file", o.PasswordFile)
	case o.PasswordCommand != "":
		return e.runForSecret(ctx, "--password-command", o.PasswordCommand)
	case o.PasswordCredential != "":
		folder := e.getenv("CREDENTIALS_DIRECTORY")
		if folder == "" {
			return "", errors.New("--password-credential: systemd gave no credentials ($CREDENTIALS_DIRECTORY is not set)")
		}
		if o.PasswordCredential != filepath.Base(o.PasswordCredential) {
			return "", fmt.Errorf("--password-credential %s: a name, not a path", o.PasswordCredential)
		}
		return readSecret("--password-credential", filepath.Join(folder, o.PasswordCredential))
	}
	return e.prompt(ctx, fmt.Sprintf("Password of %s: ", user))
}

// readSecret reads the first line of a file.
func readSecret(flag, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", flag, path, failure.Plain(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret))
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", flag, path, failure.Plain(err))
	}
	secret := firstLine(text)
	if secret == "" {
		return "", fmt.Errorf("%s %s: it is empty", flag, path)
	}
	return secret, nil
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r")
}

// killGrace is how long the end of a command is waited for after SIGTERM.
const killGrace = 200 * time.Millisecond

// runForSecret returns the first line that a command prints. What it says on
// standard error is passed on; it may ask on the terminal.
func (e *env) runForSecret(ctx context.Context, flag, command string) (string, error) {
	running, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(running, "/bin/sh", "-c", command)
	out := &limitedBuffer{full: stop}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.stdin, out, e.stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = killGrace
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) { // it ended well, and left a program that holds its output
		return "", fmt.Errorf("%s: the command ended with %w", flag, err)
	}
	secret := firstLine(out.text)
	if secret == "" {
		return "", fmt.Errorf("%s: the command printed nothing", flag)
	}
	return secret, nil
}

// A limitedBuffer takes no more than a secret may be long, and calls full when
// it is given more.
type limitedBuffer struct {
	text []byte
	full func()
}

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if len(b.text)+len(p) > maxSecret {
		b.full()
		return 0, errors.New("more than a secret")
	}
	b.text = append(b.text, p...)
	return len(p), nil
}

// prompt asks on the terminal, and shows nothing of what is typed.
func (e *env) prompt(ctx context.Context, question string) (string, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", failure.WithHint(errors.New("no password given, and no terminal to ask on"), "use --password-file, --password-command, --password-credential, --token-file or --token-command")
	}
	defer tty.Close()
	fd := int(tty.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", fmt.Errorf("ask for the password: %w", err)
	}
	fmt.Fprint(tty, question)
	typed := make(chan error, 1)
	var password []byte
	go func() {
		var err error
		password, err = term.ReadPassword(fd)
		typed <- err
	}()
	select {
	case err = <-typed:
	case <-ctx.Done():
		_ = term.Restore(fd, before)
		err = context.Cause(ctx)
	}
	fmt.Fprint(tty, "\r\x1b[K") // the question has served
	switch {
	case err != nil:
		return "", fmt.Errorf("ask for the password: %w", err)
	case len(password) == 0:
		return "", errors.New("no password was typed")
	}
	return string(password), nil
}
