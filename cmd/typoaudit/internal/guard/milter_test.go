//go:build !386 && !arm && !mips && !mipsle

package guard

import (
	"strings"
	"testing"

	"github.com/d--j/go-milter"
)

// serveMilter starts a guard's milter, and returns what connects to it.
func serveMilter(t *testing.T, g *Guard) (address string) {
	t.Helper()
	l, err := Listen("127.0.0.1:0", ListenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- g.ServeMilter(t.Context(), l) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
	return l.Addr().String()
}

func TestMilter(t *testing.T) {
	t.Parallel()
	for mode, want := range map[Mode]string{Observe: "250 accept", Warn: "250 accept", Confirm: "550 5.7.1 did you mean jane@army.mil? If jane@army.ml is right, send again within 10 minutes. army.ml looks like army.mil"} {
		g, _, _ := testGuard(t, mode)
		client := milter.NewClient("tcp", serveMilter(t, g), milter.WithActions(milter.AllClientSupportedActionMasks))
		macros := milter.NewMacroBag()
		macros.Set(milter.MacroAuthAuthen, "bob")
		session, err := client.Session(macros)
		if err != nil {
			t.Fatal(err)
		}
		answer := func(a *milter.Action, err error) *milter.Action {
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		answer(session.Conn("pc7", milter.FamilyInet, 4711, "192.0.2.7"))
		answer(session.Helo("pc7"))
		answer(session.Mail("bob@corp.example", ""))
		if a := answer(session.Rcpt("jane@army.ml", "")); a.SMTPReply != want {
			t.Errorf("%s: got %q, want %q", mode, a.SMTPReply, want)
		}
		if a := answer(session.Rcpt("jane@army.mil", "")); a.Type != milter.ActionContinue && a.Type != milter.ActionAccept {
			t.Errorf("%s: what is meant: got %v", mode, a)
		}
		answer(session.DataStart())
		answer(session.HeaderEnd())
		answer(session.BodyChunk([]byte("hi")))
		marks, a, err := session.End()
		if err != nil || a.Type != milter.ActionAccept {
			t.Errorf("%s: ended with %v, %v", mode, a, err)
		}
		if isMarked := len(marks) == 1 && marks[0].HeaderName == HeaderName && strings.HasPrefix(marks[0].HeaderValue, "army.ml looks like army.mil"); isMarked != (mode == Warn) {
			t.Errorf("%s: got the changes %+v", mode, marks)
		}
		session.Close()
	}
}
