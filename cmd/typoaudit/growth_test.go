//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A shape is an input that grows, and the arguments that audit it.
type shape struct {
	n    int // of the smallest
	make func(s *stage, n int) (args []string)
}

// delivered returns the lines of a mail that Postfix delivered.
func delivered(n int, id, from, to string) string {
	stamp := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second).Format(time.RFC3339)
	queue := fmt.Sprintf("4%014d", n)
	return fmt.Sprintf("%[1]s mail postfix/smtpd[1]: %[2]s: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=%[4]s\n"+
		"%[1]s mail postfix/cleanup[1]: %[2]s: message-id=<%[3]s>\n"+
		"%[1]s mail postfix/qmgr[2]: %[2]s: from=<%[4]s>, size=400, nrcpt=1 (queue active)\n"+
		"%[1]s mail postfix/smtp[3]: %[2]s: to=<%[5]s>, relay=mx.x[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)\n"+
		"%[1]s mail postfix/qmgr[2]: %[2]s: removed\n", stamp, queue, id, from, to)
}

// log writes a log of n mails.
func (s *stage) log(n int, mail func(i int) string) []string {
	var b strings.Builder
	for i := range n {
		b.WriteString(mail(i))
	}
	s.write("mail.log", b.String())
	return []string{"mail.log"}
}

// mbox writes a mailbox of n messages of which each has some header fields more.
func (s *stage) mbox(n int, fields func(i int) string) []string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "From kim@corp.example Mon Nov 16 09:00:00 2026\nFrom: kim@corp.example\nDate: Mon, 16 Nov 2026 09:00:00 +0000\n%s\nbody\n\n", fields(i))
	}
	s.write("Sent", b.String())
	return []string{"Sent"}
}

// shapes are those that were quadratic, and with TYPOAUDIT_TEST_LONG many more.
func shapes() map[string]shape {
	all := map[string]shape{
		"one message id and recipient": {10_000, func(s *stage, n int) []string {
			return s.log(n, func(i int) string { return delivered(i, "same@corp.example", "kim@corp.example", "jane@army.ml") })
		}},
		"files that begin alike": {100, func(s *stage, n int) (args []string) {
			begin := strings.Repeat("2026-11-02T00:00:00Z mail postfix/anvil[9]: statistics: nothing\n", 1100)
			for i := range n {
				name := fmt.Sprintf("mail.log.%d", i)
				s.write(name, begin+delivered(i, fmt.Sprint(i), "kim@corp.example", "jane@army.ml"))
				args = append(args, name)
			}
			return args
		}},
		"ignore rules and findings": {1000, func(s *stage, n int) []string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "*q%d@army.ml\n", i)
			}
			s.write("rules", b.String())
			return append(s.log(n, func(i int) string {
				return delivered(i, fmt.Sprint(i), "kim@corp.example", fmt.Sprintf("p%d@army.ml", i))
			}), "--ignore-file", "rules")
		}},
	}
	if !isLong() {
		return all
	}
	log := func(n int, mail func(i int) string) shape {
		return shape{n, func(s *stage, n int) []string { return s.log(n, mail) }}
	}
	mbox := func(n int, fields func(i int) string) shape {
		return shape{n, func(s *stage, n int) []string { return s.mbox(n, fields) }}
	}
	once := func(n int, fields func(n int) string) shape {
		return shape{n, func(s *stage, n int) []string { return s.mbox(1, func(int) string { return fields(n) }) }}
	}
	all["senders"] = log(10_000, func(i int) string {
		return delivered(i, fmt.Sprint(i), fmt.Sprintf("u%d@corp.example", i), "jane@army.ml")
	})
	all["domains"] = log(10_000, func(i int) string {
		return delivered(i, fmt.Sprint(i), "kim@corp.example", fmt.Sprintf("jane@d%d.example", i))
	})
	all["lookalikes"] = log(2000, func(i int) string {
		return delivered(i, fmt.Sprint(i), "kim@corp.example", "jane@army"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676%26))+".mil")
	})
	all["messages without an end"] = log(20_000, func(i int) string {
		lines := strings.SplitAfter(delivered(i, fmt.Sprint(i), "kim@corp.example", "jane@army.ml"), "\n")
		return strings.Join(lines[:3], "")
	})
	all["attempts of one message"] = log(20_000, func(i int) string {
		return strings.ReplaceAll(strings.SplitAfter(delivered(i, "x", "kim@corp.example", "jane@army.ml"), "\n")[3], fmt.Sprintf("4%014d", i), "400000000000000")
	})
	all["one message id, many recipients"] = log(10_000, func(i int) string {
		return delivered(i, "same@corp.example", "kim@corp.example", fmt.Sprintf("j%d@army.ml", i))
	})
	all["copies of one message"] = mbox(10_000, func(int) string { return "To: jane@army.ml\nMessage-ID: <same@corp.example>\n" })
	all["a long list"] = mbox(20, func(int) string { return "To: " + strings.Repeat("jane@army.ml,\n ", 9000) + "x@army.ml\n" })
	all["recipients"] = once(2000, func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "To: r%d@army.ml\n", i)
		}
		return b.String()
	})
	all["comments in comments"] = once(50_000, func(n int) string { return "To: " + strings.Repeat("(", n) + "jane@army.ml\n" })
	all["open quotes"] = once(50_000, func(n int) string { return "To: " + strings.Repeat(`"`, n) + "jane@army.ml\n" })
	all["references"] = once(10_000, func(n int) string { return "To: jane@army.ml\nReferences:" + strings.Repeat(" <a@b>\n", n) })
	all["answers to one"] = mbox(5000, func(i int) string {
		return fmt.Sprintf("To: jane@army.ml\nMessage-ID: <%d@corp.example>\nIn-Reply-To: <0@corp.example>\n", i)
	})
	return all
}

// TestGrowth doubles each input twice: the time of the processor grows as the input does,
// and not as its square. Twice as much may take three times as long. None takes more memory
// than maxMemory.
func TestGrowth(t *testing.T) {
	slow(t)
	for name, shape := range shapes() {
		t.Run(name, func(t *testing.T) {
			n := shape.n
			if !isLong() {
				n /= 2
			}
			took := shape.times(t, n)
			if isQuadratic(took) { // chance, or not
				took = shape.times(t, n)
			}
			if t.Logf("%v", took); isQuadratic(took) {
				t.Errorf("%d, %d and %d take %v", n, 2*n, 4*n, took)
			}
		})
	}
}

func isQuadratic(took [3]time.Duration) bool {
	const usual = 200 * time.Millisecond // of a run of nothing, and chance
	return took[2] > 3*took[1]+usual
}

// maxMemory bounds what a scan of any of these takes, in bytes.
const maxMemory = 256 << 20

// times returns how long n, 2n and 4n take.
func (x *shape) times(t *testing.T, n int) (took [3]time.Duration) {
	t.Helper()
	for i := range took {
		s := &stage{t, t.TempDir()}
		took[i] = s.cpu(x.make(s, n<<i))
	}
	return took
}

// cpu returns how long the processor worked for a scan.
func (s *stage) cpu(args []string) time.Duration {
	s.t.Helper()
	cmd := s.command(slices.Concat([]string{"scan", "-q", "--jobs", "1", "--internal", "corp.example", "--protect", "army.mil"}, args)...)
	if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() != exitPartial {
		s.t.Fatalf("%v: %s", err, out)
	}
	// Linux gives the peak in KiB (getrusage(2)); the race detector takes several times as much.
	if peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; slowdown == 1 && peak > maxMemory>>10 {
		s.t.Errorf("%v: got a peak of %d KiB, want %d at most", args, peak, maxMemory>>10)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
