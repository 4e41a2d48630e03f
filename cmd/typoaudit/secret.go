package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// maxSecret bounds a password, in bytes.
const maxSecret = 4 << 10

// secret returns a password from where the configuration says. It stands in no
// flag, no variable and no message.
func (e *env) secret(ctx context.Context, s *secretConfig) (string, error) {
	switch {
	case s.PasswordCommand != "":
		return commandSecret(ctx, s.PasswordCommand)
	case s.PasswordCredential != "":
		folder := e.getenv("CREDENTIALS_DIRECTORY")
		if folder == "" {
			return "", errors.New("password_credential: $CREDENTIALS_DIRECTORY is not set: systemd sets it (LoadCredential=)")
		}
		return fileSecret(filepath.Join(folder, s.PasswordCredential))
	case s.PasswordFile != "":
		return fileSecret(s.PasswordFile)
	}
	return "", errors.New("no password is configured")
}

// killDelay is how long a program that was ended is waited for.
const killDelay = 200 * time.Millisecond

func fileSecret(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("password file %s: %w", path, plainError(err))
	}
	return firstLine(b, "password file "+path)
}

// commandSecret runs a command, as a shell would, and takes the first line that
// it writes. It ends with ctx.
func commandSecret(ctx context.Context, command string) (string, error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	var out bytes.Buffer
	cmd.Stdout = &out
	cmd.WaitDelay = killDelay // what the shell started may hold the pipe
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("password command: %w", err)
	}
	return firstLine(out.Bytes(), "password command")
}

func firstLine(b []byte, what string) (string, error) {
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" || len(line) > maxSecret {
		return "", fmt.Errorf("%s: no password in its first line", what)
	}
	return line, nil
}
