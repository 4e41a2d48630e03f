package lines

import (
	"strings"
	"testing"
)

func TestBorrow(t *testing.T) {
	b := []byte("jane@army.ml")
	s := Borrow(b)
	if b[0] = 'J'; s != "Jane@army.ml" {
		t.Errorf("got %q: it is a copy", s)
	}
	if got := BorrowBytes(s); &got[0] != &b[0] || len(got) != len(b) {
		t.Errorf("got %q, want the bytes themselves", got)
	}
}

func TestShares(t *testing.T) {
	b := make([]byte, 4, 16)
	copy(b, "abcd")
	for _, s := range []string{Borrow(b), Borrow(b[2:]), Borrow(b[:16][8:])} {
		if !Shares(s, b) {
			t.Errorf("%q shares nothing, want its memory", s)
		}
	}
	for _, s := range []string{strings.Clone(Borrow(b)), "abcd", ""} {
		if Shares(s, b) {
			t.Errorf("%q shares memory, want none", s)
		}
	}
	if Shares(Borrow(b), nil) {
		t.Error("something shares the memory of nothing")
	}
}
