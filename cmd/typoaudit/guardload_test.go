//go:build linux

package main

import (
	"fmt"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// TestGuardLoad: at a thousand recipients a second a real Postfix that asks a guard answers each as
// it must. It prints how long the answers took, without and with a guard; what that was on another
// machine is no condition.
func TestGuardLoad(t *testing.T) {
	if os.Getenv("TYPOAUDIT_TEST_LONG") == "" {
		t.Skip("TYPOAUDIT_TEST_LONG is not set")
	}
	servers.Need(t, "/usr/lib/postfix/sbin/master")
	g := startLearned(t, "--socket-group", "postfix", "--mode", "confirm")
	s, log := postfixWith(t, "smtpd_recipient_limit=100000", "smtpd_client_connection_count_limit=0", "smtpd_hard_error_limit=100000", "smtpd_junk_command_limit=100000", "smtpd_error_sleep_time=0")
	var without, with []time.Duration
	for round := range 6 {
		asks := "smtpd_recipient_restrictions="
		if round%2 == 1 {
			asks += "check_policy_service { unix:" + g.path("policy") + ", timeout=30s, default_action=DUNNO }"
		}
		conf := filepath.Join(filepath.Dir(log), "conf")
		for _, args := range [][]string{{"postconf", "-c", conf, "-e", asks}, {"postfix", "-c", conf, "reload"}} {
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%q: %v: %s", args, err, out)
			}
		}
		time.Sleep(time.Second)
		took := loadOf(t, s, round)
		if round < 2 {
			continue // both are warm then
		}
		if round%2 == 1 {
			with = append(with, took...)
		} else {
			without = append(without, took...)
		}
	}
	slices.Sort(without)
	slices.Sort(with)
	at := func(all []time.Duration, p int) time.Duration { return all[len(all)*p/1000] }
	t.Logf("%d recipients without a guard: p50 %v, p99 %v; %d with: p50 %v, p99 %v", len(without), at(without, 500), at(without, 990), len(with), at(with, 500), at(with, 990))
}

// loadOf sends recipients at a thousand a second by eight connections for some seconds, and returns
// how long each answer took.
func loadOf(t *testing.T, s *submission, round int) (all []time.Duration) {
	const connections, seconds, gap = 8, 4, 8 * time.Millisecond
	var mu sync.Mutex
	var sending sync.WaitGroup
	for c := range connections {
		client := s.open()
		sending.Go(func() {
			defer client.Close()
			var took []time.Duration
			next := time.Now().Add(gap * time.Duration(c) / connections)
			for i := range seconds * int(time.Second/gap) {
				time.Sleep(time.Until(next))
				next = next.Add(gap)
				took = append(took, timeOf(t, client, fmt.Sprintf("u%d.%d.%d@%s", round, c, i, []string{"army.mil", "new.example"}[i%2])))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
		})
	}
	sending.Wait()
	return all
}

// timeOf is how long the answer to a recipient took, who must be taken.
func timeOf(t *testing.T, client *smtp.Client, to string) time.Duration {
	began := time.Now()
	if err := client.Rcpt(to); err != nil {
		t.Error(err)
	}
	return time.Since(began)
}
